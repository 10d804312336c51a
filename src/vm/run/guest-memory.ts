// Bounds-checked access to a guest's memory. Everything that is given away is copied: a view would die when the memory grows.

import type { GuestView } from "../memory/guest-space.ts";

/** Thrown at host functions that were given a bad range; it becomes the trap `memory-out-of-bounds`. */
export class GuestRangeError extends Error {
  readonly #isOurs = true;

  /** As `instanceof`, which a proxy that a device throws could answer, or throw in. */
  static is(error: unknown): error is GuestRangeError {
    return typeof error === "object" && error !== null && #isOurs in error && error.#isOurs;
  }
}

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });
const ENCODER = new TextEncoder();
const REPLACEMENT = "\uFFFD";

/** Up to this length a loop is faster than calls of the engine's own copying and decoding. */
const SHORT = 64;
/** Up to this length so are names of ASCII. */
const SHORT_NAME = 16;
const FIRST_NON_ASCII = 0x80;

/** All of a memory, as it was when a view of it was needed last. */
interface WholeMemory {
  readonly owner: GuestMemory | undefined;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
}

const NOTHING: WholeMemory = { owner: undefined, bytes: new Uint8Array(), view: new DataView(new ArrayBuffer(0)) };

/** Of whoever calls just now. One for all: a slice that uses none is not to look for what it could forget. */
let whole = NOTHING;

/** A slice is over: memories may move from here on, and be given up. */
export function forgetMemory(): void {
  whole = NOTHING;
}

export class GuestMemory {
  readonly #space: GuestView;

  constructor(space: GuestView) {
    this.#space = space;
  }

  /** Copies bytes out. `offset` and `length` are read as unsigned 32-bit numbers. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    const start = offset >>> 0;
    const count = length >>> 0;
    return this.#at(start, count).bytes.slice(start, start + count);
  }

  /** Copies bytes out, into `to` from `at` on. */
  readInto(to: Uint8Array, at: number, offset: number, length: number): void {
    const start = offset >>> 0;
    const { bytes } = this.#at(start, length);
    if (length > SHORT) to.set(bytes.subarray(start, start + length), at);
    else for (let index = 0; index < length; index++) to[at + index] = bytes[start + index] as number;
  }

  write(offset: number, from: Uint8Array): void {
    const start = offset >>> 0;
    const { bytes } = this.#at(start, from.length);
    if (from.length > SHORT) bytes.set(from, start);
    else for (let at = 0; at < from.length; at++) bytes[start + at] = from[at] as number;
  }

  /** Only looks whether a range is memory. */
  check(offset: number, length: number): void {
    this.#at(offset >>> 0, length >>> 0);
  }

  /** Bytes up to a NUL, at most `maxBytes`, as UTF-8; what is not UTF-8 becomes U+FFFD. */
  readString(offset: number, maxBytes: number): string {
    const start = offset >>> 0;
    const { bytes } = this.#at(start, 1);
    const most = Math.min(bytes.length, start + Math.max(0, maxBytes));
    const end = endOf(bytes, start, most);
    return shortAscii(bytes, start, end) ?? UTF8.decode(bytes.slice(start, end));
  }

  /** As {@link GuestMemory.readString}; `undefined` if there is no NUL behind `maxBytes` bytes, or they are not UTF-8. */
  readText(offset: number, maxBytes: number): string | undefined {
    const start = offset >>> 0;
    const { bytes } = this.#at(start, 1);
    const most = Math.min(bytes.length, start + maxBytes + 1);
    const end = endOf(bytes, start, most);
    if (end === most) {
      if (most <= start + maxBytes) throw outside(start, most - start + 1, bytes.length);
      return undefined;
    }
    const ascii = shortAscii(bytes, start, end);
    if (ascii !== undefined) return ascii;
    const encoded = bytes.slice(start, end);
    const text = UTF8.decode(encoded);
    // No decoder that throws: programs could have it throw thousands of times in a tick, which takes long.
    return text.includes(REPLACEMENT) && !isSame(ENCODER.encode(text), encoded) ? undefined : text;
  }

  readU8(offset: number): number {
    const start = offset >>> 0;
    return this.#at(start, 1).view.getUint8(start);
  }

  readU32(offset: number): number {
    const start = offset >>> 0;
    return this.#at(start, 4).view.getUint32(start, true);
  }

  readU64(offset: number): bigint {
    const start = offset >>> 0;
    return this.#at(start, 8).view.getBigUint64(start, true);
  }

  writeU32(offset: number, value: number): void {
    const start = offset >>> 0;
    this.#at(start, 4).view.setUint32(start, value, true);
  }

  writeU64(offset: number, value: bigint): void {
    const start = offset >>> 0;
    this.#at(start, 8).view.setBigUint64(start, value, true);
  }

  /** The memory as it is now, where a range is inside. Both views die when it grows: then they have no length. */
  #at(start: number, count: number): WholeMemory {
    const { byteLength } = this.#space;
    if (start + count > byteLength) throw outside(start, count, byteLength);
    if (whole.owner !== this || whole.bytes.length !== byteLength) {
      const bytes = this.#space.view(0, byteLength);
      whole = { owner: this, bytes, view: new DataView(bytes.buffer, bytes.byteOffset, byteLength) };
    }
    return whole;
  }
}

/** Where a string ends: at its NUL, or at `most`. */
function endOf(bytes: Uint8Array, start: number, most: number): number {
  const near = Math.min(most, start + SHORT);
  for (let at = start; at < near; at++) if (bytes[at] === 0) return at;
  if (near === most) return most;
  const end = bytes.subarray(near, most).indexOf(0);
  return end < 0 ? most : near + end;
}

/** Most names that programs pass. */
function shortAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start > SHORT_NAME) return undefined;
  let text = "";
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte >= FIRST_NON_ASCII) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function outside(start: number, count: number, size: number): GuestRangeError {
  return new GuestRangeError(`Cannot use ${count} bytes at ${start}: the guest's memory has ${size} bytes`);
}
