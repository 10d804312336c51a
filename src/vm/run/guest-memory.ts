// Bounds-checked access to a guest's memory. Everything is copied: a view would die when the memory grows.

/** Thrown at host functions that were given a bad range; it becomes the trap `memory-out-of-bounds`. */
export class GuestRangeError extends Error {}

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

export class GuestMemory {
  readonly #memory: WebAssembly.Memory;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
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
    const all = new Uint8Array(this.#memory.buffer);
    if (start >= all.length) throw outside(start, 1, all.length);
    const window = all.subarray(start, Math.min(all.length, start + maxBytes));
    const end = window.indexOf(0);
    return UTF8.decode(window.slice(0, end < 0 ? window.length : end));
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
    const size = this.#memory.buffer.byteLength;
    if (start + count > size) throw outside(start, count, size);
    return new Uint8Array(this.#memory.buffer, start, count);
  }

  #view(offset: number, length: number): DataView {
    const { buffer, byteOffset } = this.#bytes(offset, length);
    return new DataView(buffer, byteOffset, length);
  }
}

function outside(start: number, count: number, size: number): GuestRangeError {
  return new GuestRangeError(`Cannot use ${count} bytes at ${start}: the guest's memory has ${size} bytes`);
}
