// Reads little-endian fields from bytes that somebody else wrote. Every length is checked before anything is taken.

import { SaveError } from "./errors.ts";

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  #offset = 0;

  /** @param what - Names the part in messages. */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true);
  }

  /** A view of the next `length` bytes: copy what is to stay. */
  view(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** A view of as many bytes as the u32 in front of them says. */
  prefixed(): Uint8Array {
    return this.view(this.u32());
  }

  /** Checks that nothing is left. */
  end(): void {
    if (this.remaining !== 0) throw this.malformed(`${this.remaining} bytes are left over at its end`);
  }

  malformed(problem: string): SaveError {
    return new SaveError("save/malformed", `Cannot decode the save: ${this.#what} at byte ${this.#offset}: ${problem}`);
  }

  #advance(length: number): number {
    if (length > this.remaining) throw this.malformed(`${length} bytes expected, ${this.remaining} there`);
    const start = this.#offset;
    this.#offset += length;
    return start;
  }
}
