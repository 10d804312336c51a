// Saves in the browser's IndexedDB, through idb-keyval. The only file that touches IndexedDB.
//
// One object store; every value is a Uint8Array that owns its buffer.
//
//   key                              value
//   ["head", slot]                   canonical JSON { current, previous, slot }: what the slot holds, and held before
//   ["data", slot, generation, n]    chunk n of that generation's save
//
// A save is one transaction: the chunks of a new generation, the head that points at them, and the removal of what is
// older than the generation before. It happens wholly or not at all, also when the browser is killed.

import { createStore, promisifyRequest, type UseStore } from "idb-keyval";

import { crc32 } from "./crc32.ts";
import { SaveError } from "./errors.ts";
import { expectInteger, expectObject, expectString } from "./expect-shape.ts";
import { canonicalJson, type JsonValue, parseCanonicalJson } from "./json-value.ts";
import { plainView } from "./plain-view.ts";
import type { SaveMeta } from "./save-game.ts";
import { bySlot, checkSlotName, type SaveStore, type SlotInfo } from "./save-store.ts";

export interface IndexedDbStoreOptions {
  /** Shared by all pages of the origin. @defaultValue "gasworks-saves" */
  readonly databaseName?: string;
  /**
   * How long to wait for an answer before `save/blocked`, in milliseconds. A blocked database never answers, neither
   * yes nor no. @defaultValue 20_000
   */
  readonly timeLimitMs?: number;
}

// From 64 KiB on, Chromium keeps a value as a file of its own, and those did not survive a simulated power cut.
const CHUNK_BYTES = 60_000;

/** One whole save of a slot. */
interface Generation extends SaveMeta {
  readonly number: number;
  readonly bytes: number;
  readonly crc: number;
}

interface Head {
  readonly slot: string;
  readonly current: Generation;
  /** Kept in case the storage damages the current one. */
  readonly previous: Generation | null;
}

export class IndexedDbStore implements SaveStore {
  readonly #databaseName: string;
  readonly #timeLimitMs: number;
  #connection: UseStore | undefined;

  constructor({ databaseName = "gasworks-saves", timeLimitMs = 20_000 }: IndexedDbStoreOptions = {}) {
    this.#databaseName = databaseName;
    this.#timeLimitMs = timeLimitMs;
  }

  async list(): Promise<readonly SlotInfo[]> {
    // Arrays sort behind strings, so this range holds the heads of all slots.
    const heads = await this.#transact("readonly", (store) =>
      promisifyRequest<unknown[]>(store.getAll(IDBKeyRange.bound(["head"], ["head", []]))),
    );
    return heads
      .map((value) => {
        const { slot, current } = decodeHead(value);
        return { slot, name: current.name, tick: current.tick, savedAt: current.savedAt, bytes: current.bytes };
      })
      .toSorted(bySlot);
  }

  async read(slot: string): Promise<Uint8Array | undefined> {
    checkSlotName(slot);
    return await this.#transact("readonly", async (store) => {
      const value = await promisifyRequest<unknown>(store.get(["head", slot]));
      if (value === undefined) return undefined;
      const { current, previous } = decodeHead(value);
      const bytes = (await readGeneration(store, slot, current)) ?? (await readGeneration(store, slot, previous));
      if (bytes !== undefined) return bytes;
      throw new SaveError("save/corrupt", `Cannot read slot "${slot}": the browser lost part of its save`);
    });
  }

  async write(slot: string, bytes: Uint8Array, { name, tick, savedAt }: SaveMeta): Promise<void> {
    checkSlotName(slot);
    // A stored view would take its whole buffer along.
    const chunks = Array.from({ length: Math.ceil(bytes.length / CHUNK_BYTES) }, (_, n) =>
      plainView(bytes).slice(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES),
    );
    const written = { bytes: bytes.length, crc: crc32(bytes), name, tick, savedAt };
    await this.#transact("readwrite", async (store) => {
      // Read in the same transaction: of two pages that save into one slot, the later builds on the earlier.
      const previous = readableHead(await promisifyRequest<unknown>(store.get(["head", slot])))?.current ?? null;
      const current = { ...written, number: (previous?.number ?? 0) + 1 };
      for (const [n, chunk] of chunks.entries()) store.put(chunk, ["data", slot, current.number, n]);
      store.put(encodeHead({ slot, current, previous }), ["head", slot]);
      store.delete(IDBKeyRange.bound(["data", slot], ["data", slot, previous?.number ?? 0], false, true));
    });
  }

  async delete(slot: string): Promise<void> {
    checkSlotName(slot);
    await this.#transact("readwrite", async (store) => {
      store.delete(["head", slot]);
      store.delete(IDBKeyRange.bound(["data", slot], ["data", slot, []]));
    });
  }

  /** Runs `work` in one transaction, which is undone if `work` throws; resolves when it is on disk. */
  async #transact<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => Promise<T>): Promise<T> {
    try {
      return await this.#inTime(this.#attempt(mode, work));
    } catch (error) {
      if (nameOf(error) !== "InvalidStateError") throw refusal(error);
    }
    // The browser closed the connection behind our back (Safari does, in the background): open it anew, once.
    this.#connection = undefined;
    try {
      return await this.#inTime(this.#attempt(mode, work));
    } catch (error) {
      throw refusal(error);
    }
  }

  async #attempt<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => Promise<T>): Promise<T> {
    this.#connection ??= createStore(this.#databaseName, "saves");
    return await this.#connection(mode, async (store) => {
      const { transaction } = store;
      transaction.db.onversionchange = () => {
        // Another page wants to delete the database; holding on would block it for ever.
        transaction.db.close();
        this.#connection = undefined;
      };
      const ended = completion(transaction);
      const [worked] = await Promise.allSettled([abortOnThrow(transaction, work(store)), ended]);
      // Why the transaction failed says more than that a request in it did; one that we aborted has no error.
      if (worked.status === "rejected" && transaction.error === null) throw worked.reason;
      await ended;
      if (worked.status === "rejected") throw worked.reason;
      return worked.value;
    });
  }

  async #inTime<T>(answer: Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new SaveError("save/blocked", `Cannot use IndexedDB: no answer within ${this.#timeLimitMs} ms`));
      }, this.#timeLimitMs);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The generation's bytes, or `undefined` if they are not what was written. */
async function readGeneration(
  store: IDBObjectStore,
  slot: string,
  generation: Generation | null,
): Promise<Uint8Array | undefined> {
  if (generation === null) return undefined;
  const range = IDBKeyRange.bound(["data", slot, generation.number], ["data", slot, generation.number, []]);
  const chunks: unknown[] = await promisifyRequest<unknown[]>(store.getAll(range));
  const bytes = new Uint8Array(generation.bytes);
  let offset = 0;
  for (const chunk of chunks) {
    // Not `instanceof`: in some test environments the realms differ.
    if (!ArrayBuffer.isView(chunk) || offset + chunk.byteLength > bytes.length) return undefined;
    bytes.set(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength), offset);
    offset += chunk.byteLength;
  }
  return offset === bytes.length && crc32(bytes) === generation.crc ? bytes : undefined;
}

function encodeHead({ slot, current, previous }: Head): Uint8Array {
  return new TextEncoder().encode(
    canonicalJson({ slot, current: { ...current }, previous: previous === null ? null : { ...previous } }),
  );
}

function decodeHead(value: unknown): Head {
  const head = readableHead(value);
  if (head === undefined) {
    throw new SaveError("save/corrupt", "Cannot read the list of slots: the browser's copy of it is damaged");
  }
  return head;
}

/** The head that `value` encodes; `undefined` if there is none or it is damaged. */
function readableHead(value: unknown): Head | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  try {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    const head = expectObject(parseCanonicalJson(bytes, "head"), "head", ["current", "previous", "slot"]);
    return {
      slot: expectString(head.slot, "slot"),
      current: decodeGeneration(head.current),
      previous: head.previous === null ? null : decodeGeneration(head.previous),
    };
  } catch (error) {
    if (error instanceof SaveError) return undefined;
    throw error;
  }
}

function decodeGeneration(value: JsonValue): Generation {
  const fields = expectObject(value, "generation", ["bytes", "crc", "name", "number", "savedAt", "tick"]);
  return {
    number: expectInteger(fields.number, "number"),
    bytes: expectInteger(fields.bytes, "bytes", [0, 0x4000_0000]),
    crc: expectInteger(fields.crc, "crc"),
    name: expectString(fields.name, "name"),
    tick: expectInteger(fields.tick, "tick"),
    savedAt: expectString(fields.savedAt, "savedAt"),
  };
}

/** Without this, what was put before a throw would be committed. */
async function abortOnThrow<T>(transaction: IDBTransaction, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    try {
      transaction.abort();
    } catch (abortError) {
      // A transaction that has failed by itself cannot be aborted again.
      if (nameOf(abortError) !== "InvalidStateError") throw abortError;
    }
    throw error;
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
  return new SaveError("save/unavailable", `Cannot use IndexedDB: ${name}`, { cause: error });
}

function nameOf(error: unknown): string {
  return typeof error === "object" && error !== null && "name" in error ? String(error.name) : String(error);
}
