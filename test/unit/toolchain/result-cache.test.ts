// Results that are kept: the same program is compiled once, by the real clang in Node.

import { createMemoryResultCache, type CompileResult, type ResultCache } from "gasworks/toolchain";
import { createNodeCompiler } from "gasworks/toolchain/node";
import { afterAll, describe, expect, it, vi } from "vitest";

import { codeOf, HUGE } from "../../support/toolchain-cases.ts";

// Generous: the machine may be busy with the other test files.
vi.setConfig({ testTimeout: 60_000 });

const HELLO = { "main.c": '#include <stdio.h>\nint main(void) { int unused; printf("hello\\n"); return 0; }\n' };
const results = createMemoryResultCache();
const compiler = createNodeCompiler({ results });
/** Has what the other one has kept, and no clang: what it gives cost no worker. */
const withoutClang = createNodeCompiler({ results, directory: "nowhere" });
afterAll(() => {
  compiler[Symbol.dispose]();
  withoutClang[Symbol.dispose]();
});

function resultOf(bytes: number): CompileResult {
  return { wasm: new Uint8Array(bytes), diagnostics: [] };
}

describe("a compiler", () => {
  it("gives the same bytes and diagnostics again, without a worker", async () => {
    const first = await compiler.compile(HELLO);
    expect(first.diagnostics).toHaveLength(1);
    expect(await withoutClang.compile({ ...HELLO })).toEqual(first);
    const broken = await compiler.compile({ "main.c": "int main(void) { return q; }" });
    expect(broken.wasm).toBeUndefined();
    expect(await withoutClang.compile({ "main.c": "int main(void) { return q; }" })).toEqual(broken);
  });

  it("gives each caller a result of its own", async () => {
    const first = await compiler.compile(HELLO);
    const expected = first.wasm?.slice();
    first.wasm?.fill(0);
    const second = await withoutClang.compile(HELLO);
    expect(second.wasm).toEqual(expected);
    second.wasm?.fill(0);
    expect((await withoutClang.compile(HELLO)).wasm).toEqual(expected);
  });

  it("does not mind in which order files are listed, and how an option is spelled out", async () => {
    const [a, b] = ["int main(void) { return 0; }\n", "int b(void) { return 1; }\n"];
    const first = await compiler.compile({ "a.c": a, "b.c": b }, { build: "size" });
    expect(await withoutClang.compile({ "b.c": b, "a.c": a }, { optimization: "-Oz", debug: false })).toEqual(first);
  });

  it("compiles what differs in any source, name or setting", async () => {
    await compiler.compile(HELLO);
    const others = [
      withoutClang.compile({ "main.c": `${HELLO["main.c"]} ` }),
      withoutClang.compile({ "other.c": HELLO["main.c"] }),
      withoutClang.compile({ ...HELLO, "empty.h": "" }),
      withoutClang.compile(HELLO, { optimization: "-O2" }),
      withoutClang.compile(HELLO, { debug: "lines" }),
      withoutClang.compile(HELLO, { stackBytes: 8_192 }),
      withoutClang.compile(HELLO, { cpu: "generic" }),
    ];
    expect(await Promise.all(others.map(codeOf))).toEqual(others.map(() => "toolchain/unavailable"));
  });

  it("keeps no failure", async () => {
    const kept: string[] = [];
    const log: ResultCache = {
      get: async () => undefined,
      set: async (key) => {
        kept.push(key);
      },
    };
    using small = createNodeCompiler({ results: log, memoryLimitPages: 400 });
    await small.preload();
    const controller = new AbortController();
    const canceled = codeOf(small.compile(HELLO, { signal: controller.signal }));
    controller.abort();
    expect(await canceled).toBe("toolchain/canceled");
    expect(await codeOf(small.compile(HUGE))).toBe("toolchain/out-of-memory");
    using hasty = createNodeCompiler({ results: log, timeLimitMs: 1 });
    expect(await codeOf(hasty.compile(HELLO))).toBe("toolchain/timeout");
    expect(kept).toEqual([]);
    await small.compile(HELLO);
    expect(kept).toHaveLength(1);
    expect(kept[0]).toMatch(/^[\da-f]{64}$/);
  });

  it("gives nothing to who has canceled, or after it was disposed of", async () => {
    await compiler.compile(HELLO);
    expect(await codeOf(compiler.compile(HELLO, { signal: AbortSignal.abort() }))).toBe("toolchain/canceled");
    const fresh = createNodeCompiler({ results });
    fresh[Symbol.dispose]();
    expect(await codeOf(fresh.compile(HELLO))).toBe("toolchain/disposed");
  });

  it("works with a cache that fails", async () => {
    const broken: ResultCache = {
      get: () => Promise.reject(new Error("The disk is gone")),
      set: () => Promise.reject(new Error("The disk is gone")),
    };
    using unlucky = createNodeCompiler({ results: broken });
    expect(await unlucky.compile(HELLO)).toEqual(await compiler.compile(HELLO));
  });

  it("refuses bad input before it looks", async () => {
    expect(await codeOf(withoutClang.compile({ "../x.c": "" }))).toBe("toolchain/bad-source-name");
    await expect(withoutClang.compile(HELLO, { stackBytes: 7 })).rejects.toThrow(RangeError);
  });
});

describe("createMemoryResultCache()", () => {
  it("keeps what fits, and loses first what nobody has asked for", async () => {
    const cache = createMemoryResultCache(4_700);
    for (const key of ["a", "b", "c"]) await cache.set(key, resultOf(1_000));
    await cache.get("a");
    await cache.set("d", resultOf(1_000));
    const found = await Promise.all(["a", "b", "c", "d"].map((key) => cache.get(key)));
    expect(found.map((result) => result?.wasm?.length)).toEqual([1_000, undefined, 1_000, 1_000]);
    // The same again takes no more room.
    await cache.set("d", resultOf(1_000));
    expect(await cache.get("a")).toEqual(resultOf(1_000));
    await cache.set("e", resultOf(5_000));
    expect(await Promise.all(["a", "d", "e"].map((key) => cache.get(key)))).toEqual([undefined, undefined, undefined]);
  });

  it("keeps no endless number of results that are next to nothing", async () => {
    const cache = createMemoryResultCache(100_000);
    for (let key = 0; key < 1_000; key++) await cache.set(String(key), resultOf(1));
    expect(await cache.get("0")).toBeUndefined();
    expect(await cache.get("999")).toEqual(resultOf(1));
  });

  it("refuses a size that is none", () => {
    expect(() => createMemoryResultCache(-1)).toThrow(RangeError);
    expect(() => createMemoryResultCache(Number.NaN)).toThrow(RangeError);
  });
});
