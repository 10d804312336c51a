// Saves in memory: for tests, and for games that want none to last.

import { plainView } from "./plain-view.ts";
import type { SaveMeta } from "./save-game.ts";
import {
  bySlot,
  checkSlotName,
  oldestKept,
  resolveKeep,
  type GenerationInfo,
  type SaveStore,
  type SlotInfo,
  type StoredSave,
  type WriteOptions,
} from "./save-store.ts";

interface Kept {
  readonly info: GenerationInfo;
  readonly bytes: Uint8Array;
}

export class MemoryStore implements SaveStore {
  /** The newest first, at least one. */
  readonly #slots = new Map<string, readonly Kept[]>();

  async list(): Promise<readonly SlotInfo[]> {
    return Array.from(this.#slots, ([slot, [newest]]) => (newest === undefined ? [] : [{ slot, ...newest.info }]))
      .flat()
      .toSorted(bySlot);
  }

  async generations(slot: string): Promise<readonly GenerationInfo[]> {
    checkSlotName(slot);
    return (this.#slots.get(slot) ?? []).map(({ info }) => info);
  }

  async read(slot: string, generation?: number): Promise<StoredSave | undefined> {
    checkSlotName(slot);
    const kept = this.#slots.get(slot) ?? [];
    const found = generation === undefined ? kept[0] : kept.find(({ info }) => info.generation === generation);
    return found && { generation: found.info.generation, bytes: found.bytes.slice(), damaged: [] };
  }

  async write(
    slot: string,
    bytes: Uint8Array,
    { name, tick, savedAt }: SaveMeta,
    options: WriteOptions = {},
  ): Promise<number> {
    checkSlotName(slot);
    const keep = resolveKeep(options);
    const before = this.#slots.get(slot) ?? [];
    const generation = (before[0]?.info.generation ?? 0) + 1;
    const info = { generation, name, tick, savedAt, bytes: bytes.length };
    const all = [{ info, bytes: plainView(bytes).slice() }, ...before];
    const oldest = oldestKept(
      all.map((kept) => kept.info.generation),
      keep,
    );
    this.#slots.set(
      slot,
      all.filter((kept) => kept.info.generation >= oldest),
    );
    return generation;
  }

  async delete(slot: string): Promise<void> {
    checkSlotName(slot);
    this.#slots.delete(slot);
  }
}
