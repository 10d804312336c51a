// The embedded compiler in Node, with the real clang.

import { type CompileResult, type Diagnostic, formatDiagnostic } from "gasworks/toolchain";
import { createNodeCompiler } from "gasworks/toolchain/node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

// Generous: the machine may be busy with the other test files.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const HELLO = '#include <stdio.h>\nint main(void) { printf("hello\\n"); return 0; }\n';
const RETURNS_0 = "int main(void) { return 0; }\n";

const compiler = createNodeCompiler({ results: false });

beforeAll(() => compiler.preload());
afterAll(() => compiler[Symbol.dispose]());

function wasmOf(result: CompileResult): Uint8Array<ArrayBuffer> {
  expect(result.diagnostics.map(formatDiagnostic)).toEqual([]);
  if (result.wasm === undefined) throw new Error("There is no program, and no diagnostic says why");
  return new Uint8Array(result.wasm);
}

function importsOf(wasm: Uint8Array<ArrayBuffer>): readonly string[] {
  return WebAssembly.Module.imports(new WebAssembly.Module(wasm)).map(({ module, name }) => `${module}.${name}`);
}

async function messagesOf(source: string): Promise<readonly string[]> {
  const { diagnostics } = await compiler.compile({ "main.c": source });
  return diagnostics.map(formatDiagnostic);
}

describe("Compiler.compile()", () => {
  it("makes a WASI command of hello world", async () => {
    const wasm = wasmOf(await compiler.compile({ "main.c": HELLO }));
    const module = new WebAssembly.Module(wasm);
    expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toEqual(["memory", "_start"]);
    expect(new Set(WebAssembly.Module.imports(module).map(({ module: from }) => from))).toEqual(
      new Set(["wasi_snapshot_preview1"]),
    );
  });

  it("joins several sources and their header", async () => {
    const wasm = wasmOf(
      await compiler.compile({
        "main.c": '#include "answer.h"\nint main(void) { return answer(); }\n',
        "answer.c": '#include "answer.h"\nint answer(void) { return 42; }\n',
        "answer.h": "int answer(void);\n",
      }),
    );
    expect(runToExit(wasm)).toBe(42);
  });

  it("prints floating-point numbers and offers clock() and signals", async () => {
    const source = `
      #include <math.h>
      #include <signal.h>
      #include <stdio.h>
      #include <string.h>
      #include <time.h>
      int main(void) {
        char text[32];
        snprintf(text, sizeof text, "%.3f", sqrt(2.0));
        return strcmp(text, "1.414") == 0 && clock() != (clock_t)-1 && signal(SIGINT, SIG_IGN) != SIG_ERR ? 7 : 1;
      }`;
    expect(runToExit(wasmOf(await compiler.compile({ "main.c": source })))).toBe(7);
  });

  it("accepts every spelling of main that C has", async () => {
    for (const main of ["int main(void)", "int main()", "int main(int argc, char **argv)"]) {
      const { wasm } = await compiler.compile({ "main.c": `${main} { return 3; }` });
      expect(wasm, main).toBeDefined();
    }
  });

  it("gives the same bytes for the same input, in another compiler and another order", async () => {
    const sources = { "a.c": HELLO, "b.c": "int unused(int x) { return x * 3; }\n" };
    const reversed = { "b.c": sources["b.c"], "a.c": sources["a.c"] };
    using other = createNodeCompiler();
    const first = wasmOf(await compiler.compile(sources, { debug: true }));
    expect(wasmOf(await other.compile(reversed, { debug: true }))).toEqual(first);
  });

  it("keeps the clock of the machine out of the program", async () => {
    const { wasm, diagnostics } = await compiler.compile({
      "main.c": `#include <string.h>\nint main(void) { return strcmp(__DATE__, "Jan  1 1970"); }`,
    });
    expect(diagnostics.map(({ flag }) => flag)).toContain("-Wdate-time");
    expect(runToExit(new Uint8Array(wasm ?? []))).toBe(0);
  });

  it("optimizes as told, and adds debug information when told", async () => {
    const size = async (options: Parameters<typeof compiler.compile>[1]): Promise<number> =>
      wasmOf(await compiler.compile({ "main.c": HELLO }, options)).length;
    expect(await size({})).toBe(await size({ optimization: "-O1" }));
    expect(await size({ optimization: "-O0" })).toBeGreaterThan(await size({ optimization: "-O2" }));
    expect(await size({ debug: true })).toBeGreaterThan(await size({}));
  });

  it("puts a stack of the asked size first in memory", async () => {
    const source = "int x = 7;\nint main(void) { return (int)(long)&x / 1024; }\n";
    expect(runToExit(wasmOf(await compiler.compile({ "main.c": source }, { stackBytes: 8_192 })))).toBe(8);
    expect(runToExit(wasmOf(await compiler.compile({ "main.c": source }, { stackBytes: 131_072 })))).toBe(128);
  });

  it("makes a freestanding module that imports its memory and exports everything", async () => {
    const source = `
      __attribute__((import_module("env"), import_name("print"))) extern void print(int);
      void entry() { for (int i = 0; i < 3; ++i) print(i); }`;
    const wasm = wasmOf(await compiler.compile({ "seed.c": source }, { target: "freestanding", cpu: "mvp" }));
    expect(importsOf(wasm)).toEqual(["env.memory", "env.print"]);
    const printed: number[] = [];
    const memory = new WebAssembly.Memory({ initial: 16 });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm), {
      env: { memory, print: (value: number) => printed.push(value) },
    });
    if (typeof exports["entry"] === "function") exports["entry"]();
    expect(printed).toEqual([0, 1, 2]);
    expect(exports).toHaveProperty("__heap_base");
  });

  it("does not see a file that changes after the call", async () => {
    const sources: Record<string, string> = { "main.c": RETURNS_0 };
    const attempt = compiler.compile(sources);
    sources["main.c"] = "garbage";
    expect(wasmOf(await attempt).length).toBeGreaterThan(0);
  });
});

describe("diagnostics", () => {
  it("give an error's file, line and column", async () => {
    const { wasm, diagnostics } = await compiler.compile({
      "main.c": '#include "part.h"\nint main(void) { return 0; }\n',
      "part.h": "\n  int x = y;\n",
    });
    expect(wasm).toBeUndefined();
    expect(diagnostics).toEqual([
      {
        file: "part.h",
        line: 2,
        column: 11,
        ranges: [{ startLine: 2, startColumn: 11, endLine: 2, endColumn: 12 }],
        severity: "error",
        message: "use of undeclared identifier 'y'",
        fixIts: [],
      },
    ] satisfies readonly Diagnostic[]);
  });

  it("give a warning's flag, range and fix-it, and the program all the same", async () => {
    const { wasm, diagnostics } = await compiler.compile({
      "main.c": '#include <stdio.h>\nint main(void) { printf("%d\\n", 1.5); return 0; }\n',
    });
    expect(wasm).toBeDefined();
    expect(diagnostics).toEqual([
      {
        file: "main.c",
        line: 2,
        column: 33,
        ranges: [
          { startLine: 2, startColumn: 33, endLine: 2, endColumn: 36 },
          // "%d": clang itself counts one too many inside a string.
          { startLine: 2, startColumn: 26, endLine: 2, endColumn: 29 },
        ],
        severity: "warning",
        message: "format specifies type 'int' but the argument has type 'double'",
        flag: "-Wformat",
        fixIts: [{ file: "main.c", startLine: 2, startColumn: 26, endLine: 2, endColumn: 28, text: "%f" }],
      },
    ] satisfies readonly Diagnostic[]);
  });

  it("count columns as an editor does", async () => {
    expect(await messagesOf("int main(void) { /* é😀 */ return q; }\n")).toEqual([
      "main.c:1:35: error: use of undeclared identifier 'q'",
    ]);
  });

  it("come from every file that does not compile", async () => {
    const { diagnostics } = await compiler.compile({ "a.c": "int a = x;\n", "b.c": "int b = y;\n" });
    expect(diagnostics.map(({ file }) => file)).toEqual(["a.c", "b.c"]);
  });

  it("say where an undefined symbol is mentioned", async () => {
    expect(await messagesOf("int add(int);\nint main(void) { return add(1); }\n")).toEqual([
      "main.c:1:5: error: undefined symbol: add",
    ]);
  });

  it("name the second of two definitions", async () => {
    const { diagnostics } = await compiler.compile({ "a.c": `int f;\n${RETURNS_0}`, "b.c": "\nint f;\n" });
    expect(diagnostics.map(formatDiagnostic)).toEqual([
      "b.c:2:5: error: duplicate symbol: f",
      "a.c:1:5: note: previous definition is here",
    ]);
  });

  it("say that main is missing, or is not what the start-up code calls", async () => {
    const missing = "no function `int main(void)` or `int main(int argc, char **argv)` to start the program with";
    expect(await messagesOf("int f(void) { return 0; }\n")).toEqual([`main.c:1:1: error: ${missing}`]);
    expect(await messagesOf("\nvoid main(void) {}\n")).toContain(`main.c:2:6: error: ${missing}`);
    expect(await messagesOf("")).toEqual([`main.c:1:1: error: ${missing}`]);
  });
});

/** Runs a program that needs nothing of its host but to exit. */
function runToExit(wasm: Uint8Array<ArrayBuffer>): number {
  const module = new WebAssembly.Module(wasm);
  const unsupported = Object.fromEntries(WebAssembly.Module.imports(module).map(({ name }) => [name, () => 52]));
  const success = (): number => 0;
  const { exports } = new WebAssembly.Instance(module, {
    wasi_snapshot_preview1: {
      ...unsupported,
      args_sizes_get: success,
      args_get: success,
      clock_time_get: success,
      proc_exit: (exitCode: number) => {
        throw new Exit(exitCode);
      },
    },
  });
  try {
    if (typeof exports["_start"] === "function") exports["_start"]();
    return 0;
  } catch (error) {
    if (error instanceof Exit) return error.exitCode;
    throw error;
  }
}

class Exit extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`The program exited with ${exitCode}`);
    this.exitCode = exitCode;
  }
}
