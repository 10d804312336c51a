// Saves as a page should keep them: in the browser's storage if there is any, in memory if not, and safe from other pages.

import { SaveError } from "./errors.ts";
import { IndexedDbStore, type IndexedDbStoreOptions } from "./indexed-db-store.ts";
import { MemoryStore } from "./memory-store.ts";
import { MirroredStore } from "./mirrored-store.ts";
import { OriginFileStore } from "./origin-file-store.ts";
import { askToPersistOnce } from "./origin-room.ts";
import { plainView } from "./plain-view.ts";
import type { SaveMeta } from "./save-game.ts";
import {
  checkSlotName,
  type GenerationInfo,
  type SaveStore,
  type SlotInfo,
  type StorageRoom,
  type StoredSave,
  type StoreMessage,
  type WriteOptions,
} from "./save-store.ts";
import { holdLock, releaseLock } from "./slot-locks.ts";

export interface BrowserStoreOptions extends IndexedDbStoreOptions {
  /**
   * Where saves are kept. @defaultValue an `IndexedDbStore` with the other options, mirrored into the origin's private file
   * system where there is one
   */
  readonly store?: SaveStore;
}

function openOwnStore(options: IndexedDbStoreOptions): SaveStore {
  const { databaseName } = options;
  const mirror = new OriginFileStore(databaseName === undefined ? {} : { folderName: databaseName });
  return new MirroredStore(new IndexedDbStore(options), mirror);
}

/** What is too little room: for so many saves like the last one, or such a part of all. */
const FEW_SAVES = 4;
const SMALL_PART = 0.05;

/**
 * The store of a page. Beside what its inner store does:
 *
 * - If the browser lets the page keep nothing (private windows of some browsers, policies, frames of other sites), saves are
 *   in memory, and one message says so.
 * - The first page that saves into a slot has it until the page is closed: for others, `write` and `delete` throw
 *   `save/slot-in-use`, and reading goes on. Pages that came over plain HTTP have no locks: there the last one to save counts.
 * - Behind the first save, the browser is asked not to clear the storage by itself; once, also over later visits.
 * - A message says when the storage is nearly full.
 */
export class BrowserStore implements SaveStore {
  readonly #inner: SaveStore;
  readonly #lockPrefix: string;
  readonly #listeners = new Set<(message: StoreMessage) => void>();
  /** The inner store, or the one in memory. */
  #choice: Promise<SaveStore> | undefined;
  /** What holds from now on. */
  readonly #standing: StoreMessage[] = [];
  #hasAsked = false;

  constructor({ store, ...options }: BrowserStoreOptions = {}) {
    this.#inner = store ?? openOwnStore(options);
    this.#lockPrefix = `gasworks/${options.databaseName ?? ""}/`;
  }

  async list(): Promise<readonly SlotInfo[]> {
    return await (await this.#store()).list();
  }

  async generations(slot: string): Promise<readonly GenerationInfo[]> {
    checkSlotName(slot);
    return await (await this.#store()).generations(slot);
  }

  async read(slot: string, generation?: number): Promise<StoredSave | undefined> {
    checkSlotName(slot);
    return await (await this.#store()).read(slot, generation);
  }

  async write(slot: string, bytes: Uint8Array, meta: SaveMeta, options?: WriteOptions): Promise<number> {
    checkSlotName(slot);
    // Now: the first use of the storage takes a while.
    const copy = plainView(bytes).slice();
    const store = await this.#store();
    await this.#hold(store, slot);
    const generation = await store.write(slot, copy, meta, options);
    if (store === this.#inner) this.#afterWrite(copy.length);
    return generation;
  }

  async delete(slot: string): Promise<void> {
    checkSlotName(slot);
    const store = await this.#store();
    await this.#hold(store, slot);
    await store.delete(slot);
    releaseLock(this.#lockPrefix + slot);
  }

  async room(): Promise<StorageRoom | undefined> {
    const store = await this.#store();
    return await store.room?.();
  }

  onMessage(listener: (message: StoreMessage) => void): () => void {
    const own = (message: StoreMessage): void => listener(message);
    this.#listeners.add(own);
    for (const message of this.#standing) own(message);
    return () => void this.#listeners.delete(own);
  }

  #store(): Promise<SaveStore> {
    return (this.#choice ??= this.#choose());
  }

  async #choose(): Promise<SaveStore> {
    try {
      await this.#inner.list();
      return this.#inner;
    } catch (error) {
      if (!(error instanceof SaveError) || !["save/unavailable", "save/blocked"].includes(error.code)) throw error;
      this.#tell({
        code: "store/in-memory",
        text:
          "The browser lets this page keep nothing: what is saved here is gone when the page is closed. " +
          "Download the save as a file",
      });
      return new MemoryStore();
    }
  }

  async #hold(store: SaveStore, slot: string): Promise<void> {
    if (store !== this.#inner || (await holdLock(this.#lockPrefix + slot))) return;
    throw new SaveError(
      "save/slot-in-use",
      `Cannot save into slot "${slot}": another page or window saves into it. Close that one, or take another slot`,
    );
  }

  #afterWrite(bytes: number): void {
    if (!this.#hasAsked) void askToPersistOnce();
    this.#hasAsked = true;
    void this.room().then((room) => {
      if (room === undefined || this.#standing.some(({ code }) => code === "store/nearly-full")) return;
      const left = room.quotaBytes - room.usedBytes;
      if (left >= FEW_SAVES * bytes && left >= SMALL_PART * room.quotaBytes) return;
      this.#tell({
        code: "store/nearly-full",
        text:
          `The browser's storage is nearly full: ${Math.max(0, Math.floor(left / 1_000_000))} MB are left. ` +
          "Delete old saves, or download them as files",
      });
    });
  }

  #tell(message: StoreMessage): void {
    this.#standing.push(message);
    for (const listener of this.#listeners) listener(message);
  }
}
