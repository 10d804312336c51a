import "fake-indexeddb/auto";

import { afterEach, describe, expect, it, vi } from "vitest";

import { BrowserStore, IndexedDbStore, MemoryStore, type StoreMessage } from "gasworks/persistence";

import { freshDatabase, openFreshIndexedDb } from "../../contract/damaged-indexed-db.ts";
import { describeSaveStore } from "../../contract/save-store.ts";
import { replaceMethod } from "../../support/replace-method.ts";
import { storedSave } from "../../support/stored-save.ts";

afterEach(() => vi.unstubAllGlobals());

describeSaveStore(
  "BrowserStore",
  async () => {
    const { store, damage } = await openFreshIndexedDb();
    return { store: new BrowserStore({ store }), ...(damage === undefined ? {} : { damage }) };
  },
  storedSave,
);

/** A browser's storage that says this of itself, and counts how often it was asked to persist. */
function stubStorage(room: { readonly usage: number; readonly quota: number }): { asked: number } {
  const counts = { asked: 0 };
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
  vi.stubGlobal("navigator", {
    storage: {
      estimate: async () => room,
      persisted: async () => false,
      persist: async () => {
        counts.asked++;
        return false;
      },
    },
  });
  return counts;
}

/** The codes of what a store says while it is used: at least so many, however late they come. */
async function heard(store: BrowserStore, use: () => Promise<unknown>, least = 0): Promise<string[]> {
  const messages: StoreMessage[] = [];
  store.onMessage((message) => messages.push(message));
  await use();
  await expect.poll(() => messages.length).toBeGreaterThanOrEqual(least);
  await new Promise((resolve) => void setTimeout(resolve, 10));
  return messages.map(({ code }) => code);
}

describe("BrowserStore", () => {
  const save = storedSave("one", 1);

  it.each([
    [
      "refuses",
      (): never => {
        throw new DOMException("Injected", "SecurityError");
      },
    ],
    ["never answers", (): unknown => ({})],
  ])("keeps saves in memory where the browser %s, and says so once", async (_, open) => {
    const store = new BrowserStore({ databaseName: freshDatabase(), timeLimitMs: 50 });
    const stop = replaceMethod(IDBFactory.prototype, "open", open);
    const use = async (): Promise<void> => {
      await store.write("slot-1", save.bytes, save.meta);
      await store.write("slot-2", save.bytes, save.meta);
      expect((await store.read("slot-1"))?.bytes).toEqual(save.bytes);
      expect((await store.list()).map(({ slot }) => slot)).toEqual(["slot-1", "slot-2"]);
      expect(await store.room()).toBeUndefined();
    };
    const codes = await heard(store, use, 1).finally(stop);
    expect(codes).toEqual(["store/in-memory"]);
    // Who comes later hears of it as well.
    expect(await heard(store, async () => {}, 1)).toEqual(["store/in-memory"]);
  });

  it("does not hide a storage that fails after it has worked", async () => {
    const store = new BrowserStore({ databaseName: freshDatabase() });
    await store.write("slot-1", save.bytes, save.meta);
    const stop = replaceMethod(IDBDatabase.prototype, "transaction", () => {
      throw new DOMException("Injected", "UnknownError");
    });
    const refused = expect(store.write("slot-1", save.bytes, save.meta)).rejects;
    await refused.toMatchObject({ code: "save/unavailable" }).finally(stop);
    expect((await store.read("slot-1"))?.generation).toBe(1);
  });

  it("asks the browser once to keep the storage, behind the first save and for all stores to come", async () => {
    const counts = stubStorage({ usage: 0, quota: 1e9 });
    const databaseName = freshDatabase();
    await new BrowserStore({ databaseName }).list();
    expect(counts.asked).toBe(0);
    for (let visit = 0; visit < 2; visit++) {
      const store = new BrowserStore({ databaseName });
      expect(await heard(store, () => store.write("slot-1", save.bytes, save.meta))).toEqual([]);
      await store.write("slot-1", save.bytes, save.meta);
    }
    expect(counts.asked).toBe(1);
  });

  it.each([
    [{ usage: 960_000, quota: 1_000_000 }, ["store/nearly-full"]],
    [{ usage: 0, quota: 3 * save.bytes.length }, ["store/nearly-full"]],
    [{ usage: 500_000, quota: 1_000_000 }, []],
  ])("says before it is too late that the storage will be full: %j", async (room, expected) => {
    stubStorage(room);
    const store = new BrowserStore({ databaseName: freshDatabase() });
    const saveTwice = async (): Promise<void> => {
      await store.write("slot-1", save.bytes, save.meta);
      await store.write("slot-1", save.bytes, save.meta);
    };
    const codes = await heard(store, saveTwice, expected.length);
    expect(codes).toEqual(expected);
    expect(await store.room()).toEqual({ usedBytes: room.usage, quotaBytes: room.quota, isPersistent: false });
  });

  it("passes on that there is no room, and keeps what was there", async () => {
    const inner = new IndexedDbStore({ databaseName: freshDatabase() });
    const store = new BrowserStore({ store: inner });
    await store.write("slot-1", save.bytes, save.meta);
    const stop = replaceMethod(IDBObjectStore.prototype, "put", () => {
      throw new DOMException("Injected", "QuotaExceededError");
    });
    await expect(store.write("slot-1", save.bytes, save.meta))
      .rejects.toMatchObject({ code: "save/quota-exceeded" })
      .finally(stop);
    expect((await store.generations("slot-1")).map(({ generation }) => generation)).toEqual([1]);
  });

  it("needs no browser around a store that is given", async () => {
    const store = new BrowserStore({ store: new MemoryStore() });
    expect(await store.write("slot-1", save.bytes, save.meta)).toBe(1);
    expect(await store.room()).toBeUndefined();
  });
});
