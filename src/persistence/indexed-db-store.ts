// Saves in the browser's IndexedDB, through idb-keyval. No other file but indexed-db-chunks.ts touches IndexedDB.
//
// One object store; every value is a Uint8Array that owns its buffer.
//
//   key                              value
//   ["save", slot, generation]       canonical JSON { bytes, chunks, crc, name, savedAt, tick }: this generation is there
//   ["chunk", slot, generation, n]   chunk n that came with that generation
//
// A save is one transaction: the chunks of a new generation, the entry that says it is there and lists them, and the removal
// of what is too old. It happens wholly or not at all, also when the browser is killed. Of a save that this page has
// written itself, the next one takes the chunks that have not changed, after a look whether they are all there. What the
// storage damages may so be in several generations: one save in eight is written whole.

import { createStore, promisifyRequest, type UseStore } from "idb-keyval";

import { crc32 } from "./crc32.ts";
import { SaveError } from "./errors.ts";
import { nameOf } from "./error-name.ts";
import { inSteps } from "./in-steps.ts";
import { asked, chunksOf, decodeEntry, isStored, lost, putChunks, surplusChunks } from "./indexed-db-chunks.ts";
import { canonicalJson, type JsonValue } from "./json-value.ts";
import { roomOfOrigin } from "./origin-room.ts";
import { plainView } from "./plain-view.ts";
import {
  type ChunkRun,
  cutSave,
  matchChunks,
  nameOfPlace,
  placeChunks,
  runsOf,
  type WrittenSave,
} from "./save-chunks.ts";
import type { SaveMeta } from "./save-game.ts";
import {
  bySlot,
  checkSlotName,
  nothingWhole,
  oldestKept,
  resolveKeep,
  type GenerationInfo,
  type SaveStore,
  type SlotInfo,
  type StorageRoom,
  type StoredSave,
  type WriteOptions,
} from "./save-store.ts";

export interface IndexedDbStoreOptions {
  /** Shared by all pages of the origin. @defaultValue "gasworks-saves" */
  readonly databaseName?: string;
  /**
   * How long to wait for an answer before `save/blocked`, in milliseconds. A blocked database never answers, neither
   * yes nor no. @defaultValue 20_000
   */
  readonly timeLimitMs?: number;
}

const OBJECT_STORE = "saves";

/** Saves in a row that take over chunks before one is written whole. */
const MOST_IN_A_ROW = 7;

/** Slots whose last save is kept in memory, to see what has changed. */
const MOST_WRITTEN = 2;

export class IndexedDbStore implements SaveStore {
  readonly #databaseName: string;
  readonly #timeLimitMs: number;
  #connection: UseStore | undefined;
  /** What reads have found damaged, as `generation slot`. */
  readonly #damaged = new Set<string>();
  /** What this page has written last, by slot; the last one written stands last. */
  readonly #written = new Map<string, WrittenSave>();

  constructor({ databaseName = "gasworks-saves", timeLimitMs = 20_000 }: IndexedDbStoreOptions = {}) {
    this.#databaseName = databaseName;
    this.#timeLimitMs = timeLimitMs;
  }

  async list(): Promise<readonly SlotInfo[]> {
    // Arrays sort behind strings and numbers, so this range holds the generations of all slots.
    const all = await this.#transact("readonly", (store) =>
      readEntries(store, IDBKeyRange.bound(["save"], ["save", []])),
    );
    // Ascending by slot and generation: the last one of a slot stays.
    const newest = new Map(all.map((entry) => [entry.slot, entry]));
    return [...newest.values()].toSorted(bySlot);
  }

  async generations(slot: string): Promise<readonly GenerationInfo[]> {
    checkSlotName(slot);
    const entries = await this.#transact("readonly", (store) => readEntries(store, entriesOf(slot)));
    return entries.map(({ slot: _, ...info }) => info).toReversed();
  }

  async read(slot: string, generation?: number): Promise<StoredSave | undefined> {
    checkSlotName(slot);
    return await this.#transact("readonly", async (store) => {
      const there = numbersIn(await asked(store.getAllKeys(entriesOf(slot)))).toReversed();
      const wanted = generation === undefined ? there : there.filter((number) => number === generation);
      const damaged: number[] = [];
      let cause: unknown;
      for (const number of wanted) {
        const bytes = await readSave(store, slot, number).catch((error: unknown) => void (cause = lost(error)));
        if (bytes !== undefined) return { generation: number, bytes, damaged };
        damaged.push(number);
        this.#damaged.add(`${number} ${slot}`);
        this.#written.delete(slot);
      }
      if (damaged.length > 0) throw nothingWhole(slot, cause);
      return undefined;
    });
  }

  async write(
    slot: string,
    bytes: Uint8Array,
    { name, tick, savedAt }: SaveMeta,
    options: WriteOptions = {},
  ): Promise<number> {
    checkSlotName(slot);
    const keep = resolveKeep(options);
    const copy = plainView(bytes).slice();
    const parts = cutSave(copy);
    const before = this.#written.get(slot);
    const isWhole = before === undefined || before.inARow >= MOST_IN_A_ROW;
    const crcs = await inSteps(crcSteps(parts));
    const known = isWhole ? [] : await inSteps(matchChunks(parts, before));
    const entryOf = (runs: readonly ChunkRun[]): Uint8Array =>
      new TextEncoder().encode(
        canonicalJson({
          bytes: copy.length,
          chunks: runs as unknown as JsonValue,
          crc: crcs.at(-1) ?? 0,
          name,
          savedAt,
          tick,
        }),
      );
    const written = await this.#transact("readwrite", async (store): Promise<WrittenSave> => {
      // Read in the same transaction: of two pages that save into one slot, the later builds on the earlier. And first: a
      // transaction that waits for nothing but an answer that does not come is committed.
      const numbers = numbersIn(await promisifyRequest(store.getAllKeys(entriesOf(slot))));
      const generation = Math.max(0, ...numbers) + 1;
      const good = numbers.filter((number) => !this.#damaged.has(`${number} ${slot}`));
      const oldest = oldestKept([...good, generation], keep);
      const surplus = await surplusChunks(store, slot, oldest);
      const isThere = !isWhole && (await isStored(store, slot, before));
      const chunks = placeChunks(parts, isThere ? known : [], generation);
      const entry = entryOf(runsOf(chunks));
      const taken = new Set(chunks.map(nameOfPlace));
      await putChunks(
        store,
        slot,
        chunks.filter((chunk) => chunk.generation === generation),
      );
      store.put(entry, ["save", slot, generation]);
      store.delete(IDBKeyRange.bound(["save", slot], ["save", slot, oldest], false, true));
      for (const run of runsOf(surplus.filter((place) => !taken.has(nameOfPlace(place))))) {
        store.delete(chunksOf(slot, run));
      }
      return { generation, entry, chunks, inARow: isThere ? before.inARow + 1 : 0 };
    });
    this.#note(slot, written);
    return written.generation;
  }

  async delete(slot: string): Promise<void> {
    checkSlotName(slot);
    this.#written.delete(slot);
    await this.#transact("readwrite", async (store) => {
      store.delete(entriesOf(slot));
      store.delete(IDBKeyRange.bound(["chunk", slot], ["chunk", slot, []]));
    });
  }

  async room(): Promise<StorageRoom | undefined> {
    return await roomOfOrigin();
  }

  #note(slot: string, written: WrittenSave): void {
    // Two at the same time may end in another order than they were written.
    if ((this.#written.get(slot)?.generation ?? 0) > written.generation) return;
    this.#written.delete(slot);
    this.#written.set(slot, written);
    const [oldest] = this.#written.keys();
    if (oldest !== undefined && this.#written.size > MOST_WRITTEN) this.#written.delete(oldest);
  }

  /** Runs `work` in one transaction, which is undone if `work` throws; resolves when it is on disk. */
  async #transact<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => Promise<T>): Promise<T> {
    try {
      return await this.#inTime((attempt) => this.#attempt(mode, work, attempt));
    } catch (error) {
      if (nameOf(error) !== "InvalidStateError") throw refusal(error);
    }
    // The browser closed the connection behind our back (Safari does, in the background): open it anew, once.
    this.#connection = undefined;
    try {
      return await this.#inTime((attempt) => this.#attempt(mode, work, attempt));
    } catch (error) {
      throw refusal(error);
    }
  }

  async #attempt<T>(
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => Promise<T>,
    attempt: Attempt,
  ): Promise<T> {
    this.#connection ??= createStore(this.#databaseName, OBJECT_STORE);
    const { transaction: opened } = await this.#connection("readonly", (store) => store);
    const database = opened.db;
    database.onversionchange = () => {
      // Another page wants to delete the database; holding on would block it for ever.
      database.close();
      this.#connection = undefined;
    };
    // Not idb-keyval's own transaction: it cannot be told to wait for the disk.
    const transaction = database.transaction(OBJECT_STORE, mode, { durability: "strict" });
    attempt.begin(transaction);
    const ended = completion(transaction);
    const [worked] = await Promise.allSettled([
      abortOnThrow(transaction, () => work(transaction.objectStore(OBJECT_STORE))),
      ended,
    ]);
    // Why the transaction failed says more than that a request in it did; one that we aborted has no error.
    if (worked.status === "rejected" && transaction.error === null) throw worked.reason;
    await ended;
    if (worked.status === "rejected") throw worked.reason;
    return worked.value;
  }

  async #inTime<T>(work: (attempt: Attempt) => Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const attempt = new Attempt();
    const late = new Promise<never>((_, reject) => {
      const giveUp = (): void => {
        // What is being committed already may come through: that answer is worth another wait.
        if (!attempt.giveUp()) timer = setTimeout(() => reject(this.#blocked()), this.#timeLimitMs);
        else reject(this.#blocked());
      };
      timer = setTimeout(giveUp, this.#timeLimitMs);
    });
    try {
      return await Promise.race([work(attempt), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #blocked(): SaveError {
    return new SaveError("save/blocked", `Cannot use IndexedDB: no answer within ${this.#timeLimitMs} ms`);
  }
}

/** A transaction that may take too long: what is given up must not happen later. */
class Attempt {
  #transaction: IDBTransaction | undefined;
  #isGivenUp = false;

  begin(transaction: IDBTransaction): void {
    this.#transaction = transaction;
    if (this.#isGivenUp) abort(transaction);
  }

  /** @returns whether nothing will come of it */
  giveUp(): boolean {
    this.#isGivenUp = true;
    return this.#transaction === undefined || abort(this.#transaction);
  }
}

/** All entries of a slot. */
function entriesOf(slot: string): IDBKeyRange {
  return IDBKeyRange.bound(["save", slot], ["save", slot, []]);
}

/** The generations that these keys of entries are of, ascending. */
function numbersIn(keys: readonly unknown[]): number[] {
  return keys.flatMap((key) => (Array.isArray(key) && typeof key[2] === "number" ? [key[2]] : []));
}

/** The entries that can be read, ascending by slot and generation. */
async function readEntries(store: IDBObjectStore, range: IDBKeyRange): Promise<readonly SlotInfo[]> {
  const keys = await asked(store.getAllKeys(range));
  const values: unknown[] = await asked(store.getAll(range));
  return keys.flatMap((key, index) => {
    const [, slot, generation] = Array.isArray(key) ? key : [];
    if (typeof slot !== "string" || typeof generation !== "number") return [];
    const entry = decodeEntry(values[index]);
    if (entry === undefined) return [];
    const { crc: _, chunks: __, ...info } = entry;
    return [{ slot, generation, ...info }];
  });
}

/** The generation's bytes, or `undefined` if they are not what was written. */
async function readSave(store: IDBObjectStore, slot: string, generation: number): Promise<Uint8Array | undefined> {
  const entry = decodeEntry(await asked<unknown>(store.get(["save", slot, generation])));
  if (entry === undefined) return undefined;
  const found = await Promise.all(entry.chunks.map((run) => asked<unknown[]>(store.getAll(chunksOf(slot, run)))));
  const chunks = found.flat();
  const bytes = new Uint8Array(entry.bytes);
  let offset = 0;
  for (const chunk of chunks) {
    // Not `instanceof`: in some test environments the realms differ.
    if (!ArrayBuffer.isView(chunk) || offset + chunk.byteLength > bytes.length) return undefined;
    bytes.set(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength), offset);
    offset += chunk.byteLength;
  }
  return offset === bytes.length && crc32(bytes) === entry.crc ? bytes : undefined;
}

/** Without this, what was put before a throw would be committed. */
async function abortOnThrow<T>(transaction: IDBTransaction, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    abort(transaction);
    throw error;
  }
}

/** @returns whether it could be aborted; not if it has ended, or is about to */
function abort(transaction: IDBTransaction): boolean {
  try {
    transaction.abort();
    return true;
  } catch (error) {
    if (nameOf(error) !== "InvalidStateError") throw error;
    return false;
  }
}

/** Listens for `abort` only: at `error`, which comes first, the transaction does not know its error yet. */
function completion(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new DOMException("Aborted", "AbortError"));
  });
}

function refusal(error: unknown): SaveError {
  if (error instanceof SaveError) return error;
  const name = nameOf(error);
  if (name === "QuotaExceededError") {
    return new SaveError("save/quota-exceeded", "Cannot save: the browser's storage is full", { cause: error });
  }
  // Chromium says so on a disk that is full, when its quota is not.
  const guess = name === "UnknownError" ? ". The disk may be full" : "";
  return new SaveError("save/unavailable", `Cannot use IndexedDB: ${name}${guess}`, { cause: error });
}

function* crcSteps(parts: readonly Uint8Array[]): Generator<number> {
  let crc = 0;
  for (const part of parts) yield (crc = crc32(part, crc));
}
