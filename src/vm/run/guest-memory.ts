// Bounds-checked access to a guest's memory. Everything is copied: a view would die when the memory grows.

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
const STRICT_UTF8 = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

export class GuestMemory {
  readonly #space: GuestView;

  constructor(space: GuestView) {
    this.#space = space;
  }

  /** Copies bytes out. `offset` and `length` are read as unsigned 32-bit numbers. */
  read(offset: number, length: number): Uint8Array {
    return this.#bytes(offset, length).slice();
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#bytes(offset, bytes.length).set(bytes);
  }

  /** Bytes up to a NUL, at most `maxBytes`, as UTF-8; what is not UTF-8 becomes U+FFFD. */
  readString(offset: number, maxBytes: number): string {
    const start = offset >>> 0;
    const { byteLength } = this.#space;
    if (start >= byteLength) throw outside(start, 1, byteLength);
    const window = this.#space.view(start, Math.max(0, Math.min(byteLength - start, maxBytes)));
    const end = window.indexOf(0);
    return UTF8.decode(window.slice(0, end < 0 ? window.length : end));
  }

  /** As {@link GuestMemory.readString}; `undefined` if there is no NUL behind `maxBytes` bytes, or they are not UTF-8. */
  readText(offset: number, maxBytes: number): string | undefined {
    const start = offset >>> 0;
    const { byteLength } = this.#space;
    const length = Math.min(byteLength - start, maxBytes + 1);
    if (length <= 0) throw outside(start, 1, byteLength);
    const end = this.#space.view(start, length).indexOf(0);
    if (end < 0 && length <= maxBytes) throw outside(start, length + 1, byteLength);
    if (end < 0) return undefined;
    try {
      return STRICT_UTF8.decode(this.#space.view(start, end).slice());
    } catch {
      return undefined;
    }
  }

  readU32(offset: number): number {
    return this.#view(offset, 4).getUint32(0, true);
  }

  readU64(offset: number): bigint {
    return this.#view(offset, 8).getBigUint64(0, true);
  }

  writeU32(offset: number, value: number): void {
    this.#view(offset, 4).setUint32(0, value, true);
  }

  writeU64(offset: number, value: bigint): void {
    this.#view(offset, 8).setBigUint64(0, value, true);
  }

  #bytes(offset: number, length: number): Uint8Array {
    const start = offset >>> 0;
    const count = length >>> 0;
    const { byteLength } = this.#space;
    if (start + count > byteLength) throw outside(start, count, byteLength);
    return this.#space.view(start, count);
  }

  #view(offset: number, length: number): DataView {
    const { buffer, byteOffset } = this.#bytes(offset, length);
    return new DataView(buffer, byteOffset, length);
  }
}

function outside(start: number, count: number, size: number): GuestRangeError {
  return new GuestRangeError(`Cannot use ${count} bytes at ${start}: the guest's memory has ${size} bytes`);
}
