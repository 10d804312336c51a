// Linear memory in pieces of 4 KiB: each piece once, however many memories hold it.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** The unit of WebAssembly memory. */
export const WASM_PAGE_BYTES = 65_536;

/** Of a Lua interpreter's memory, 276 of 416 pages of 4 KiB are zero; of its 26 pages of 64 KiB, hardly any. */
export const PAGE_BYTES = 4_096;

export const PAGES_PER_WASM_PAGE: number = WASM_PAGE_BYTES / PAGE_BYTES;

const WORDS = PAGE_BYTES / 4;

/** Pages with one quick hash that are compared one by one. More of them do not come about by chance. */
const MOST_COMPARED = 8;

/** Pages without repetition, numbered in the order in which they came. */
export class PageTable {
  readonly #pages: Uint8Array[] = [];
  readonly #byHash = new Map<number | string, number[]>();

  get size(): number {
    return this.#pages.length;
  }

  page(index: number): Uint8Array {
    const page = this.#pages[index];
    if (page === undefined) throw new RangeError(`There is no page ${index}`);
    return page;
  }

  /** The index of the page, which is kept by reference if it is new: then the index is the size before. */
  put(page: Uint8Array): number {
    return this.#put(page, page);
  }

  /** Like {@link PageTable.put}, but a copy is kept. */
  putCopy(page: Uint8Array): number {
    return this.#put(page);
  }

  #put(page: Uint8Array, kept?: Uint8Array): number {
    const words = wordsOf(page);
    const hash = quickHash(words);
    let alike = this.#alike(hash);
    let found = alike.find((index) => areEqual(wordsOf(this.page(index)), words));
    if (found === undefined && alike.length >= MOST_COMPARED) {
      // Whoever made so many must not make us compare each with all: those with one SHA-256 are equal.
      alike = this.#alike(bytesToHex(sha256(page)));
      [found] = alike;
    }
    if (found !== undefined) return found;
    alike.push(this.#pages.length);
    return this.#pages.push(kept ?? new Uint8Array(page)) - 1;
  }

  #alike(hash: number | string): number[] {
    const known = this.#byHash.get(hash);
    if (known !== undefined) return known;
    const none: number[] = [];
    this.#byHash.set(hash, none);
    return none;
  }
}

export function isZeroPage(page: Uint8Array): boolean {
  return areZero(wordsOf(page), 0);
}

/** The pages that are not all zero, ascending. @param memory - A multiple of {@link PAGE_BYTES}. */
export function usedPages(memory: Uint8Array): number[] {
  const words = wordsOf(memory);
  const used: number[] = [];
  for (let at = 0; at < words.length; at += WORDS) if (!areZero(words, at)) used.push(at / WORDS);
  return used;
}

/** The words of one page. */
function areZero(words: Uint32Array, start: number): boolean {
  for (let at = start; at < start + WORDS; at += 4) {
    const some = (words[at] as number) | (words[at + 1] as number);
    if ((some | (words[at + 2] as number) | (words[at + 3] as number)) !== 0) return false;
  }
  return true;
}

export function areEqualPages(a: Uint8Array, b: Uint8Array): boolean {
  return areEqual(wordsOf(a), wordsOf(b));
}

function areEqual(a: Uint32Array, b: Uint32Array): boolean {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** Good enough to tell apart what nobody made alike on purpose. @param words - An even number of them. */
export function quickHash(words: Uint32Array): number {
  let [one, two] = [0x9e3779b9, 0x85ebca6b];
  for (let at = 0; at < words.length; at += 2) {
    one = Math.imul(one ^ (words[at] as number), 0x01000193);
    two = Math.imul(two ^ (words[at + 1] as number), 0x5bd1e995);
    one ^= one >>> 15;
    two ^= two >>> 13;
  }
  return (one >>> 0) * 2 ** 21 + ((two ^ (two >>> 15)) >>> 11);
}

/** Four bytes at a time, also where they do not lie so. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Uint32Array(buffer, byteOffset, length / 4);
}
