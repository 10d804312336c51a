// Several compiles at once in the embedded compiler, and the end of its idleness, with the real clang in Node.

import { spawnSync } from "node:child_process";

import { createNodeCompiler } from "gasworks/toolchain/node";
import { afterAll, describe, expect, it, vi } from "vitest";

import { codeOf, HUGE, SLOW } from "../../support/toolchain-cases.ts";

// Generous: the machine may be busy with the other test files.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const HELLO = { "main.c": '#include <stdio.h>\nint main(void) { printf("hello\\n"); return 0; }\n' };

const compiler = createNodeCompiler({ results: false, maxWorkers: 2, timeLimitMs: 300_000 });
afterAll(() => compiler[Symbol.dispose]());

describe("compiles at the same time", () => {
  it("go on beside each other, as many as the limit says, and the others wait", async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const ends: string[] = [];
    const note = async (name: string, attempt: Promise<unknown>): Promise<void> => {
      ends.push(`${name} ${await codeOf(attempt)}`);
    };
    const slow = note("slow", compiler.compile(SLOW, { signal: first.signal }));
    await note("beside", compiler.compile(HELLO));
    expect(ends).toEqual(["beside fulfilled"]);

    const slowToo = note("slow too", compiler.compile(SLOW, { signal: second.signal }));
    const waiting = note("waiting", compiler.compile(HELLO));
    const wantsNothing = note("unwanted", compiler.compile(HELLO, { signal: AbortSignal.timeout(500) }));
    await wantsNothing;
    second.abort();
    await Promise.all([slowToo, waiting]);
    first.abort();
    await slow;
    expect(ends).toEqual([
      "beside fulfilled",
      "unwanted toolchain/canceled",
      "slow too toolchain/canceled",
      "waiting fulfilled",
      "slow toolchain/canceled",
    ]);
  });

  it("come one after the other where the limit is one", async () => {
    using narrow = createNodeCompiler({ results: false, maxWorkers: 1, timeLimitMs: 300_000 });
    await narrow.preload();
    const controller = new AbortController();
    const ends: string[] = [];
    const slow = codeOf(narrow.compile(SLOW, { signal: controller.signal })).then((code) => ends.push(code));
    const next = codeOf(narrow.compile(HELLO)).then((code) => ends.push(code));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(ends).toEqual([]);
    controller.abort();
    await Promise.all([slow, next]);
    expect(ends).toEqual(["toolchain/canceled", "fulfilled"]);
  });

  it("give the same bytes and diagnostics as one after the other", async () => {
    using narrow = createNodeCompiler({ results: false, maxWorkers: 1, timeLimitMs: 300_000 });
    const programs = Array.from({ length: 8 }, (_, index) => ({
      "main.c": `#include <stdio.h>\nint main(void) { int unused; return printf("%d", ${index}) - ${index % 3}; }\n`,
    }));
    const together = await Promise.all(programs.map((program) => compiler.compile(program, { build: "debug" })));
    for (const [index, program] of programs.entries()) {
      expect(together[index]).toEqual(await narrow.compile(program, { build: "debug" }));
    }
  });

  it("have a memory limit each, and do not share its end", async () => {
    using small = createNodeCompiler({ results: false, maxWorkers: 2, memoryLimitPages: 400 });
    const attempts = [HUGE, HELLO, HUGE, HELLO].map((sources) => codeOf(small.compile(sources)));
    expect(await Promise.all(attempts)).toEqual([
      "toolchain/out-of-memory",
      "fulfilled",
      "toolchain/out-of-memory",
      "fulfilled",
    ]);
  });

  it("all end when the compiler is disposed of", async () => {
    const fresh = createNodeCompiler({ results: false, maxWorkers: 2, timeLimitMs: 300_000 });
    await fresh.preload();
    const running = [SLOW, SLOW].map((sources) => codeOf(fresh.compile(sources)));
    const waiting = codeOf(fresh.compile(HELLO));
    await new Promise((resolve) => setTimeout(resolve, 200));
    fresh[Symbol.dispose]();
    expect(await Promise.all(running)).toEqual(["toolchain/canceled", "toolchain/canceled"]);
    expect(await waiting).toBe("toolchain/disposed");
  });
});

describe("an idle compiler", () => {
  it("is given back after its time, and comes back with the next call", async () => {
    using brief = createNodeCompiler({ results: false, idleLimitMs: 500 });
    let reports = 0;
    const onProgress = (): void => {
      reports++;
    };
    const first = await brief.compile(HELLO, { onProgress });
    const once = reports;
    expect(once).toBeGreaterThan(0);
    await brief.compile(HELLO, { onProgress });
    expect(reports).toBe(once);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await brief.compile(HELLO, { onProgress })).toEqual(first);
    expect(reports).toBe(2 * once);
  });

  it("is kept while a call takes longer than that", async () => {
    using brief = createNodeCompiler({ results: false, idleLimitMs: 20, maxWorkers: 2, timeLimitMs: 300_000 });
    const controller = new AbortController();
    const slow = codeOf(brief.compile(SLOW, { signal: controller.signal }));
    expect(await codeOf(brief.compile(HELLO))).toBe("fulfilled");
    await new Promise((resolve) => setTimeout(resolve, 500));
    controller.abort();
    expect(await slow).toBe("toolchain/canceled");
  });

  it("lets its process end before its time is over", () => {
    const script = `
      import { createNodeCompiler } from "gasworks/toolchain/node";
      await createNodeCompiler({ idleLimitMs: 2 ** 31 - 1 }).compile({ "main.c": "int main(void) { return 0; }" });`;
    const { status, signal } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: new URL("../../..", import.meta.url),
      timeout: 55_000,
    });
    expect({ status, signal }).toEqual({ status: 0, signal: null });
  });
});

describe("limits", () => {
  it("are refused out of their range", () => {
    for (const limits of [{ maxWorkers: 0 }, { maxWorkers: 1.5 }, { maxWorkers: 17 }, { idleLimitMs: 0 }]) {
      expect(() => createNodeCompiler(limits), JSON.stringify(limits)).toThrow(RangeError);
    }
    createNodeCompiler({ idleLimitMs: Number.POSITIVE_INFINITY })[Symbol.dispose]();
  });
});
