// Linear memory without its zeros.
//
//   offset  size  field
//        0     4  size of the memory   in pages of 64 KiB, at most the limit
//        4     4  number of stored pages
//     then, for each stored page of 4 KiB that is not all zero, in ascending order:
//              4  index                in pages of 4 KiB
//           4096  bytes

import { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";

/** The unit of WebAssembly memory. */
export const WASM_PAGE_BYTES = 65_536;

// Of a Lua interpreter's memory, 276 of 416 pages of 4 KiB are zero; of its 26 pages of 64 KiB, hardly any.
const STORED_PAGE_BYTES = 4_096;

/** @param memory - A multiple of 64 KiB. Must not change before the writer joins. */
export function writeMemory(writer: ByteWriter, memory: Uint8Array): void {
  if (memory.length % WASM_PAGE_BYTES !== 0) {
    throw new TypeError(`Cannot encode a memory of ${memory.length} bytes: expected a multiple of ${WASM_PAGE_BYTES}`);
  }
  const stored: number[] = [];
  for (let offset = 0; offset < memory.length; offset += STORED_PAGE_BYTES) {
    if (!isZero(memory.subarray(offset, offset + STORED_PAGE_BYTES))) stored.push(offset);
  }
  writer.u32(memory.length / WASM_PAGE_BYTES).u32(stored.length);
  for (const offset of stored) {
    writer.u32(offset / STORED_PAGE_BYTES).bytes(memory.subarray(offset, offset + STORED_PAGE_BYTES));
  }
}

/**
 * Checks a memory, and gives a function that puts it together, anew at each call: thousands of memories are never there
 * at once.
 *
 * @param takePages - Told the size of the memory; throws if it is too much.
 * @throws {SaveError} `save/malformed` for pages out of order, out of range, or all zero.
 */
export function readMemory(reader: ByteReader, takePages: (wasmPages: number) => void): () => Uint8Array {
  const wasmPages = reader.u32();
  const storedPages = reader.u32();
  const totalPages = wasmPages * (WASM_PAGE_BYTES / STORED_PAGE_BYTES);
  if (storedPages > totalPages) throw reader.malformed(`${storedPages} stored pages in a memory of ${totalPages}`);
  takePages(wasmPages);
  const stored = reader.view(storedPages * (4 + STORED_PAGE_BYTES)).slice();
  const pages = new ByteReader(stored, "a memory");
  const offsets: number[] = [];
  let previous = -1;
  for (let i = 0; i < storedPages; i++) {
    const index = pages.u32();
    if (index <= previous || index >= totalPages) throw reader.malformed(`page ${index} behind page ${previous}`);
    if (isZero(pages.view(STORED_PAGE_BYTES))) throw reader.malformed(`page ${index} is stored although it is zero`);
    offsets.push(index * STORED_PAGE_BYTES);
    previous = index;
  }
  return () => {
    const memory = new Uint8Array(wasmPages * WASM_PAGE_BYTES);
    for (const [i, offset] of offsets.entries()) {
      const start = i * (4 + STORED_PAGE_BYTES) + 4;
      memory.set(stored.subarray(start, start + STORED_PAGE_BYTES), offset);
    }
    return memory;
  };
}

function isZero(page: Uint8Array): boolean {
  if (page.byteOffset % 4 !== 0) return page.every((byte) => byte === 0);
  const words = new Uint32Array(page.buffer, page.byteOffset, page.length / 4);
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false;
  return true;
}
