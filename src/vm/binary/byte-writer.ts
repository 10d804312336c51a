// Appends bytes and canonical (shortest) LEB128 integers to a growing buffer.

const UTF8 = new TextEncoder();

export class ByteWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  at(index: number): number | undefined {
    return this.#bytes[index];
  }

  /** Writes over one byte that is there. */
  replace(at: number, value: number): void {
    if (at >= this.#length) throw new Error(`Unreachable: byte ${at} of ${this.#length}`);
    this.#bytes[at] = value;
  }

  /** Single bytes, e.g. opcodes without immediates. */
  raw(...values: readonly number[]): this {
    for (const value of values) this.byte(value);
    return this;
  }

  bytes(source: Uint8Array, start = 0, end: number = source.length): this {
    this.#reserve(end - start);
    this.#bytes.set(source.subarray(start, end), this.#length);
    this.#length += end - start;
    return this;
  }

  u32(value: number): this {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  s32(value: number): this {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  s64(value: bigint): this {
    let rest = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  name(text: string): this {
    const bytes = UTF8.encode(text);
    return this.u32(bytes.length).bytes(bytes);
  }

  /** A length followed by that many bytes. */
  sized(content: ByteWriter): this {
    return this.u32(content.length).bytes(content.take());
  }

  /** The bytes written so far; a view that the next write may leave behind. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
