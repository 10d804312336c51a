// Two stores for one: what the first loses whole, the second still has.
//
// Chromium deletes all of an origin's IndexedDB when it finds the files of it damaged, which can happen when it was killed
// while it started; generations in the same place do not help then.

import { SaveError } from "./errors.ts";
import { plainView } from "./plain-view.ts";
import type { SaveMeta } from "./save-game.ts";
import {
  bySlot,
  type GenerationInfo,
  type PreparedWrite,
  type SaveStore,
  type SlotInfo,
  type StorageRoom,
  type StoredSave,
  type WriteOptions,
} from "./save-store.ts";

/** After that the mirror is left alone, in milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * Writes every save into both stores, and reads of the first. Where that has nothing whole in a slot, the mirror is read. A
 * mirror that fails is left out: the first store alone decides whether a save has failed. A mirror that can prepare a write
 * does so meanwhile, and has the save when the first one has it. Reading brings a mirror along that is behind. Each store
 * counts its generations by itself; those of the first are told, if it has any.
 */
export class MirroredStore implements SaveStore {
  readonly #first: SaveStore;
  /** `undefined` once it did not answer. */
  #mirror: SaveStore | undefined;

  constructor(first: SaveStore, mirror: SaveStore) {
    this.#first = first;
    this.#mirror = mirror;
  }

  async list(): Promise<readonly SlotInfo[]> {
    const slots = await this.#first.list();
    const known = new Set(slots.map(({ slot }) => slot));
    const others = (await this.#ask((mirror) => mirror.list())) ?? [];
    return [...slots, ...others.filter(({ slot }) => !known.has(slot))].toSorted(bySlot);
  }

  async generations(slot: string): Promise<readonly GenerationInfo[]> {
    const generations = await this.#first.generations(slot);
    if (generations.length > 0) return generations;
    return (await this.#ask((mirror) => mirror.generations(slot))) ?? [];
  }

  async read(slot: string, generation?: number): Promise<StoredSave | undefined> {
    try {
      const stored = await this.#first.read(slot, generation);
      if (stored !== undefined) {
        if (generation === undefined) await this.#bringAlong(slot, stored);
        return stored;
      }
      // One that the first store does not have among others is not there.
      if (generation !== undefined && (await this.#first.generations(slot)).length > 0) return undefined;
    } catch (error) {
      if (!(error instanceof SaveError) || error.code !== "save/corrupt" || generation !== undefined) throw error;
      const damaged = (await this.#first.generations(slot)).map((info) => info.generation);
      const stored = await this.#ask((mirror) => mirror.read(slot));
      if (stored === undefined) throw error;
      return { ...stored, damaged };
    }
    return await this.#ask((mirror) => mirror.read(slot, generation));
  }

  async write(slot: string, bytes: Uint8Array, meta: SaveMeta, options?: WriteOptions): Promise<number> {
    const copy = plainView(bytes).slice();
    const write: Parameters<SaveStore["write"]> = [slot, copy, meta, options];
    const prepared = this.#ask((mirror) => prepareWrite(mirror, write));
    try {
      const generation = await this.#first.write(...write);
      await this.#ask(async () => await (await prepared)?.commit());
      return generation;
    } catch (error) {
      const wasPrepared = await this.#ask(async () => {
        await (await prepared)?.abandon();
        return (await prepared) !== undefined;
      });
      const isFull = error instanceof SaveError && error.code === "save/quota-exceeded";
      if (!isFull || wasPrepared !== true) throw error;
    }
    // It may be the mirror that took the room.
    const generation = await this.#first.write(...write);
    await this.#ask((mirror) => mirror.write(...write));
    return generation;
  }

  async delete(slot: string): Promise<void> {
    // First here: what is left of a killed removal is the newest.
    await this.#ask((mirror) => mirror.delete(slot));
    await this.#first.delete(slot);
  }

  async room(): Promise<StorageRoom | undefined> {
    return await this.#first.room?.();
  }

  /** A page that was killed between its two writes left the mirror behind: what is played on from must be in both. */
  async #bringAlong(slot: string, { generation, bytes }: StoredSave): Promise<void> {
    const info = (await this.#first.generations(slot)).find((one) => one.generation === generation);
    await this.#ask(async (mirror) => {
      const [newest] = await mirror.generations(slot);
      const isThere = newest?.savedAt === info?.savedAt && newest?.tick === info?.tick && newest?.name === info?.name;
      if (info !== undefined && !isThere) await mirror.write(slot, bytes, info);
    });
  }

  /** What the mirror answers; `undefined` if it cannot. */
  async #ask<T>(use: (mirror: SaveStore) => Promise<T>): Promise<T | undefined> {
    if (this.#mirror === undefined) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => {
        this.#mirror = undefined;
        resolve(undefined);
      }, PATIENCE_MS);
    });
    try {
      return await Promise.race([use(this.#mirror).catch(() => undefined), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Of a store that can prepare nothing, the whole write is left for the end. */
async function prepareWrite(mirror: SaveStore, write: Parameters<SaveStore["write"]>): Promise<PreparedWrite> {
  const prepared = await mirror.prepareWrite?.(...write);
  return prepared ?? { commit: () => mirror.write(...write), abandon: async () => {} };
}
