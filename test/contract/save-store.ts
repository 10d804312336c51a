// The behavior that every SaveStore must have. Called once for each implementation.

import { describe, expect, it } from "vitest";

import type { SaveMeta, SaveStore } from "gasworks/persistence";

/** What a store is given: a save's bytes and its own meta. */
export interface StoredSave {
  readonly bytes: Uint8Array;
  readonly meta: SaveMeta;
}

/**
 * @param open - Gives an empty store.
 * @param saveOf - Gives a save of that name and of at least that many bytes.
 */
export function describeSaveStore(
  name: string,
  open: () => Promise<SaveStore>,
  saveOf: (name: string, tick: number, atLeastBytes?: number) => StoredSave,
): void {
  describe(`${name} as a SaveStore`, () => {
    it("reads back the bytes it wrote", async () => {
      const store = await open();
      const save = saveOf("one", 1);
      await store.write("slot-1", save.bytes, save.meta);
      expect(await store.read("slot-1")).toEqual(save.bytes);
    });

    it("reads undefined from an empty slot", async () => {
      const store = await open();
      expect(await store.read("nowhere")).toBeUndefined();
      expect(await store.list()).toEqual([]);
    });

    it.each([
      ["the bytes", (bytes: Uint8Array): Uint8Array => bytes.slice()],
      ["bytes whose slice() does not copy, as Buffer's", (bytes: Uint8Array): Uint8Array => SharingBytes.from(bytes)],
    ])("keeps its own copy of %s, taken when write() was called", async (_, copyOf) => {
      const store = await open();
      const save = saveOf("one", 1);
      const given = copyOf(save.bytes);
      const written = store.write("slot-1", given, save.meta);
      given.fill(0);
      await written;
      const read = await store.read("slot-1");
      expect(read).toEqual(save.bytes);
      read?.fill(0);
      expect(await store.read("slot-1")).toEqual(save.bytes);
    });

    it("stores the bytes of a view and not its whole buffer", async () => {
      const store = await open();
      const save = saveOf("one", 1);
      const buffer = new Uint8Array(save.bytes.length + 100);
      buffer.set(save.bytes, 50);
      await store.write("slot-1", buffer.subarray(50, 50 + save.bytes.length), save.meta);
      const read = await store.read("slot-1");
      expect(read).toEqual(save.bytes);
      expect(read?.buffer.byteLength).toBe(save.bytes.length);
    });

    it("lists slots by name, with what their saves say of themselves", async () => {
      const store = await open();
      const [b, a] = [saveOf("second", 22), saveOf("first", 11)];
      await store.write("b", b.bytes, b.meta);
      await store.write("a", a.bytes, a.meta);
      expect(await store.list()).toEqual([
        { slot: "a", ...a.meta, bytes: a.bytes.length },
        { slot: "b", ...b.meta, bytes: b.bytes.length },
      ]);
    });

    it("replaces a save by a shorter one and by a longer one", async () => {
      const store = await open();
      for (const size of [200_000, 10, 70_000]) {
        const save = saveOf("one", size, size);
        await store.write("slot-1", save.bytes, save.meta);
        expect(areEqual(save.bytes, await store.read("slot-1"))).toBe(true);
      }
      expect(await store.list()).toHaveLength(1);
    });

    it("holds one whole save after many that were written at the same time", async () => {
      const store = await open();
      const saves = Array.from({ length: 5 }, (_, i) => saveOf(`save ${i}`, i, 30_000 * (5 - i)));
      await Promise.all(saves.map(({ bytes, meta }) => store.write("slot-1", bytes, meta)));
      const read = await store.read("slot-1");
      expect(saves.some(({ bytes }) => areEqual(bytes, read))).toBe(true);
      expect(await store.list()).toHaveLength(1);
    });

    it("empties a slot and leaves its neighbors", async () => {
      const store = await open();
      const save = saveOf("one", 1);
      for (const slot of ["a", "aa", "b"]) await store.write(slot, save.bytes, save.meta);
      await store.delete("a");
      await store.delete("never there");
      expect(await store.read("a")).toBeUndefined();
      expect((await store.list()).map(({ slot }) => slot)).toEqual(["aa", "b"]);
    });

    it("tells apart names that differ in case, separators and dots", async () => {
      const store = await open();
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
      for (const [i, slot] of slots.entries()) expect(await store.read(slot)).toEqual(saveOf(slot, i).bytes);
    });

    it.each(["", "x".repeat(81), "\ud800"])("refuses the slot name %j and stores nothing", async (slot) => {
      const store = await open();
      const save = saveOf("one", 1);
      const refusal = expect.objectContaining({ code: "save/bad-slot-name" });
      await expect(store.write(slot, save.bytes, save.meta)).rejects.toEqual(refusal);
      await expect(store.read(slot)).rejects.toEqual(refusal);
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

/** Vitest's own comparison takes a second for a megabyte. */
function areEqual(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return a.length === b?.length && a.every((byte, i) => byte === b[i]);
}
