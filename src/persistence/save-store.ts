// Where saves are kept: the port, and what its implementations share. They are held to test/contract/save-store.ts.

import { SaveError } from "./errors.ts";
import type { SaveMeta } from "./save-game.ts";

/** One save of a slot. */
export interface GenerationInfo extends SaveMeta {
  /** Counts the saves of the slot, from 1: the greater is the newer, whatever the clock said. */
  readonly generation: number;
  /** Length of the save. */
  readonly bytes: number;
}

/** One line of a list of slots: what its newest save says. */
export interface SlotInfo extends GenerationInfo {
  readonly slot: string;
}

/** A save as it comes out of a store. */
export interface StoredSave {
  readonly generation: number;
  /** The caller's own. */
  readonly bytes: Uint8Array;
  /** Newer generations that the storage has lost or changed, descending. The player should hear of them. */
  readonly damaged: readonly number[];
}

/** How to write a save. */
export interface WriteOptions {
  /** How many generations the slot has at most afterwards, this one included: an integer from 2 to 100. @defaultValue 2 */
  readonly keep?: number;
}

/** @internal A write that nothing can be seen of. One of the two is to be called, once. */
export interface PreparedWrite {
  /** Adds the generation. @returns its number. @throws {SaveError} as {@link SaveStore.write}. */
  commit(): Promise<number>;
  /** Leaves everything as it was. */
  abandon(): Promise<void>;
}

/** How full a storage is. Browsers estimate it, and not well. */
export interface StorageRoom {
  readonly usedBytes: number;
  /** All that may be used, what is used included. */
  readonly quotaBytes: number;
  /** Whether the browser has promised not to clear it by itself. */
  readonly isPersistent: boolean;
}

/** Something about a storage that the player should hear once. */
export interface StoreMessage {
  readonly code:
    /** Nothing can be kept: saves are in memory and go with the page. */
    | "store/in-memory"
    /** The storage will soon be full. */
    | "store/nearly-full"
    /** The newest save of a slot is damaged, and an older one was read. */
    | "store/damaged-generation";
  /** A sentence for the player, in English. */
  readonly text: string;
}

/**
 * Named places that hold a few generations of a save each.
 *
 * A slot's name is 1 to 80 bytes of well-formed UTF-8. Names that differ are different slots, also where the storage
 * does not tell upper from lower case.
 */
export interface SaveStore {
  /** All slots that hold a save, ascending by name. A slot of which no generation can be named is left out. */
  list(): Promise<readonly SlotInfo[]>;

  /** The slot's saves, the newest first; none if it is empty. Whether their bytes are whole is not looked at. */
  generations(slot: string): Promise<readonly GenerationInfo[]>;

  /**
   * The newest save of the slot that the storage has kept as it was written; `undefined` if the slot is empty.
   *
   * @param generation - Only this one. `undefined` is given if it is not there.
   * @throws {SaveError} `save/corrupt` if none is whole, `save/unavailable`, `save/blocked`, `save/bad-slot-name`.
   */
  read(slot: string, generation?: number): Promise<StoredSave | undefined>;

  /**
   * Adds the next generation, wholly or not at all, and removes what is older than the last `keep`: whenever this fails,
   * or the page or process dies in the middle, the slot holds what it held before. Generations that a read found damaged
   * are not counted.
   *
   * @param bytes - What `encodeSave()` gave. Copied before this returns its promise.
   * @param meta - The save's own, for {@link SaveStore.list}.
   * @returns the generation's number.
   * @throws {SaveError} `save/quota-exceeded`, `save/slot-in-use`, `save/unavailable`, `save/blocked`, `save/bad-slot-name`.
   * @throws {RangeError} if `keep` is out of its range.
   */
  write(slot: string, bytes: Uint8Array, meta: SaveMeta, options?: WriteOptions): Promise<number>;

  /**
   * @internal Does of a write what can be done before it is known whether there is to be one. The bytes must not change until
   * it has ended; what is asked afterwards waits for that.
   *
   * @throws {SaveError} {@link RangeError} as {@link SaveStore.write}.
   */
  prepareWrite?(slot: string, bytes: Uint8Array, meta: SaveMeta, options?: WriteOptions): Promise<PreparedWrite>;

  /** Empties the slot. Nothing happens if it is empty. @throws {SaveError} as {@link SaveStore.write}. */
  delete(slot: string): Promise<void>;

  /** How full it is; `undefined` where that cannot be said. Never throws. */
  room?(): Promise<StorageRoom | undefined>;

  /** Tells of what the player should hear; at once of what holds already. @returns a function that ends it. */
  onMessage?(listener: (message: StoreMessage) => void): () => void;
}

const MAX_SLOT_BYTES = 80;
const KEPT = { least: 2, most: 100, default: 2 } as const;

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

/** How many generations to keep. @throws {RangeError} if that is out of its range. */
export function resolveKeep({ keep = KEPT.default }: WriteOptions): number {
  if (Number.isInteger(keep) && keep >= KEPT.least && keep <= KEPT.most) return keep;
  throw new RangeError(`Cannot keep ${keep} generations: expected an integer from ${KEPT.least} to ${KEPT.most}`);
}

/**
 * The oldest generation that stays.
 *
 * @param good - Those not known to be damaged, in any order; at least one.
 */
export function oldestKept(good: readonly number[], keep: number): number {
  const newestFirst = good.toSorted((a, b) => b - a);
  return newestFirst[Math.min(keep, newestFirst.length) - 1] ?? 0;
}

/** Ascending by UTF-16 code units, whatever the language of the machine. */
export function bySlot(a: SlotInfo, b: SlotInfo): number {
  return a.slot < b.slot ? -1 : 1;
}

/** Of a slot whose generations are there, but none of them whole. */
export function nothingWhole(slot: string, cause?: unknown): SaveError {
  return new SaveError(
    "save/corrupt",
    `Cannot read slot "${slot}": the storage has lost or changed every save in it. Import a file, if you have one`,
    { cause },
  );
}
