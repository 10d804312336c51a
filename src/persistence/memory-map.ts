// Linear memory as a list of pages that are elsewhere: in the save's pages, or in the program itself.
//
//   size  field
//      4  size of the memory   in pages of 64 KiB, at most the limit
//      then, for each page of 4 KiB that is not all zero, in ascending order:
//      4  gap                  zero pages before it, since the last one
//      4  where its bytes are  0: in the next page of the save that no memory before used
//                              1: in the program, which starts with this page as it is
//                              n: in page n − 2 of the save, which a memory before used
//
// Which of them it is, is not open: a page is 1 if it can be, then n if it can be.

import type { ByteReader } from "./byte-reader.ts";
import { areEqualPages, PAGE_BYTES, type PageTable, PAGES_PER_WASM_PAGE, usedPages, WASM_PAGE_BYTES } from "./pages.ts";
import type { ProgramImage } from "./program-image.ts";

const NEXT = 0;
const IN_PROGRAM = 1;
const FIRST_USED = 2;
const ENTRY_BYTES = 8;

/** A memory whose pages are in a {@link PageTable}. */
export interface CapturedMemory {
  readonly wasmPages: number;
  /** Of each page of 4 KiB that is not zero: its place in the memory, and its place in the table. */
  readonly pages: readonly (readonly [index: number, page: number])[];
}

/** What of a memory is not zero: little enough to be given to another thread. */
export interface UsedMemory {
  readonly byteLength: number;
  /** Places of the pages of 4 KiB, ascending. */
  readonly indices: readonly number[];
  /** Those pages, one behind the other. */
  readonly pages: Uint8Array<ArrayBuffer>;
}

/** @throws {TypeError} if the memory is no multiple of 64 KiB. */
export function usedMemory(memory: Uint8Array): UsedMemory {
  if (memory.length % WASM_PAGE_BYTES !== 0) {
    throw new TypeError(`Cannot encode a memory of ${memory.length} bytes: expected a multiple of ${WASM_PAGE_BYTES}`);
  }
  const indices = usedPages(memory);
  const pages = new Uint8Array(indices.length * PAGE_BYTES);
  for (const [at, index] of indices.entries()) {
    pages.set(memory.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES), at * PAGE_BYTES);
  }
  return { byteLength: memory.length, indices, pages };
}

/** The table copies what it has not got: pages may change afterwards. */
export function captureMemory({ byteLength, indices, pages }: UsedMemory, table: PageTable): CapturedMemory {
  return {
    wasmPages: byteLength / WASM_PAGE_BYTES,
    pages: indices.map((index, at) => [index, table.putCopy(pages.subarray(at * PAGE_BYTES, (at + 1) * PAGE_BYTES))]),
  };
}

/** Numbers pages in the order in which memories use them first. */
export class PageOrder {
  readonly #numbers = new Map<number, number>();
  #new: number[] = [];

  /** What stands for a page of the table; a new one is noted for {@link PageOrder.takeNew}. */
  referTo(page: number): number {
    const number = this.#numbers.get(page);
    if (number !== undefined) return number + FIRST_USED;
    this.#numbers.set(page, this.#numbers.size);
    this.#new.push(page);
    return NEXT;
  }

  /** Pages that were used for the first time since the last call, in order. */
  takeNew(): readonly number[] {
    const taken = this.#new;
    this.#new = [];
    return taken;
  }
}

export function encodeMemoryMap(
  { wasmPages, pages }: CapturedMemory,
  { table, order, image }: { readonly table: PageTable; readonly order: PageOrder; readonly image: ProgramImage },
): Uint8Array {
  const bytes = new Uint8Array(4 + pages.length * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, wasmPages, true);
  let next = 0;
  for (const [at, [index, page]] of pages.entries()) {
    const start = image.page(index);
    const isStart = start !== undefined && areEqualPages(start, table.page(page));
    view.setUint32(4 + at * ENTRY_BYTES, index - next, true);
    view.setUint32(8 + at * ENTRY_BYTES, isStart ? IN_PROGRAM : order.referTo(page), true);
    next = index + 1;
  }
  return bytes;
}

/** The pages of a save, while its memories are read one after the other. */
export interface PageSource {
  readonly table: PageTable;
  /** How many of them have been used. */
  used: number;
}

/**
 * Reads a memory map, and gives a function that puts the memory together, anew at each call: thousands of memories are
 * never there at once.
 *
 * @param takePages - Told the size of the memory; throws if it is too much.
 * @throws {SaveError} `save/malformed` for pages that are out of order or of range, missing, or not where they belong.
 */
export function decodeMemoryMap(
  reader: ByteReader,
  { source, image, takePages }: { source: PageSource; image: ProgramImage; takePages: (wasmPages: number) => void },
): () => Uint8Array {
  const wasmPages = reader.u32();
  takePages(wasmPages);
  const totalPages = wasmPages * PAGES_PER_WASM_PAGE;
  const indices: number[] = [];
  const pages: (Uint8Array | typeof IN_PROGRAM)[] = [];
  for (let next = 0; reader.remaining > 0; next++) {
    next += reader.u32();
    if (next >= totalPages) throw reader.malformed(`page ${next} in a memory of ${totalPages}`);
    const where = reader.u32();
    const start = image.page(next);
    if (where === IN_PROGRAM) {
      if (start === undefined) throw reader.malformed(`page ${next} is to be in the program, and is not`);
      pages.push(IN_PROGRAM);
    } else {
      const page = findPage(where, source, reader);
      if (start !== undefined && areEqualPages(start, page)) {
        throw reader.malformed(`page ${next} is stored although the program has it`);
      }
      pages.push(page);
    }
    indices.push(next);
  }
  return () => {
    const memory = new Uint8Array(wasmPages * WASM_PAGE_BYTES);
    for (const [at, index] of indices.entries()) {
      const page = pages[at] === IN_PROGRAM ? image.page(index) : pages[at];
      memory.set(page as Uint8Array, index * PAGE_BYTES);
    }
    return memory;
  };
}

function findPage(where: number, source: PageSource, reader: ByteReader): Uint8Array {
  const number = where === NEXT ? source.used : where - FIRST_USED;
  const known = where === NEXT ? source.table.size : source.used;
  if (number >= known) throw reader.malformed(`page ${number} of the save is missing, ${known} are there`);
  if (where === NEXT) source.used++;
  return source.table.page(number);
}
