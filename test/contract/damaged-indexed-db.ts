// What IndexedDbStore does when the browser loses, damages or refuses things. The same in Node, with a stand-in for
// IndexedDB, and in Chromium.

import { createStore, entries, get, set } from "idb-keyval";
import { describe, expect, it } from "vitest";

import { IndexedDbStore } from "gasworks/persistence";

import { storedSave } from "../support/stored-save.ts";

let databases = 0;

/** A name that no test before had. */
export function freshDatabase(): string {
  return `test-${Date.now()}-${databases++}`;
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

    it("keeps two generations and no more", async () => {
      const databaseName = freshDatabase();
      const store = new IndexedDbStore({ databaseName });
      for (const tick of [1, 2, 3, 4, 5]) {
        const save = storedSave("one", tick);
        await store.write("slot-1", save.bytes, save.meta);
      }
      const keys = (await entries(createStore(databaseName, "saves"))).map(([key]) => key);
      expect(keys).toEqual([
        ["data", "slot-1", 4, 0],
        ["data", "slot-1", 5, 0],
        ["head", "slot-1"],
      ]);
    });

    it("reads the generation before when the newest is damaged, and refuses when both are", async () => {
      const databaseName = freshDatabase();
      const store = new IndexedDbStore({ databaseName });
      const [before, newest] = [storedSave("before", 1), storedSave("newest", 2)];
      await store.write("slot-1", before.bytes, before.meta);
      await store.write("slot-1", newest.bytes, newest.meta);

      const raw = createStore(databaseName, "saves");
      for (const [generation, expected] of [
        [2, before.bytes],
        [1, undefined],
      ] as const) {
        const key = ["data", "slot-1", generation, 0];
        const chunk = await get<Uint8Array>(key, raw);
        await set(key, chunk?.with(30, (chunk[30] ?? 0) ^ 1), raw);
        if (expected) expect(await store.read("slot-1")).toEqual(expected);
        else await expect(store.read("slot-1")).rejects.toMatchObject({ code: "save/corrupt" });
      }
    });

    it("can save again into a slot whose head is damaged", async () => {
      const databaseName = freshDatabase();
      const store = new IndexedDbStore({ databaseName });
      const save = storedSave("one", 1);
      await store.write("slot-1", save.bytes, save.meta);
      await set(["head", "slot-1"], new Uint8Array([1, 2, 3]), createStore(databaseName, "saves"));
      await expect(store.read("slot-1")).rejects.toMatchObject({ code: "save/corrupt" });
      await store.write("slot-1", save.bytes, save.meta);
      expect(await store.read("slot-1")).toEqual(save.bytes);
    });

    it("sees what another page saved", async () => {
      const databaseName = freshDatabase();
      const save = storedSave("one", 1);
      await new IndexedDbStore({ databaseName }).write("slot-1", save.bytes, save.meta);
      expect(await new IndexedDbStore({ databaseName }).read("slot-1")).toEqual(save.bytes);
    });

    it.each(["QuotaExceededError", "UnknownError"])(
      "keeps the old save when the browser fails with %s at any point",
      async (name) => {
        const store = new IndexedDbStore({ databaseName: freshDatabase() });
        const [old, late] = [storedSave("old", 1), storedSave("late", 2, 200_000)];
        await store.write("slot-1", old.bytes, old.meta);

        const put: (this: IDBObjectStore, value: unknown, key?: IDBValidKey) => IDBRequest<IDBValidKey> = Reflect.get(
          IDBObjectStore.prototype,
          "put",
        );
        const code = name === "QuotaExceededError" ? "save/quota-exceeded" : "save/unavailable";
        // Fails the first, the second, ... request until the save is through.
        for (let nth = 1, isThrough = false; !isThrough; nth++) {
          let count = 0;
          IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey): IDBRequest<IDBValidKey> {
            if (++count === nth) throw new DOMException("Injected", name);
            return put.call(this, value, key);
          };
          try {
            await store.write("slot-1", late.bytes, late.meta);
            isThrough = true;
          } catch (error) {
            expect(error).toMatchObject({ code });
            expect(await store.read("slot-1")).toEqual(old.bytes);
            expect((await store.list()).map(({ tick }) => tick)).toEqual([1]);
          } finally {
            IDBObjectStore.prototype.put = put;
          }
          expect(nth).toBeLessThan(20);
        }
        expect((await store.read("slot-1"))?.length).toBe(late.bytes.length);
      },
    );

    it("opens the database again, once, when the browser has closed it", async () => {
      const databaseName = freshDatabase();
      const store = new IndexedDbStore({ databaseName });
      const save = storedSave("one", 1);
      await store.write("slot-1", save.bytes, save.meta);

      type Open = (this: IDBDatabase, ...args: Parameters<IDBDatabase["transaction"]>) => IDBTransaction;
      const open: Open = Reflect.get(IDBDatabase.prototype, "transaction");
      let failures = 1;
      IDBDatabase.prototype.transaction = function (...args): IDBTransaction {
        if (failures-- > 0) throw new DOMException("Injected", "InvalidStateError");
        return open.apply(this, args);
      };
      try {
        expect(await store.read("slot-1")).toEqual(save.bytes);
        failures = 2;
        await expect(store.read("slot-1")).rejects.toMatchObject({ code: "save/unavailable" });
      } finally {
        IDBDatabase.prototype.transaction = open;
      }
    });

    it("says that storage is blocked when it never answers", async () => {
      const store = new IndexedDbStore({ databaseName: freshDatabase(), timeLimitMs: 50 });
      const open: (this: IDBFactory, name: string, version?: number) => IDBOpenDBRequest = Reflect.get(
        IDBFactory.prototype,
        "open",
      );
      IDBFactory.prototype.open = () => ({}) as IDBOpenDBRequest;
      try {
        await expect(store.list()).rejects.toMatchObject({ code: "save/blocked" });
      } finally {
        IDBFactory.prototype.open = open;
      }
    });
  });
}
