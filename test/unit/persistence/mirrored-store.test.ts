import { afterEach, describe, expect, it, vi } from "vitest";

import { FolderStore, MemoryStore, MirroredStore, SaveError, type SaveStore } from "gasworks/persistence";

import { describeSaveStore } from "../../contract/save-store.ts";
import { MemoryFolder, type FolderOperation } from "../../support/memory-folder.ts";
import { storedSave } from "../../support/stored-save.ts";

describeSaveStore(
  "MirroredStore",
  async () => ({ store: new MirroredStore(new MemoryStore(), new MemoryStore()) }),
  storedSave,
);

describeSaveStore(
  "MirroredStore with a folder",
  async () => ({ store: new MirroredStore(new MemoryStore(), new FolderStore(new MemoryFolder())) }),
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

/** A store that writes, or refuses to, when it is told. */
class WaitingStore extends MemoryStore {
  readonly #answers: ((error?: SaveError) => void)[] = [];
  /** How often somebody has begun to write. */
  writes = 0;

  override async write(...write: Parameters<SaveStore["write"]>): Promise<number> {
    this.writes += 1;
    const error = await new Promise<SaveError | undefined>((resolve) => this.#answers.push(resolve));
    if (error !== undefined) throw error;
    return await super.write(...write);
  }

  answer(error?: SaveError): void {
    this.#answers.shift()?.(error);
  }
}

describe("MirroredStore with a mirror that prepares its writes", () => {
  const [one, two] = [storedSave("one", 1), storedSave("two", 2)];
  const full = new SaveError("save/quota-exceeded", "Injected");
  afterEach(() => void vi.useRealTimers());

  /** A save in both stores, and another one that the first is about to write. */
  async function begun() {
    const folder = new MemoryFolder();
    const [first, mirror] = [new WaitingStore(), new FolderStore(folder)];
    const store = new MirroredStore(first, mirror);
    const before = store.write("slot-1", one.bytes, one.meta);
    first.answer();
    await before;
    const operations: FolderOperation[] = [];
    folder.onOperation = async (operation) => void operations.push(operation);
    const written = store.write("slot-1", two.bytes, two.meta);
    written.catch(() => undefined);
    return { folder, first, mirror, store, written, operations };
  }

  it("has it prepared while the first one writes, and has nothing of it until that has", async () => {
    const { first, mirror, written, operations } = await begun();
    await expect.poll(() => operations).toContain("stage");
    expect((await mirror.read("slot-1"))?.bytes).toEqual(one.bytes);
    expect(operations).not.toContain("commit");
    first.answer();
    expect(await written).toBe(2);
    expect((await first.read("slot-1"))?.bytes).toEqual(two.bytes);
    expect((await mirror.read("slot-1"))?.bytes).toEqual(two.bytes);
  });

  it("leaves the mirror as it was when the first one fails, and the next save is in both", async () => {
    const { first, mirror, store, written, operations } = await begun();
    first.answer(new SaveError("save/blocked", "Injected"));
    await expect(written).rejects.toMatchObject({ code: "save/blocked" });
    expect(operations).toContain("abandon");
    expect((await mirror.generations("slot-1")).map(({ name }) => name)).toEqual(["one"]);
    const next = store.write("slot-1", two.bytes, two.meta);
    first.answer();
    await next;
    expect((await mirror.generations("slot-1")).map(({ name }) => name)).toEqual(["two", "one"]);
  });

  it("gives the first one the room that the mirror has taken", async () => {
    const { first, mirror, written, operations } = await begun();
    first.answer(full);
    await expect.poll(() => first.writes).toBe(3);
    expect(operations).toContain("abandon");
    expect(operations).not.toContain("commit");
    first.answer();
    expect(await written).toBe(2);
    expect((await mirror.read("slot-1"))?.bytes).toEqual(two.bytes);
  });

  it("fails when there is no room without the mirror's part either", async () => {
    const { first, mirror, written } = await begun();
    first.answer(full);
    await expect.poll(() => first.writes).toBe(3);
    first.answer(full);
    await expect(written).rejects.toBe(full);
    expect((await mirror.generations("slot-1")).map(({ name }) => name)).toEqual(["one"]);
  });

  const operations: readonly FolderOperation[] = ["names", "stage", "commit", "abandon", "remove"];
  const faults = ["fails", "hangs"] as const;

  it.each(operations.flatMap((operation) => faults.map((fault) => [operation, fault] as const)))(
    "saves in the first one, or says why not, when %s of the mirror %s",
    async (operation, fault) => {
      for (const refusal of [undefined, new SaveError("save/blocked", "Injected")]) {
        vi.useFakeTimers();
        const folder = new MemoryFolder();
        const [first, mirror] = [new MemoryStore(), new FolderStore(folder)];
        await new MirroredStore(first, mirror).write("slot-1", one.bytes, one.meta);
        const refusing: SaveStore = {
          list: () => first.list(),
          generations: (slot) => first.generations(slot),
          read: (slot) => first.read(slot),
          delete: (slot) => first.delete(slot),
          write: async (...write) => {
            if (refusal !== undefined) throw refusal;
            return await first.write(...write);
          },
        };
        folder.onOperation = async (name) => {
          if (name === operation && fault === "fails") throw new Error("Injected");
          if (name === operation) await new Promise(() => {});
        };
        const outcome = new MirroredStore(refusing, mirror)
          .write("slot-1", two.bytes, two.meta, { keep: 2 })
          .catch((error: unknown) => error);
        await vi.runAllTimersAsync();
        expect(await outcome).toBe(refusal ?? 2);
        // What the first one has lost all of is read from the mirror: an accepted save, and whole.
        folder.onOperation = async () => {};
        const left = await new FolderStore(folder).read("slot-1");
        expect(left?.bytes).toEqual(left?.generation === 2 ? two.bytes : one.bytes);
        if (refusal !== undefined) expect(left?.generation).toBe(1);
        expect((await first.read("slot-1"))?.bytes).toEqual(refusal === undefined ? two.bytes : one.bytes);
        vi.useRealTimers();
      }
    },
  );
});
