// Saves in memory: for tests, and for games that want none to last.

import { plainView } from "./plain-view.ts";
import type { SaveMeta } from "./save-game.ts";
import { bySlot, checkSlotName, type SaveStore, type SlotInfo } from "./save-store.ts";

export class MemoryStore implements SaveStore {
  readonly #slots = new Map<string, { readonly info: SlotInfo; readonly bytes: Uint8Array }>();

  async list(): Promise<readonly SlotInfo[]> {
    return Array.from(this.#slots.values(), ({ info }) => info).toSorted(bySlot);
  }

  async read(slot: string): Promise<Uint8Array | undefined> {
    checkSlotName(slot);
    return this.#slots.get(slot)?.bytes.slice();
  }

  async write(slot: string, bytes: Uint8Array, { name, tick, savedAt }: SaveMeta): Promise<void> {
    checkSlotName(slot);
    this.#slots.set(slot, {
      info: { slot, name, tick, savedAt, bytes: bytes.length },
      bytes: plainView(bytes).slice(),
    });
  }

  async delete(slot: string): Promise<void> {
    checkSlotName(slot);
    this.#slots.delete(slot);
  }
}
