// What the memory of a program holds when it starts: its active data segments. Part of the format: what this file makes of a
// module's bytes must stay as it is. So it reads the bytes itself, and sees nothing but the data section.

import { isZeroPage, PAGE_BYTES } from "./pages.ts";

/** Ascending, and none reaches into the next: so that one page is found quickly, whoever made the module. */
interface Segment {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Compilers write a few. So many in one page still take no time. */
const MOST_SEGMENTS = 1_000;

const DATA_SECTION = 11;
const HEADER_BYTES = 8;

export class ProgramImage {
  readonly #segments: readonly Segment[];

  /**
   * @param wasm - Kept by reference. The image is empty if it is no module, or if one of its active segments goes to a
   * place that is not constant or not behind the one before, or if there are more than 1,000 segments.
   */
  constructor(wasm: Uint8Array) {
    try {
      this.#segments = readSegments(wasm);
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      this.#segments = [];
    }
  }

  /** What a page of 4 KiB holds at the start; `undefined` if it is all zero. */
  page(index: number): Uint8Array | undefined {
    const start = index * PAGE_BYTES;
    const end = start + PAGE_BYTES;
    let page: Uint8Array | undefined;
    for (let at = this.#firstEndingBehind(start); at < this.#segments.length; at++) {
      const segment = this.#segments[at] as Segment;
      if (segment.start >= end) break;
      const from = Math.max(start, segment.start);
      page ??= new Uint8Array(PAGE_BYTES);
      page.set(segment.bytes.subarray(from - segment.start, end - segment.start), from - start);
    }
    return page === undefined || isZeroPage(page) ? undefined : page;
  }

  #firstEndingBehind(address: number): number {
    let [low, high] = [0, this.#segments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const { start, bytes } = this.#segments[middle] as Segment;
      if (start + bytes.length > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** The images of programs by hash, each read once, and only if somebody asks. */
export class ProgramImages {
  readonly #wasm: Map<string, Uint8Array>;
  readonly #images = new Map<string, ProgramImage>();

  constructor(programs: Iterable<{ readonly hash: string; readonly wasm: Uint8Array }> = []) {
    this.#wasm = new Map(Array.from(programs, ({ hash, wasm }) => [hash, wasm]));
  }

  add({ hash, wasm }: { readonly hash: string; readonly wasm: Uint8Array }): void {
    this.#wasm.set(hash, wasm);
  }

  /** The image of a program; empty, if it is not known. */
  of(hash: string | undefined): ProgramImage {
    if (hash === undefined) return EMPTY;
    const known = this.#images.get(hash) ?? new ProgramImage(this.#wasm.get(hash) ?? new Uint8Array());
    this.#images.set(hash, known);
    return known;
  }
}

const EMPTY = new ProgramImage(new Uint8Array());

/** The module is not what this file reads. */
class UnreadableError extends Error {}

/** Bytes, and how far they are read. */
interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

function readSegments(wasm: Uint8Array): readonly Segment[] {
  const cursor = { bytes: wasm, at: HEADER_BYTES };
  while (cursor.at < wasm.length) {
    const id = readByte(cursor);
    const section = { bytes: readBytes(cursor, readU32(cursor)), at: 0 };
    if (id === DATA_SECTION) return readDataSection(section);
  }
  return [];
}

function readDataSection(section: Cursor): readonly Segment[] {
  const segments: Segment[] = [];
  const count = readU32(section);
  if (count > MOST_SEGMENTS) throw new UnreadableError();
  let end = 0;
  for (let left = count; left > 0; left--) {
    const mode = readU32(section);
    const isPassive = mode === 1;
    if (mode === 2 && readU32(section) !== 0) throw new UnreadableError();
    if (mode > 2) throw new UnreadableError();
    const start = isPassive ? 0 : readAddress(section);
    const bytes = readBytes(section, readU32(section));
    if (isPassive || bytes.length === 0) continue;
    if (start < end) throw new UnreadableError();
    end = start + bytes.length;
    segments.push({ start, bytes });
  }
  return segments;
}

/** A constant expression: `i32.const`, the address, `end`. */
function readAddress(cursor: Cursor): number {
  if (readByte(cursor) !== 0x41) throw new UnreadableError();
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = readByte(cursor);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (shift < 28 && (byte & 0x40) !== 0) value |= -1 << (shift + 7);
      break;
    }
    if (shift === 28) throw new UnreadableError();
  }
  if (readByte(cursor) !== 0x0b) throw new UnreadableError();
  return value >>> 0;
}

function readU32(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = readByte(cursor);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value >>> 0;
  }
  throw new UnreadableError();
}

function readByte(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at++];
  if (byte === undefined) throw new UnreadableError();
  return byte;
}

function readBytes(cursor: Cursor, length: number): Uint8Array {
  if (length > cursor.bytes.length - cursor.at) throw new UnreadableError();
  cursor.at += length;
  return cursor.bytes.subarray(cursor.at - length, cursor.at);
}
