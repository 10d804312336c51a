// What IndexedDbStore does when the browser loses, damages or refuses things. The same in Node, with a stand-in for
// IndexedDB, and in Chromium.

import { createStore, del, entries, get, keys, set } from "idb-keyval";
import { describe, expect, it } from "vitest";

import { encodeSave, IndexedDbStore } from "gasworks/persistence";

import { Random } from "../support/random.ts";
import { replaceMethod } from "../support/replace-method.ts";
import { sameBytes } from "../support/same-bytes.ts";
import { storedSave } from "../support/stored-save.ts";
import type { OpenStore, SampleSave } from "./save-store.ts";

/** The same in browsers, which have no environment to give another. */
const SEED = 20_260;

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

/** A save of some 300,000 bytes of which one part in ten is another for each number. */
function patchwork(number: number): SampleSave {
  const meta = { name: `patchwork ${number}`, tick: number, savedAt: "2026-01-02T03:04:05.000Z" };
  const unknownSections = Array.from({ length: 10 }, (_, part) => {
    const random = new Random(part === number % 10 ? 1_000 + number : part);
    return { id: `prt${part}`, bytes: Uint8Array.from({ length: 30_000 }, () => random.below(256)) };
  });
  return { meta, bytes: encodeSave({ meta, world: null, programs: [], computers: [], unknownSections }) };
}

/** Bytes of the chunks that came with a generation. */
async function chunkBytes(databaseName: string, generation: number): Promise<number> {
  const all = await entries<IDBValidKey, Uint8Array>(createStore(databaseName, "saves"));
  const own = all.filter(([key]) => Array.isArray(key) && key[0] === "chunk" && key[2] === generation);
  return own.reduce((sum, [, value]) => sum + value.byteLength, 0);
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
      const keysNow = (): Promise<IDBValidKey[]> => keys(createStore(databaseName, "saves"));
      for (const tick of [1, 2, 3, 4, 5]) {
        const save = storedSave("one", tick);
        await store.write("slot-1", save.bytes, save.meta);
      }
      expect(await keysNow()).toEqual([
        ["chunk", "slot-1", 4, 0],
        ["chunk", "slot-1", 5, 0],
        ["save", "slot-1", 4],
        ["save", "slot-1", 5],
      ]);
      await store.delete("slot-1");
      expect(await keysNow()).toEqual([]);
    });

    it("writes of a save only what has changed since the one before", async () => {
      const databaseName = freshDatabase();
      const store = new IndexedDbStore({ databaseName });
      const [before, after] = [patchwork(1), patchwork(2)];
      await store.write("slot-1", before.bytes, before.meta);
      const all = await chunkBytes(databaseName, 1);
      expect(all).toBe(before.bytes.length);
      await store.write("slot-1", after.bytes, after.meta);
      expect(await chunkBytes(databaseName, 2)).toBeLessThan(all / 2);
      for (const [generation, save] of [
        [1, before],
        [2, after],
      ] as const) {
        expect(
          sameBytes(save.bytes, (await new IndexedDbStore({ databaseName }).read("slot-1", generation))?.bytes),
        ).toBe(true);
      }
    });

    it("takes no chunk over that is not there any more, and none of a save that another page has put in its place", async () => {
      const databaseName = freshDatabase();
      const [store, other] = [new IndexedDbStore({ databaseName }), new IndexedDbStore({ databaseName })];
      const saves = [1, 2, 3].map(patchwork) as [SampleSave, SampleSave, SampleSave];
      await store.write("slot-1", saves[0].bytes, saves[0].meta);
      await del(["chunk", "slot-1", 1, 3], createStore(databaseName, "saves"));
      await store.write("slot-1", saves[1].bytes, saves[1].meta);
      expect(await chunkBytes(databaseName, 2)).toBe(saves[1].bytes.length);
      await other.delete("slot-1");
      for (const { bytes, meta } of [saves[2], saves[0]]) await other.write("slot-1", bytes, meta);
      expect(await store.write("slot-1", saves[2].bytes, saves[2].meta)).toBe(3);
      expect(sameBytes(saves[2].bytes, (await other.read("slot-1", 3))?.bytes)).toBe(true);
    });

    it("writes one save in eight whole: what the storage has damaged is not handed on for ever", async () => {
      const databaseName = freshDatabase();
      const store = new IndexedDbStore({ databaseName });
      const whole: number[] = [];
      for (let generation = 1; generation <= 17; generation++) {
        const { bytes, meta } = patchwork(generation);
        await store.write("slot-1", bytes, meta);
        if ((await chunkBytes(databaseName, generation)) === bytes.length) whole.push(generation);
      }
      expect(whole).toEqual([1, 9, 17]);
    });

    it("has every chunk that a save needs and no other, whatever two pages save in turn", async () => {
      const databaseName = freshDatabase();
      const random = new Random(SEED);
      const stores = [new IndexedDbStore({ databaseName }), new IndexedDbStore({ databaseName })] as const;
      const kept = new Map<number, Uint8Array>();
      for (let round = 0; round < 30; round++) {
        const save = patchwork(random.below(4));
        const keep = 2 + random.below(3);
        const generation = await stores[random.chance(0.8) ? 0 : 1].write("slot-1", save.bytes, save.meta, { keep });
        kept.set(generation, save.bytes);
        for (const old of kept.keys()) if (old <= generation - keep) kept.delete(old);
        const reader = new IndexedDbStore({ databaseName });
        for (const [number, bytes] of kept) {
          expect(sameBytes(bytes, (await reader.read("slot-1", number))?.bytes), `seed ${SEED}`).toBe(true);
        }
      }
      const raw = createStore(databaseName, "saves");
      const needed = new Set<string>();
      for (const generation of kept.keys()) {
        const entry = new TextDecoder().decode(await get<Uint8Array>(["save", "slot-1", generation], raw));
        for (const [from, first, count] of (JSON.parse(entry) as { chunks: [number, number, number][] }).chunks) {
          for (let n = first; n < first + count; n++) needed.add(`${from} ${n}`);
        }
      }
      const there = (await keys(raw)).flatMap((key) =>
        Array.isArray(key) && key[0] === "chunk" ? [key.slice(2).map(Number).join(" ")] : [],
      );
      expect(there.toSorted(), `seed ${SEED}`).toEqual([...needed].toSorted());
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
