// Where saves are kept: the port, and what its implementations share. They are held to test/contract/save-store.ts.

import { SaveError } from "./errors.ts";
import type { SaveMeta } from "./save-game.ts";

/** One line of a list of slots. */
export interface SlotInfo extends SaveMeta {
  readonly slot: string;
  /** Length of the save. */
  readonly bytes: number;
}

/**
 * Named places that hold one save each.
 *
 * A slot's name is 1 to 80 bytes of well-formed UTF-8. Names that differ are different slots, also where the storage
 * does not tell upper from lower case.
 */
export interface SaveStore {
  /** All slots that hold a save, ascending by name. */
  list(): Promise<readonly SlotInfo[]>;

  /**
   * The bytes of the slot's save, the caller's own; `undefined` if the slot is empty.
   *
   * @throws {SaveError} `save/corrupt` if the storage lost or changed them, `save/unavailable`, `save/blocked`,
   * `save/bad-slot-name`.
   */
  read(slot: string): Promise<Uint8Array | undefined>;

  /**
   * Replaces the slot's save, wholly or not at all: whenever this fails, or the page or process dies in the middle, the
   * slot holds what it held before.
   *
   * @param bytes - What `encodeSave()` gave. Copied before this returns its promise.
   * @param meta - The save's own, for {@link SaveStore.list}.
   * @throws {SaveError} `save/quota-exceeded`, `save/unavailable`, `save/blocked`, `save/bad-slot-name`.
   */
  write(slot: string, bytes: Uint8Array, meta: SaveMeta): Promise<void>;

  /** Empties the slot. Nothing happens if it is empty. */
  delete(slot: string): Promise<void>;
}

const MAX_SLOT_BYTES = 80;

/** @throws {SaveError} `save/bad-slot-name` unless `slot` can name a slot. */
export function checkSlotName(slot: string): void {
  const bytes = new TextEncoder().encode(slot);
  const isWellFormed = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes) === slot;
  if (bytes.length >= 1 && bytes.length <= MAX_SLOT_BYTES && isWellFormed) return;
  throw new SaveError(
    "save/bad-slot-name",
    `Cannot use a slot name of ${bytes.length} bytes of UTF-8: expected 1 to ${MAX_SLOT_BYTES}, well-formed`,
  );
}

/** Ascending by UTF-16 code units, whatever the language of the machine. */
export function bySlot(a: SlotInfo, b: SlotInfo): number {
  return a.slot < b.slot ? -1 : 1;
}
