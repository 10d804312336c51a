// Results that a page keeps in the browser's Cache Storage from one visit to the next.

import { createBrowserCompiler, createPageResultCache, type CompileResult } from "gasworks/toolchain";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const CLANG = "/node_modules/@yowasp/clang/gen/";
const SOURCES = { "main.c": '#include <stdio.h>\nint main(void) { int größe; printf("kept\\n"); return 0; }\n' };

async function clear(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith("gasworks-results-")) await caches.delete(name);
}
beforeEach(clear);
afterEach(clear);

function resultOf(bytes: number): CompileResult {
  return { wasm: new Uint8Array(bytes).fill(7), diagnostics: [] };
}

/** The cache that the results are in. */
async function storage(): Promise<Cache> {
  const name = (await caches.keys()).find((each) => each.startsWith("gasworks-results-"));
  return caches.open(name ?? "");
}

describe("createPageResultCache()", () => {
  it("gives a later page the same bytes and diagnostics, without a compiler", async () => {
    using compiler = createBrowserCompiler({ baseUrl: CLANG, results: createPageResultCache() });
    const first = await compiler.compile(SOURCES);
    expect(first.diagnostics.map(({ message }) => message)).toEqual(["unused variable 'größe'"]);
    const broken = await compiler.compile({ "main.c": "int main(void) { return q; }" });
    await expect.poll(async () => (await (await storage()).keys()).length).toBe(2);

    using later = createBrowserCompiler({ baseUrl: "/nowhere/", results: createPageResultCache() });
    expect(await later.compile(SOURCES)).toEqual(first);
    expect(await later.compile({ "main.c": "int main(void) { return q; }" })).toEqual(broken);
    await expect(later.compile(SOURCES, { optimization: "-O2" })).rejects.toMatchObject({
      code: "toolchain/unavailable",
    });
  });

  it("keeps what fits, and loses the oldest first", async () => {
    const cache = createPageResultCache(14_000);
    for (const key of ["a", "b", "c", "a", "d"]) await cache.set(key, resultOf(1_000));
    const found = await Promise.all(["a", "b", "c", "d"].map((key) => cache.get(key)));
    expect(found.map((result) => result?.wasm?.length)).toEqual([1_000, undefined, 1_000, 1_000]);
  });

  it("does not give what was damaged, and lets go of it", async () => {
    const cache = createPageResultCache();
    await cache.set("whole", resultOf(1_000));
    await cache.set("altered", resultOf(1_000));
    await cache.set("cut", resultOf(1_000));
    const entries = await storage();
    for (const { url } of await entries.keys()) {
      const bytes = new Uint8Array((await (await entries.match(url))?.arrayBuffer()) ?? new ArrayBuffer(0));
      if (url.includes("/altered")) bytes[bytes.length - 1] = 8;
      await entries.put(url, new Response(url.includes("/cut") ? bytes.subarray(0, 50) : bytes));
    }
    expect(await cache.get("whole")).toEqual(resultOf(1_000));
    expect(await cache.get("altered")).toBeUndefined();
    expect(await cache.get("cut")).toBeUndefined();
    expect(await entries.keys()).toHaveLength(1);
  });

  it("lets go of what other versions have kept", async () => {
    await caches.open("gasworks-results-old");
    await createPageResultCache().get("a");
    expect(await caches.has("gasworks-results-old")).toBe(false);
  });
});
