// A memory that is put away: what it holds, without zeros, compressed. Lives and ends in one realm; saves have a format of
// their own.

import { deflateSync, inflateSync } from "fflate";

import { SMALL_PAGE_BYTES, usedPages } from "./zero-pages.ts";

export interface PackedMemory {
  /** Size of the memory. */
  readonly byteLength: number;
  /** Offsets of the small pages that are kept, ascending. */
  readonly pages: readonly number[];
  /** Those pages, compressed. */
  readonly packed: Uint8Array;
}

/** The fastest level: it leaves little more than the slower ones of what memories hold. */
const LEVEL = 1;

export function packMemory(memory: Uint8Array): PackedMemory {
  const pages = usedPages(memory);
  const used = new Uint8Array(pages.length * SMALL_PAGE_BYTES);
  pages.forEach((offset, at) => used.set(memory.subarray(offset, offset + SMALL_PAGE_BYTES), at * SMALL_PAGE_BYTES));
  return { byteLength: memory.length, pages, packed: deflateSync(used, { level: LEVEL }) };
}

/** @param to - As large as the memory, and all zeros. */
export function unpackMemory({ pages, packed }: PackedMemory, to: Uint8Array): void {
  const used = inflateSync(packed, { out: new Uint8Array(pages.length * SMALL_PAGE_BYTES) });
  pages.forEach((offset, at) => {
    const start = at * SMALL_PAGE_BYTES;
    to.set(used.subarray(start, start + SMALL_PAGE_BYTES), offset);
  });
}
