// The embedded compiler in a real page: clang in a Web Worker, from the files of the installed package.

import { createBrowserCompiler, formatDiagnostic } from "gasworks/toolchain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { codeOf, SLOW } from "../support/toolchain-cases.ts";
import { watchStalls } from "../support/watch-stalls.ts";

const HELLO = { "main.c": '#include <stdio.h>\nint main(void) { printf("hello\\n"); return 0; }\n' };

// Another test may have had the files kept: here they are to be fetched.
const compiler = createBrowserCompiler({
  baseUrl: "/node_modules/@yowasp/clang/gen/",
  results: false,
  keepFiles: false,
});
const progress: number[] = [];
let longestStallMs = 0;

beforeAll(async () => {
  const stopWatching = watchStalls();
  await compiler.preload(({ loadedBytes, totalBytes }) => progress.push(loadedBytes / totalBytes));
  await compiler.compile(HELLO);
  longestStallMs = stopWatching();
}, 120_000);
afterAll(() => compiler[Symbol.dispose]());

describe("createBrowserCompiler()", () => {
  it("compiles hello world in a Web Worker", async () => {
    const start = performance.now();
    const { wasm, diagnostics } = await compiler.compile(HELLO);
    const elapsedMs = performance.now() - start;
    expect(diagnostics).toEqual([]);
    expect(WebAssembly.validate(new Uint8Array(wasm ?? []))).toBe(true);
    // Measured, not asserted: other work shares the machine.
    console.info(`compile of hello world, warm: ${elapsedMs.toFixed(0)} ms`);
    console.info(`longest stall of the page from nothing to the first program: ${longestStallMs.toFixed(0)} ms`);
  });

  it("reports the download up to the whole", () => {
    expect(progress.length).toBeGreaterThan(10);
    expect(progress.toSorted((a, b) => a - b)).toEqual(progress);
    expect(progress.at(-1)).toBe(1);
  });

  it("gives diagnostics", async () => {
    const { wasm, diagnostics } = await compiler.compile({ "main.c": "int main(void) { return q; }\n" });
    expect(wasm).toBeUndefined();
    expect(diagnostics.map(formatDiagnostic)).toEqual(["main.c:1:25: error: use of undeclared identifier 'q'"]);
  });

  it("cancels, and compiles again soon", async () => {
    const controller = new AbortController();
    const attempt = codeOf(compiler.compile(SLOW, { signal: controller.signal }));
    setTimeout(() => controller.abort(), 300);
    expect(await attempt).toBe("toolchain/canceled");
    const start = performance.now();
    expect(await codeOf(compiler.compile(HELLO))).toBe("fulfilled");
    console.info(`compile after canceling: ${(performance.now() - start).toFixed(0)} ms`);
  }, 30_000);

  it("ends a compile at its time limit", async () => {
    using hasty = createBrowserCompiler({ baseUrl: "/node_modules/@yowasp/clang/gen/", timeLimitMs: 5_000 });
    await hasty.preload();
    expect(await codeOf(hasty.compile(SLOW))).toBe("toolchain/timeout");
  }, 60_000);

  it("says when the compiler is not there", async () => {
    using lost = createBrowserCompiler({ baseUrl: "/nowhere/at-all/" });
    expect(await codeOf(lost.preload())).toBe("toolchain/unavailable");
    using unreachable = createBrowserCompiler({ baseUrl: "http://127.0.0.1:1/" });
    expect(await codeOf(unreachable.preload())).toBe("toolchain/unavailable");
  });
});
