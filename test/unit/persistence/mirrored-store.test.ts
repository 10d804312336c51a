import { describe, expect, it } from "vitest";

import { MemoryStore, MirroredStore, SaveError, type SaveStore } from "gasworks/persistence";

import { describeSaveStore } from "../../contract/save-store.ts";
import { storedSave } from "../../support/stored-save.ts";

describeSaveStore(
  "MirroredStore",
  async () => ({ store: new MirroredStore(new MemoryStore(), new MemoryStore()) }),
  storedSave,
);

/** A store of which every use fails. */
function failing(code: "save/unavailable" | "save/corrupt"): SaveStore {
  const fail = async (): Promise<never> => {
    throw new SaveError(code, "Injected");
  };
  return { list: fail, generations: fail, read: fail, write: fail, delete: fail };
}

describe("MirroredStore", () => {
  const [one, two] = [storedSave("one", 1), storedSave("two", 2)];

  it("gives every save back when the first store has lost everything, and goes on from there", async () => {
    const mirror = new MemoryStore();
    const before = new MirroredStore(new MemoryStore(), mirror);
    await before.write("slot-1", one.bytes, one.meta);
    await before.write("slot-1", two.bytes, two.meta);
    const after = new MirroredStore(new MemoryStore(), mirror);
    expect((await after.list()).map(({ slot, name }) => [slot, name])).toEqual([["slot-1", "two"]]);
    expect((await after.generations("slot-1")).map(({ name }) => name)).toEqual(["two", "one"]);
    expect(await after.read("slot-1")).toEqual({ generation: 2, bytes: two.bytes, damaged: [] });
    expect((await after.read("slot-1", 1))?.bytes).toEqual(one.bytes);
    await after.write("slot-1", one.bytes, one.meta);
    expect((await after.read("slot-1"))?.bytes).toEqual(one.bytes);
    expect((await mirror.read("slot-1"))?.bytes).toEqual(one.bytes);
  });

  it("reads the mirror, and says so, when nothing in the first store is whole", async () => {
    const first = new MemoryStore();
    const damaged: SaveStore = {
      list: () => first.list(),
      generations: (slot) => first.generations(slot),
      write: (...args) => first.write(...args),
      delete: (slot) => first.delete(slot),
      read: (slot) => failing("save/corrupt").read(slot),
    };
    const store = new MirroredStore(damaged, new MemoryStore());
    await store.write("slot-1", one.bytes, one.meta);
    expect(await store.read("slot-1")).toEqual({ generation: 1, bytes: one.bytes, damaged: [1] });
    const alone = new MirroredStore(damaged, new MemoryStore());
    await expect(alone.read("slot-1")).rejects.toMatchObject({ code: "save/corrupt" });
  });

  it("brings a mirror along that does not have what is read", async () => {
    const [first, mirror] = [new MemoryStore(), new MemoryStore()];
    const store = new MirroredStore(first, mirror);
    await store.write("slot-1", one.bytes, one.meta);
    // As by a page that was killed before it came to the mirror.
    await first.write("slot-1", two.bytes, two.meta);
    for (let reads = 0; reads < 2; reads++) expect((await store.read("slot-1"))?.bytes).toEqual(two.bytes);
    expect((await mirror.generations("slot-1")).map(({ name }) => name)).toEqual(["two", "one"]);
  });

  it("does without a mirror that fails", async () => {
    const store = new MirroredStore(new MemoryStore(), failing("save/unavailable"));
    expect(await store.write("slot-1", one.bytes, one.meta)).toBe(1);
    expect((await store.read("slot-1"))?.bytes).toEqual(one.bytes);
    expect(await store.read("slot-2")).toBeUndefined();
    await store.delete("slot-1");
    expect(await store.list()).toEqual([]);
  });

  it("fails when the first store does, and leaves the mirror as it was", async () => {
    const mirror = new MemoryStore();
    const store = new MirroredStore(failing("save/unavailable"), mirror);
    await expect(store.write("slot-1", one.bytes, one.meta)).rejects.toMatchObject({ code: "save/unavailable" });
    await expect(store.read("slot-1")).rejects.toMatchObject({ code: "save/unavailable" });
    expect(await mirror.list()).toEqual([]);
  });
});
