// What IndexedDbStore does when the browser loses, damages or refuses things. The same in Node, with a stand-in for
// IndexedDB, and in Chromium.

import { createStore, entries, get, set } from "idb-keyval";
import { describe, expect, it } from "vitest";

import { IndexedDbStore } from "gasworks/persistence";

import { replaceMethod } from "../support/replace-method.ts";
import { storedSave } from "../support/stored-save.ts";
import type { OpenStore } from "./save-store.ts";

let databases = 0;

/** A name that no test before had. */
export function freshDatabase(): string {
  return `test-${Date.now()}-${databases++}`;
}

/** An empty store in a database of its own. */
export async function openFreshIndexedDb(): Promise<OpenStore> {
  const databaseName = freshDatabase();
  return {
    store: new IndexedDbStore({ databaseName }),
    damage: async (slot, generation) => {
      const raw = createStore(databaseName, "saves");
      const key = ["chunk", slot, generation, 0];
      const chunk = await get<Uint8Array>(key, raw);
      await set(key, chunk?.with(30, (chunk[30] ?? 0) ^ 1), raw);
    },
  };
}

export function describeDamagedIndexedDb(): void {
  describe("IndexedDbStore", () => {
    it("stores nothing but byte arrays under 61,000 bytes that own their buffer", async () => {
      const databaseName = freshDatabase();
      const save = storedSave("big", 1, 300_000);
      await new IndexedDbStore({ databaseName }).write("slot-1", save.bytes, save.meta);
      for (const [, value] of await entries(createStore(databaseName, "saves"))) {
        expect(ArrayBuffer.isView(value)).toBe(true);
        expect(value.byteLength).toBeLessThan(61_000);
        expect(value.buffer.byteLength).toBe(value.byteLength);
      }
    });

    it("leaves nothing of generations that are too old, nor of a slot that was deleted", async () => {
      const databaseName = freshDatabase();
      const store = new IndexedDbStore({ databaseName });
      const keys = async (): Promise<IDBValidKey[]> =>
        (await entries(createStore(databaseName, "saves"))).map(([key]) => key);
      for (const tick of [1, 2, 3, 4, 5]) {
        const save = storedSave("one", tick);
        await store.write("slot-1", save.bytes, save.meta);
      }
      expect(await keys()).toEqual([
        ["chunk", "slot-1", 4, 0],
        ["chunk", "slot-1", 5, 0],
        ["save", "slot-1", 4],
        ["save", "slot-1", 5],
      ]);
      await store.delete("slot-1");
      expect(await keys()).toEqual([]);
    });

    it("waits for the disk with every save", async () => {
      const asked: unknown[] = [];
      const store = new IndexedDbStore({ databaseName: freshDatabase() });
      const save = storedSave("one", 1);
      const stop = replaceMethod(IDBDatabase.prototype, "transaction", (call, _, [, mode, options]) => {
        if (mode === "readwrite") asked.push(options);
        return call();
      });
      await store.write("slot-1", save.bytes, save.meta).finally(stop);
      expect(asked).toEqual([{ durability: "strict" }]);
    });

    it("loses no more than one generation by a damaged entry", async () => {
      const databaseName = freshDatabase();
      const store = new IndexedDbStore({ databaseName });
      const [before, newest] = [storedSave("before", 1), storedSave("newest", 2)];
      await store.write("slot-1", before.bytes, before.meta);
      await store.write("slot-1", newest.bytes, newest.meta);
      await set(["save", "slot-1", 2], new Uint8Array([1, 2, 3]), createStore(databaseName, "saves"));
      expect(await store.read("slot-1")).toEqual({ generation: 1, bytes: before.bytes, damaged: [2] });
      expect((await store.list()).map(({ name }) => name)).toEqual(["before"]);
      expect(await store.write("slot-1", newest.bytes, newest.meta)).toBe(3);
    });

    it("sees what another page saved", async () => {
      const databaseName = freshDatabase();
      const save = storedSave("one", 1);
      await new IndexedDbStore({ databaseName }).write("slot-1", save.bytes, save.meta);
      expect((await new IndexedDbStore({ databaseName }).read("slot-1"))?.bytes).toEqual(save.bytes);
    });

    it("opens the database again, once, when the browser has closed it", async () => {
      const databaseName = freshDatabase();
      const store = new IndexedDbStore({ databaseName });
      const save = storedSave("one", 1);
      await store.write("slot-1", save.bytes, save.meta);

      let failures = 1;
      const stop = replaceMethod(IDBDatabase.prototype, "transaction", (call) => {
        if (failures-- > 0) throw new DOMException("Injected", "InvalidStateError");
        return call();
      });
      try {
        expect((await store.read("slot-1"))?.bytes).toEqual(save.bytes);
        failures = 2;
        await expect(store.read("slot-1")).rejects.toMatchObject({ code: "save/unavailable" });
      } finally {
        stop();
      }
    });

    it("says that storage is blocked when it never answers", async () => {
      const store = new IndexedDbStore({ databaseName: freshDatabase(), timeLimitMs: 50 });
      const stop = replaceMethod(IDBFactory.prototype, "open", () => ({}));
      await expect(store.list()).rejects.toMatchObject({ code: "save/blocked" });
      stop();
    });
  });
}
