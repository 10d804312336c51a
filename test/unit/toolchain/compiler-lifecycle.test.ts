// Canceling, limits, progress and disposal of the embedded compiler, with the real clang in Node.

import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createNodeCompiler, packClang } from "gasworks/toolchain/node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { codeOf, SLOW } from "../../support/toolchain-cases.ts";

// Generous: the machine may be busy with the other test files.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const HELLO = { "main.c": '#include <stdio.h>\nint main(void) { printf("hello\\n"); return 0; }\n' };

const compiler = createNodeCompiler({ results: false });
beforeAll(() => compiler.preload());
afterAll(() => compiler[Symbol.dispose]());

describe("canceling", () => {
  it("stops a compile at once and leaves a compiler that works", async () => {
    const controller = new AbortController();
    const attempt = codeOf(compiler.compile(SLOW, { signal: controller.signal }));
    setTimeout(() => controller.abort(), 200);
    const start = performance.now();
    expect(await attempt).toBe("toolchain/canceled");
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(await codeOf(compiler.compile(HELLO))).toBe("fulfilled");
  });

  it("refuses a call whose signal was aborted before", async () => {
    expect(await codeOf(compiler.compile(HELLO, { signal: AbortSignal.abort() }))).toBe("toolchain/canceled");
  });

  it("takes a waiting call out of the queue and leaves the running one alone", async () => {
    const controller = new AbortController();
    const running = codeOf(compiler.compile(HELLO));
    const waiting = codeOf(compiler.compile(HELLO, { signal: controller.signal }));
    const last = codeOf(compiler.compile(HELLO));
    controller.abort();
    expect(await Promise.all([running, waiting, last])).toEqual(["fulfilled", "toolchain/canceled", "fulfilled"]);
  });
});

describe("limits", () => {
  it("end a compile that takes too long, and the next one works", async () => {
    using hasty = createNodeCompiler({ timeLimitMs: 5_000, results: false });
    await hasty.preload();
    expect(await codeOf(hasty.compile(SLOW))).toBe("toolchain/timeout");
    expect(await codeOf(hasty.compile(HELLO))).toBe("fulfilled");
  });

  it("end a compile that needs more memory than it may have", async () => {
    using small = createNodeCompiler({ memoryLimitPages: 400, results: false });
    expect(await codeOf(small.compile({ "main.c": "char a[20000000] = {1}; int main(void) { return 0; }" }))).toBe(
      "toolchain/out-of-memory",
    );
    expect(await codeOf(small.compile(HELLO))).toBe("fulfilled");
  });

  it("are refused out of their range", () => {
    expect(() => createNodeCompiler({ timeLimitMs: 0 })).toThrow(RangeError);
    expect(() => createNodeCompiler({ memoryLimitPages: 10 })).toThrow(RangeError);
  });
});

describe("loading", () => {
  it("reports its progress up to the whole", async () => {
    using fresh = createNodeCompiler({ results: false });
    const reports: { readonly loadedBytes: number; readonly totalBytes: number }[] = [];
    await fresh.preload((progress) => reports.push(progress));
    expect(reports.length).toBeGreaterThan(1);
    expect(reports.every(({ loadedBytes, totalBytes }) => loadedBytes <= totalBytes)).toBe(true);
    expect(reports.at(-1)?.loadedBytes).toBe(reports.at(-1)?.totalBytes);
  });

  it("happens once for calls at the same time", async () => {
    using fresh = createNodeCompiler({ results: false });
    const results = await Promise.all([fresh.preload(), codeOf(fresh.compile(HELLO)), codeOf(fresh.compile(HELLO))]);
    expect(results.slice(1)).toEqual(["fulfilled", "fulfilled"]);
  });

  it("works from a packed directory, and refuses one without or with damaged files", async () => {
    const directory = await mkdtemp(join(tmpdir(), "gasworks-pack-"));
    try {
      expect(await packClang(directory)).toEqual([
        { name: "llvm.core.wasm", bytes: (await stat(join(directory, "llvm.core.wasm"))).size },
        { name: "sysroot-c.tar", bytes: (await stat(join(directory, "sysroot-c.tar"))).size },
      ]);
      using packed = createNodeCompiler({ directory, results: false });
      const { wasm } = await packed.compile(HELLO);
      expect(wasm).toEqual((await compiler.compile(HELLO)).wasm);

      const sysroot = join(directory, "sysroot-c.tar");
      await writeFile(sysroot, (await readFile(sysroot)).subarray(0, 100_000));
      using cut = createNodeCompiler({ directory, results: false });
      expect(await codeOf(cut.compile(HELLO))).toBe("toolchain/unavailable");
      await rm(sysroot);
      expect(await codeOf(cut.compile(HELLO))).toBe("toolchain/unavailable");
      await packClang(directory);
      expect(await codeOf(cut.compile(HELLO))).toBe("fulfilled");
      await writeFile(join(directory, "llvm.core.wasm"), "<!doctype html>");
      using page = createNodeCompiler({ directory, results: false });
      expect(await codeOf(page.preload())).toBe("toolchain/unavailable");
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe("disposing", () => {
  it("cancels what runs and refuses what comes", async () => {
    const fresh = createNodeCompiler({ results: false });
    await fresh.preload();
    const running = codeOf(fresh.compile(SLOW));
    await new Promise((resolve) => setTimeout(resolve, 100));
    fresh[Symbol.dispose]();
    expect(await running).toBe("toolchain/canceled");
    expect(await codeOf(fresh.compile(HELLO))).toBe("toolchain/disposed");
    expect(await codeOf(fresh.preload())).toBe("toolchain/disposed");
  });

  it("is not needed for a process to end", () => {
    const script = `
      import { createNodeCompiler } from "gasworks/toolchain/node";
      const { wasm } = await createNodeCompiler().compile({ "main.c": "int main(void) { return 0; }" });
      console.log(wasm.length > 0 ? "compiled" : "failed");`;
    const { stdout, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: new URL("../../..", import.meta.url),
      encoding: "utf8",
      timeout: 55_000,
    });
    expect({ stdout, status }).toEqual({ stdout: "compiled\n", status: 0 });
  });
});
