// `gasworks compile` and `run` with AssemblyScript and WebAssembly text, and what they say of mistakes.

import { writeFileSync } from "node:fs";

import { describe, expect, it, vi } from "vitest";

import { gasworksProcess } from "../../support/gasworks-process.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

vi.setConfig({ testTimeout: 60_000 });

const file = temporaryDirectory();
writeFileSync(
  file("main.ts"),
  'import { print } from "./gasworks";\nimport { seven } from "./part";\nexport function _start(): void { print(`seven: ${seven()}`); }\n',
);
writeFileSync(file("part.ts"), "export function seven(): i32 { return 7; }\n");
writeFileSync(file("wrong.ts"), "export function _start(): void {\n  missing();\n}\n");
writeFileSync(
  file("main.wat"),
  `(module
    (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\\10\\00\\00\\00\\06\\00\\00\\00")
    (data (i32.const 16) "hello\\n")
    (func (export "_start") (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))`,
);
writeFileSync(file("wrong.c"), '#include <stdio.h>\nint main(void) {\n  prinft("a");\n  return 0\n}\n');

describe("gasworks", () => {
  it("compiles AssemblyScript with the modules beside it, and runs it", async () => {
    const compiled = await gasworksProcess(["compile", file("main.ts"), "-o", file("seven.wasm")]);
    expect(compiled).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    const run = await gasworksProcess(["run", file("seven.wasm")]);
    expect(run).toEqual({ exitCode: 0, stdout: "seven: 7\n", stderr: "" });
  });

  it("runs WebAssembly text", async () => {
    expect(await gasworksProcess(["run", file("main.wat")])).toEqual({ exitCode: 0, stdout: "hello\n", stderr: "" });
  });

  it("shows a mistake in AssemblyScript at its line, exits with 2", async () => {
    const { exitCode, stderr } = await gasworksProcess(["compile", file("wrong.ts")]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${file("wrong.ts")}:2:3: error: Cannot find name 'missing'.`);
  });

  it("says mistakes in C in plain words below clang's own, or clang's own only with --raw", async () => {
    const explained = await gasworksProcess(["compile", file("wrong.c")]);
    expect(explained.stderr.split("\n")).toEqual([
      expect.stringMatching(/wrong\.c:3:3: error: call to undeclared function 'prinft'/),
      "    There is no function `prinft`. Did you mean `printf`? `int printf(const char *format, ...)`.",
      expect.stringMatching(/note: did you mean 'printf'\?/),
      expect.stringMatching(/note: 'printf' declared here/),
      expect.stringMatching(/wrong\.c:4:11: error: expected ';' after return statement/),
      "    A semicolon is missing. Put a `;` behind `return 0`. Every statement ends with one.",
      expect.stringMatching(/^gasworks: cli\/compile-failed: /),
      "",
    ]);
    const raw = await gasworksProcess(["compile", "--raw", file("wrong.c")]);
    expect(raw.stderr.split("\n")).toEqual(explained.stderr.split("\n").filter((line) => !line.startsWith("    ")));
  });

  it("refuses --way for languages that it is not for, and a program of two languages", async () => {
    const native = await gasworksProcess(["compile", file("main.ts"), "--way", "native"]);
    expect([native.exitCode, native.stderr]).toEqual([64, expect.stringContaining("that is for C")]);
    const mixed = await gasworksProcess(["compile", file("main.ts"), file("wrong.c")]);
    expect(mixed).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        'gasworks: toolchain/bad-source-name: Cannot compile "wrong.c" together with "main.ts": a program is in one language\n',
    });
  });

  it("refuses C++ and other languages by name, and to run what is no program", async () => {
    for (const [name, words] of [
      ["game.cpp", "C++ is not built in. Write it in C (.c)"],
      ["game.rs", "Rust is not built in. Write it in C (.c)"],
    ] as const) {
      writeFileSync(file(name), "int main() { return 0; }\n");
      const compiled = await gasworksProcess(["compile", file(name)]);
      expect(compiled.stderr).toContain(`gasworks: toolchain/bad-source-name: Cannot compile ${name}: ${words}`);
      expect(compiled.exitCode).toBe(2);
      const run = await gasworksProcess(["run", file(name)]);
      expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining("cli/unknown-format: Cannot run")]);
    }
  });
});
