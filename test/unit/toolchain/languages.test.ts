// AssemblyScript and WebAssembly text beside C, by their real packages: the same results, for the same devices.

import { ComputerWorld, generateAssemblyScript, Motor, type MotorPort } from "gasworks/computer";
import { formatDiagnostic, type Compiler, type CompileResult, ToolchainError } from "gasworks/toolchain";
import { createNodeCompiler, withLanguages } from "gasworks/toolchain/node";
import { describe, expect, it, vi } from "vitest";

import { sharedCompiler } from "../../../bench/compile-freestanding.ts";

vi.setConfig({ testTimeout: 120_000 });

const compiler = withLanguages(sharedCompiler);

const WAT = `(module
  (memory (export "memory") 1)
  (func (export "_start")))
`;

function messagesOf({ wasm, diagnostics }: CompileResult): readonly string[] {
  expect(wasm).toBeUndefined();
  return diagnostics.map(formatDiagnostic);
}

function codeOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => "compiled",
    (error: unknown) => (error instanceof ToolchainError ? error.code : String(error)),
  );
}

describe("a compiler with languages", () => {
  it("compiles WebAssembly text, and says where it is wrong", async () => {
    const { wasm, diagnostics } = await compiler.compile({ "main.wat": WAT });
    expect(diagnostics).toEqual([]);
    expect(WebAssembly.validate(new Uint8Array(wasm ?? []))).toBe(true);
    const wrong = '(module (; é ;) (func (export "_start")\n  (i32.cons 3)\n  (foo)))\n';
    expect(messagesOf(await compiler.compile({ "main.wat": wrong }))).toEqual([
      'main.wat:2:4: error: unexpected token "i32.cons", expected an instr.',
      "main.wat:3:4: error: unexpected token foo.",
    ]);
    const { diagnostics: found } = await compiler.compile({ "main.wat": "(; é ;) (module (func (call $x)))\n" });
    expect(found).toMatchObject([
      {
        line: 1,
        column: 29,
        ranges: [{ startColumn: 29, endColumn: 31 }],
        message: 'undefined function variable "$x"',
      },
    ]);
    expect(
      messagesOf(await compiler.compile({ "main.wat": "(module (func (result i32) (i64.const 3)))" }))[0],
    ).toContain("type mismatch");
    expect(messagesOf(await compiler.compile({ "a.wat": WAT, "b.wat": WAT }))).toEqual([
      "b.wat:1:1: error: a program in WebAssembly text is one file",
    ]);
  });

  it("compiles AssemblyScript of several files, and says where it is wrong", async () => {
    const part = "export function seven(): i32 {\n  return 7;\n}\n";
    const main = 'import { seven } from "./part";\nexport function _start(): void {\n  seven();\n}\n';
    const { wasm, diagnostics } = await compiler.compile({ "main.ts": main, "part.ts": part });
    expect(diagnostics).toEqual([]);
    expect(WebAssembly.Module.exports(new WebAssembly.Module(new Uint8Array(wasm ?? [])))).toContainEqual({
      name: "_start",
      kind: "function",
    });
    const { diagnostics: found, wasm: none } = await compiler.compile({
      "main.ts":
        'import { seven } from "./part";\nexport function _start(): void {\n  let x: i32 = "é";\n  foo();\n}\n',
      "part.ts": part,
    });
    expect(none).toBeUndefined();
    expect(found).toMatchObject([
      {
        file: "main.ts",
        line: 3,
        column: 16,
        severity: "error",
        ranges: [{ endLine: 3, endColumn: 19 }],
        flag: "AS2322",
      },
      { file: "main.ts", line: 4, column: 3, message: "Cannot find name 'foo'." },
    ]);
    expect(messagesOf(await compiler.compile({ "main.ts": 'import { a } from "./nothing";\n' }))[0]).toContain(
      "File 'nothing.ts' not found.",
    );
  });

  it("gives the same bytes for the same text, and other bytes for another level", async () => {
    const text = "export function _start(): void {\n  for (let i = 0; i < 10; i++) trace(i.toString());\n}\n";
    const first = await compiler.compile({ "main.ts": text });
    expect(first.wasm?.length).toBeGreaterThan(0);
    expect(await compiler.compile({ "main.ts": text })).toEqual(first);
    expect((await compiler.compile({ "main.ts": text }, { optimization: "-O0" })).wasm).not.toEqual(first.wasm);
  });

  it("still compiles C", async () => {
    const { wasm } = await compiler.compile({ "main.c": "int main(void) { return 0; }\n" });
    expect(wasm).toBeDefined();
  });

  it("refuses what mixes languages, and names that are paths", async () => {
    for (const names of [["main.ts", "part.c"], ["main.wat", "main.ts"], ["../main.ts"], ["-O3.wat"]]) {
      const sources = Object.fromEntries(names.map((name) => [name, ""]));
      expect(await codeOf(compiler.compile(sources)), names.join(" ")).toBe("toolchain/bad-source-name");
    }
    const isTooMuch = codeOf(compiler.compile({ "main.wat": " ".repeat(3_000_000) }));
    expect(await isTooMuch).toBe("toolchain/bad-sources");
    await expect(compiler.compile({ "main.wat": WAT }, { stackBytes: 7 })).rejects.toThrow(RangeError);
  });

  it.each([
    ["what is printed as elsewhere", 'console.log("a");'],
    ["numbers in texts", 'console.warn(I32.parseInt("5").toString());'],
    ["functions without a name", "const twice = (x: i32): i32 => 2 * x; twice(3);"],
  ])("compiles %s together with the modules of a computer", async (_what, statements) => {
    const sources = { "main.ts": `export function _start(): void { ${statements} }\n`, ...generateAssemblyScript({}) };
    const { wasm, diagnostics } = await compiler.compile(sources);
    expect(diagnostics).toEqual([]);
    // What a computer offers, and nothing of the package's own.
    for (const { module } of WebAssembly.Module.imports(new WebAssembly.Module(new Uint8Array(wasm ?? [])))) {
      expect(module).toBe("wasi_snapshot_preview1");
    }
  });

  it("says at once that a package has crashed, and works again", async () => {
    const sum = `${"1+".repeat(200_000)}1`;
    const attempt = compiler.compile({ "main.ts": `export function _start(): void { const sum = ${sum}; }\n` });
    expect(await codeOf(attempt)).toBe("toolchain/crashed");
    expect((await compiler.compile({ "main.wat": WAT })).wasm).toBeDefined();
  });

  it("reads no file of the machine", async () => {
    for (const path of ["/etc/passwd", "../../../../etc/passwd", "../package"]) {
      const { wasm, diagnostics } = await compiler.compile({ "main.ts": `import { a } from "${path}";\na();\n` });
      expect(wasm).toBeUndefined();
      expect(diagnostics.map(formatDiagnostic).join("\n")).not.toMatch(/root:|version/);
    }
  });

  it("can be canceled, and works again", async () => {
    const canceling = new AbortController();
    const attempt = compiler.compile(
      { "main.ts": "export function _start(): void {}\n" },
      { signal: canceling.signal },
    );
    canceling.abort();
    expect(await codeOf(attempt)).toBe("toolchain/canceled");
    expect((await compiler.compile({ "main.wat": WAT })).wasm).toBeDefined();
  });

  it("ends what takes too long, and works again", async () => {
    using hasty: Compiler = withLanguages(createNodeCompiler(), { timeLimitMs: 1 });
    expect(await codeOf(hasty.compile({ "main.ts": "export function _start(): void {}\n" }))).toBe("toolchain/timeout");
    expect(() => withLanguages(compiler, { timeLimitMs: 0 })).toThrow(RangeError);
  });

  it("needs no compiler for C, and then refuses C alone", async () => {
    using other = withLanguages(undefined);
    await other.preload();
    expect((await other.compile({ "main.wat": WAT })).wasm).toBeDefined();
    expect(await codeOf(other.compile({ "main.c": "" }))).toBe("toolchain/unavailable");
  });

  it("is of no use after dispose()", async () => {
    const other = withLanguages(createNodeCompiler());
    other[Symbol.dispose]();
    expect(await codeOf(other.compile({ "main.wat": WAT }))).toBe("toolchain/disposed");
  });
});

const PROGRAMS = {
  C: {
    "main.c": `#include <stdio.h>
      #include "devices.h"
      int main(void) { printf("%d tiles\\n", motor_forward(motor_open("left"), 3)); }`,
  },
  AssemblyScript: {
    "main.ts": `import { motor_forward, motor_open } from "./devices";
      import { print } from "./gasworks";
      export function _start(): void { print(motor_forward(motor_open("left"), 3).toString() + " tiles"); }`,
  },
  "WebAssembly text": {
    "main.wat": `(module
      (import "device.motor" "open" (func $open (param i32) (result i32)))
      (import "device.motor" "forward" (func $forward (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "\\20\\00\\00\\00\\08\\00\\00\\00")
      (data (i32.const 16) "left\\00")
      (data (i32.const 32) "# tiles\\0a")
      (func (export "_start")
        (i32.store8 (i32.const 32)
          (i32.add (i32.const 48) (call $forward (call $open (i32.const 16)) (i32.const 3))))
        (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))`,
  },
};

describe("a computer whose compiler has languages", () => {
  it.each(Object.entries(PROGRAMS))("drives its motor from %s", async (_language, sources) => {
    const road: MotorPort = {
      ticksPerTile: 2,
      ticksPerTurn: 2,
      canMove: () => true,
      advance: () => {},
      halt: () => {},
    };
    const world = new ComputerWorld({ compiler });
    const devices = { left: Motor.attach(road) };
    const computer = world.add({ id: "rover", gasPerTick: 100_000, devices });
    await computer.load(sources);
    for (let tick = 0; tick < 300 && computer.state.kind !== "exited"; tick++) world.runTick();
    expect(computer.state).toMatchObject({ kind: "exited", exitCode: 0 });
    expect(computer.console.text).toBe("3 tiles\n");
    expect(computer.sources).toEqual(sources);
  });

  it("takes a program in AssemblyScript that uses nothing of its computer", async () => {
    const world = new ComputerWorld({ compiler });
    const computer = world.add({ id: "idle", devices: {} });
    const { diagnostics } = await computer.load({
      "main.ts": "export function _start(): void {\n  const list = [1, 2, 3];\n  list.push(list[1]);\n}\n",
    });
    expect(diagnostics).toEqual([]);
    for (let tick = 0; tick < 100 && computer.state.kind !== "exited"; tick++) world.runTick();
    expect(computer.state).toMatchObject({ kind: "exited", exitCode: 0 });
    const refused = computer.load({ "main.ts": "export function _start(): void {\n  missing();\n}\n" });
    await expect(refused).rejects.toMatchObject({ diagnostics: [{ file: "main.ts", line: 2, column: 3 }] });
  });

  it("refuses files with the names of the generated ones", async () => {
    const world = new ComputerWorld({ compiler });
    const computer = world.add({ id: "rover", devices: {} });
    await expect(computer.load({ "main.ts": "", "devices.ts": "" })).rejects.toMatchObject({
      code: "computer/reserved-file",
    });
  });
});
