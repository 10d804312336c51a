// The behavior that every SaveStore must have. Called once for each implementation.

import { describe, expect, it } from "vitest";

import type { SaveMeta, SaveStore } from "gasworks/persistence";

import { sameBytes } from "../support/same-bytes.ts";

/** What a store is given: a save's bytes and its own meta. */
export interface SampleSave {
  readonly bytes: Uint8Array;
  readonly meta: SaveMeta;
}

/** An empty store, and how to reach behind its back. */
export interface OpenStore {
  readonly store: SaveStore;
  /** Changes a byte of a save, if the storage can be damaged at all. */
  readonly damage?: (slot: string, generation: number) => Promise<void>;
}

/**
 * @param saveOf - Gives a save of that name and of at least that many bytes.
 */
export function describeSaveStore(
  name: string,
  open: () => Promise<OpenStore>,
  saveOf: (name: string, tick: number, atLeastBytes?: number) => SampleSave,
): void {
  describe(`${name} as a SaveStore`, () => {
    it("reads back the bytes it wrote", async () => {
      const { store } = await open();
      const save = saveOf("one", 1);
      await store.write("slot-1", save.bytes, save.meta);
      expect((await store.read("slot-1"))?.bytes).toEqual(save.bytes);
    });

    it("reads undefined from an empty slot", async () => {
      const { store } = await open();
      expect(await store.read("nowhere")).toBeUndefined();
      expect(await store.list()).toEqual([]);
    });

    it.each([
      ["the bytes", (bytes: Uint8Array): Uint8Array => bytes.slice()],
      ["bytes whose slice() does not copy, as Buffer's", (bytes: Uint8Array): Uint8Array => SharingBytes.from(bytes)],
    ])("keeps its own copy of %s, taken when write() was called", async (_, copyOf) => {
      const { store } = await open();
      const save = saveOf("one", 1);
      const given = copyOf(save.bytes);
      const written = store.write("slot-1", given, save.meta);
      given.fill(0);
      await written;
      const read = (await store.read("slot-1"))?.bytes;
      expect(read).toEqual(save.bytes);
      read?.fill(0);
      expect((await store.read("slot-1"))?.bytes).toEqual(save.bytes);
    });

    it("stores the bytes of a view and not its whole buffer", async () => {
      const { store } = await open();
      const save = saveOf("one", 1);
      const buffer = new Uint8Array(save.bytes.length + 100);
      buffer.set(save.bytes, 50);
      await store.write("slot-1", buffer.subarray(50, 50 + save.bytes.length), save.meta);
      const read = (await store.read("slot-1"))?.bytes;
      expect(read).toEqual(save.bytes);
      expect(read?.buffer.byteLength).toBe(save.bytes.length);
    });

    it("lists slots by name, with what their saves say of themselves", async () => {
      const { store } = await open();
      const [b, a] = [saveOf("second", 22), saveOf("first", 11)];
      await store.write("b", b.bytes, b.meta);
      await store.write("a", a.bytes, a.meta);
      expect(await store.list()).toEqual([
        { slot: "a", generation: 1, ...a.meta, bytes: a.bytes.length },
        { slot: "b", generation: 1, ...b.meta, bytes: b.bytes.length },
      ]);
    });

    it("replaces a save by a shorter one and by a longer one", async () => {
      const { store } = await open();
      for (const size of [200_000, 10, 70_000]) {
        const save = saveOf("one", size, size);
        await store.write("slot-1", save.bytes, save.meta);
        expect(sameBytes(save.bytes, (await store.read("slot-1"))?.bytes)).toBe(true);
      }
      expect(await store.list()).toHaveLength(1);
    });

    it("holds one whole save after many that were written at the same time", async () => {
      const { store } = await open();
      const saves = Array.from({ length: 5 }, (_, i) => saveOf(`save ${i}`, i, 30_000 * (5 - i)));
      const numbers = await Promise.all(saves.map(({ bytes, meta }) => store.write("slot-1", bytes, meta)));
      expect(new Set(numbers)).toEqual(new Set([1, 2, 3, 4, 5]));
      const read = await store.read("slot-1");
      expect(read?.generation).toBe(5);
      expect(sameBytes(saves[numbers.indexOf(5)]?.bytes ?? new Uint8Array(), read?.bytes)).toBe(true);
      expect(await store.list()).toHaveLength(1);
    });

    it("empties a slot and leaves its neighbors", async () => {
      const { store } = await open();
      const save = saveOf("one", 1);
      for (const slot of ["a", "aa", "b"]) await store.write(slot, save.bytes, save.meta);
      await store.delete("a");
      await store.delete("never there");
      expect(await store.read("a")).toBeUndefined();
      expect((await store.list()).map(({ slot }) => slot)).toEqual(["aa", "b"]);
    });

    it("tells apart names that differ in case, separators and dots", async () => {
      const { store } = await open();
      const slots = [
        ".",
        "..",
        "../a",
        "A",
        "a",
        "a.",
        "a/b",
        "a\\b",
        "a%2fb",
        "CON",
        "ü",
        "\u{1F680}",
        "x".repeat(80),
      ];
      for (const [i, slot] of slots.entries()) {
        const save = saveOf(slot, i);
        await store.write(slot, save.bytes, save.meta);
      }
      expect((await store.list()).map(({ slot }) => slot).toSorted()).toEqual(slots.toSorted());
      for (const [i, slot] of slots.entries()) expect((await store.read(slot))?.bytes).toEqual(saveOf(slot, i).bytes);
    });

    it("counts generations from 1 and keeps two, the newest first, whatever the clock says", async () => {
      const { store } = await open();
      for (const tick of [1, 2, 3]) {
        const save = saveOf(`save ${tick}`, tick);
        const meta = { ...save.meta, savedAt: `200${9 - tick}-01-01T00:00:00.000Z` };
        expect(await store.write("slot-1", save.bytes, meta)).toBe(tick);
      }
      const kept = await store.generations("slot-1");
      expect(kept.map(({ generation, name, tick }) => ({ generation, name, tick }))).toEqual([
        { generation: 3, name: "save 3", tick: 3 },
        { generation: 2, name: "save 2", tick: 2 },
      ]);
      expect((await store.read("slot-1"))?.generation).toBe(3);
      expect((await store.list()).map(({ generation, tick }) => [generation, tick])).toEqual([[3, 3]]);
    });

    it("keeps as many as it is told to, and reads each of them", async () => {
      const { store } = await open();
      for (let tick = 1; tick <= 6; tick++) {
        const save = saveOf(`save ${tick}`, tick);
        await store.write("ring", save.bytes, save.meta, { keep: 4 });
      }
      expect((await store.generations("ring")).map(({ generation }) => generation)).toEqual([6, 5, 4, 3]);
      for (const tick of [3, 4, 5, 6]) {
        const read = await store.read("ring", tick);
        expect(read).toEqual({ generation: tick, bytes: saveOf(`save ${tick}`, tick).bytes, damaged: [] });
      }
      for (const gone of [0, 2, 7]) expect(await store.read("ring", gone)).toBeUndefined();
      const last = saveOf("save 7", 7);
      await store.write("ring", last.bytes, last.meta);
      expect((await store.generations("ring")).map(({ generation }) => generation)).toEqual([7, 6]);
    });

    it.each([0, 1, 101, 2.5, NaN])("refuses to keep %d generations and stores nothing", async (keep) => {
      const { store } = await open();
      const save = saveOf("one", 1);
      await expect(store.write("slot-1", save.bytes, save.meta, { keep })).rejects.toThrow(RangeError);
      expect(await store.list()).toEqual([]);
      expect(await store.generations("slot-1")).toEqual([]);
    });

    it("falls back to the generation before a damaged one, and says so", async (context) => {
      const { store, damage } = await open();
      if (damage === undefined) return context.skip();
      const [one, two, three] = [saveOf("one", 1, 100_000), saveOf("two", 2, 100_000), saveOf("three", 3)] as const;
      await store.write("slot-1", one.bytes, one.meta);
      await store.write("slot-1", two.bytes, two.meta);
      await damage("slot-1", 2);
      expect(await store.read("slot-1")).toEqual({ generation: 1, bytes: one.bytes, damaged: [2] });
      await expect(store.read("slot-1", 2)).rejects.toMatchObject({ code: "save/corrupt" });
      // What was found damaged does not push a good one out.
      expect(await store.write("slot-1", three.bytes, three.meta)).toBe(3);
      expect(await store.read("slot-1")).toEqual({ generation: 3, bytes: three.bytes, damaged: [] });
      expect((await store.read("slot-1", 1))?.bytes).toEqual(one.bytes);
    });

    it("refuses to read a slot of damaged saves only, and can save into it again", async (context) => {
      const { store, damage } = await open();
      if (damage === undefined) return context.skip();
      const save = saveOf("one", 1);
      for (const generation of [1, 2]) {
        await store.write("slot-1", save.bytes, save.meta);
        await damage("slot-1", generation);
      }
      await expect(store.read("slot-1")).rejects.toMatchObject({ code: "save/corrupt" });
      expect(await store.write("slot-1", save.bytes, save.meta)).toBe(3);
      expect((await store.read("slot-1"))?.bytes).toEqual(save.bytes);
    });

    it.each(["", "x".repeat(81), "\ud800"])("refuses the slot name %j and stores nothing", async (slot) => {
      const { store } = await open();
      const save = saveOf("one", 1);
      const refusal = expect.objectContaining({ code: "save/bad-slot-name" });
      await expect(store.write(slot, save.bytes, save.meta)).rejects.toEqual(refusal);
      await expect(store.read(slot)).rejects.toEqual(refusal);
      await expect(store.generations(slot)).rejects.toEqual(refusal);
      await expect(store.delete(slot)).rejects.toEqual(refusal);
      expect(await store.list()).toEqual([]);
    });
  });
}

class SharingBytes extends Uint8Array<ArrayBuffer> {
  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    return this.subarray(start, end);
  }
}
