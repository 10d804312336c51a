// `gasworks compile` by way, mode and build.

import { readFileSync, writeFileSync } from "node:fs";

import { describe, expect, it, vi } from "vitest";

import { gasworksProcess } from "../../support/gasworks-process.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { whyNoClang22 } from "../../support/toolchain-ways.ts";

vi.setConfig({ testTimeout: 60_000 });

const file = temporaryDirectory();
writeFileSync(file("main.c"), '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n');
writeFileSync(file("bare.c"), "int answer(void) { return 42; }\n");
writeFileSync(file("wrong.c"), "int main(void) { return x; }\n");

async function compile(...args: readonly string[]): Promise<Uint8Array> {
  const { exitCode, stderr } = await gasworksProcess(["compile", ...args, "-o", file("out.wasm")]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return readFileSync(file("out.wasm"));
}

describe("gasworks compile", () => {
  it("--way native makes what --way embedded makes", async ({ skip }) => {
    if (whyNoClang22 !== undefined) return skip(whyNoClang22);
    const [native, embedded] = [
      await compile(file("main.c"), "--way", "native", "--build", "size"),
      await compile(file("main.c"), "--way", "embedded", "--build", "size"),
    ];
    const exportsOf = (wasm: Uint8Array) =>
      WebAssembly.Module.exports(new WebAssembly.Module(new Uint8Array(wasm))).map(({ name }) => name);
    expect(exportsOf(native)).toEqual(["memory", "_start"]);
    expect(exportsOf(embedded)).toEqual(["memory", "_start"]);
  });

  it("--way native says what is wrong with a program", async ({ skip }) => {
    if (whyNoClang22 !== undefined) return skip(whyNoClang22);
    const { exitCode, stderr } = await gasworksProcess(["compile", file("wrong.c"), "--way", "native"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("wrong.c:1:25: error: use of undeclared identifier 'x'");
  });

  it("--mode bare makes a module with a memory of its host's and every symbol", async () => {
    const module = new WebAssembly.Module(new Uint8Array(await compile(file("bare.c"), "--mode", "bare")));
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: "env", name: "memory", kind: "memory" }]);
    expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toContain("answer");
  });

  it("--build sets optimization and debug information, which -O and -g still choose", async () => {
    const sizes = [];
    for (const args of [
      ["--build", "size"],
      ["--build", "fast"],
      ["--build", "size", "-g"],
    ]) {
      sizes.push((await compile(file("main.c"), ...args)).length);
    }
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(new Set(sizes).size).toBe(3);
  });

  it.each(["--build", "--mode", "--way"])("refuses a %s that is not on offer", async (option) => {
    const { exitCode, stderr } = await gasworksProcess(["compile", file("main.c"), option, "-fplugin=x"]);
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/^gasworks: cli\/usage: /);
  });
});
