// What is in the store of saves in IndexedDB, and how chunks come and go there. The layout is in indexed-db-store.ts.

import { nameOf } from "./error-name.ts";
import { SaveError } from "./errors.ts";
import { expectArray, expectInteger, expectObject, expectString } from "./expect-shape.ts";
import { type JsonValue, parseCanonicalJson } from "./json-value.ts";
import { areSameBytes } from "./plain-view.ts";
import { nameOfPlace, type ChunkPlace, type ChunkRun, type PlacedChunk, type WrittenSave } from "./save-chunks.ts";
import type { GenerationInfo } from "./save-store.ts";

/** Bytes given to the database before the page may draw. */
const BATCH_BYTES = 500_000;

/** What an entry says. */
export type Entry = Omit<GenerationInfo, "generation"> & { readonly crc: number; readonly chunks: readonly ChunkRun[] };

const ENTRY_FIELDS = ["bytes", "chunks", "crc", "name", "savedAt", "tick"] as const;
/** More than a save of 1 GiB has. */
const MOST_CHUNKS = 200_000;

function expectRuns(value: JsonValue): readonly ChunkRun[] {
  const runs = expectArray(value, "chunks", MOST_CHUNKS).map(expectRun);
  expectInteger(
    runs.reduce((sum, [, , count]) => sum + count, 0),
    "chunks",
    [0, MOST_CHUNKS],
  );
  return runs;
}

function expectRun(value: JsonValue): ChunkRun {
  const [generation, first, count] = expectArray(value, "chunks", 3);
  return [
    expectInteger(generation, "chunks", [1, Number.MAX_SAFE_INTEGER]),
    expectInteger(first, "chunks"),
    expectInteger(count, "chunks", [1, MOST_CHUNKS]),
  ];
}

/** `undefined` if the entry is damaged. */
export function decodeEntry(value: unknown): Entry | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const what = "a save's entry";
  try {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    const fields = expectObject(parseCanonicalJson(bytes, what), what, ENTRY_FIELDS);
    return {
      bytes: expectInteger(fields.bytes, "bytes", [0, 0x4000_0000]),
      chunks: expectRuns(fields.chunks),
      crc: expectInteger(fields.crc, "crc"),
      name: expectString(fields.name, "name"),
      tick: expectInteger(fields.tick, "tick"),
      savedAt: expectString(fields.savedAt, "savedAt"),
    };
  } catch (error) {
    if (error instanceof SaveError) return undefined;
    throw error;
  }
}

/** What a request found; unlike idb-keyval's, one that fails leaves the transaction to the others. */
export function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = (event) => {
      event.preventDefault();
      event.stopPropagation();
      reject(request.error ?? new DOMException("The request failed", "UnknownError"));
    };
  });
}

/** Names of errors that are about the transaction, and not about what was to be read. */
const OF_THE_TRANSACTION = ["AbortError", "InvalidStateError", "TransactionInactiveError"];

/** Goes on only with errors that say that something cannot be read. */
export function lost(error: unknown): unknown {
  if (OF_THE_TRANSACTION.includes(nameOf(error))) throw error;
  return error;
}

/** The chunks of a run. */
export function chunksOf(slot: string, [generation, first, count]: ChunkRun): IDBKeyRange {
  const key = ["chunk", slot, generation];
  return IDBKeyRange.bound([...key, first], [...key, first + count - 1]);
}

/** Whether a save is still in the storage as this page has written it, as far as can be said without reading it. */
export async function isStored(
  store: IDBObjectStore,
  slot: string,
  { generation, entry, chunks }: WrittenSave,
): Promise<boolean> {
  const found: unknown = await asked<unknown>(store.get(["save", slot, generation]));
  if (!ArrayBuffer.isView(found)) return false;
  const there = new Uint8Array(found.buffer, found.byteOffset, found.byteLength);
  if (!areSameBytes(there, entry)) return false;
  const keys = await asked(store.getAllKeys(IDBKeyRange.bound(["chunk", slot], ["chunk", slot, []])));
  const names = new Set(placesIn(keys).map(nameOfPlace));
  return chunks.every((chunk) => names.has(nameOfPlace(chunk)));
}

/**
 * In batches: giving much to the database takes a page's time. One batch is given while the one before is taken in, so that the
 * database does not wait for the page either.
 */
export async function putChunks(store: IDBObjectStore, slot: string, chunks: readonly PlacedChunk[]): Promise<void> {
  let inBatch = 0;
  let last: Promise<unknown> = Promise.resolve();
  for (const { bytes, generation, number } of chunks) {
    // A stored view would take its whole buffer along.
    const request = store.put(bytes.slice(), ["chunk", slot, generation, number]);
    inBatch += bytes.length;
    if (inBatch < BATCH_BYTES) continue;
    const batch = asked(request);
    // Heard below, unless the one before has failed too.
    batch.catch(() => undefined);
    await last;
    last = batch;
    inBatch = 0;
  }
  await last;
}

/** Chunks of generations before `oldest` that no save from then on needs, ascending. */
export async function surplusChunks(
  store: IDBObjectStore,
  slot: string,
  oldest: number,
): Promise<readonly ChunkPlace[]> {
  const old = IDBKeyRange.bound(["chunk", slot], ["chunk", slot, oldest], false, true);
  const places = placesIn(await asked(store.getAllKeys(old)));
  if (places.length === 0) return places;
  const entries = IDBKeyRange.bound(["save", slot, oldest], ["save", slot, []]);
  const kept: unknown[] | undefined = await asked<unknown[]>(store.getAll(entries)).catch(
    (error: unknown) => void lost(error),
  );
  // Where one cannot be read, nobody knows what it needs: another save will remove what is too old.
  if (kept === undefined) return [];
  const used = new Set<string>();
  for (const [generation, first, count] of kept.flatMap((value) => decodeEntry(value)?.chunks ?? [])) {
    for (let number = first; number < first + count; number++) used.add(nameOfPlace({ generation, number }));
  }
  return places.filter((place) => !used.has(nameOfPlace(place)));
}

function placesIn(keys: readonly IDBValidKey[]): ChunkPlace[] {
  return keys.flatMap((key) => {
    const [, , generation, number] = Array.isArray(key) ? key : [];
    return typeof generation === "number" && typeof number === "number" ? [{ generation, number }] : [];
  });
}
