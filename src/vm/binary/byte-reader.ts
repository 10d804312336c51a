// Reads a byte string front to back and refuses to go past its end. Positions are kept for error messages.
// Variable-length integers: every encoding that the WebAssembly specification (5.2.2) allows is read, also padded ones.

import { VmError } from "../errors.ts";

/** A byte order mark is a character of a name like any other. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class ByteReader {
  readonly bytes: Uint8Array;
  /** Next byte to read. */
  offset: number;
  /** First byte that may not be read. */
  readonly end: number;

  constructor(bytes: Uint8Array, offset = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
  }

  get done(): boolean {
    return this.offset >= this.end;
  }

  byte(): number {
    const value = this.offset < this.end ? this.bytes[this.offset] : undefined;
    if (value === undefined) throw malformed("unexpected end", this.offset);
    this.offset++;
    return value;
  }

  /** Moves over `length` bytes. */
  skip(length: number): void {
    if (length > this.end - this.offset) throw malformed("unexpected end", this.end);
    this.offset += length;
  }

  /** A reader of the next `length` bytes, which this one skips. */
  part(length: number): ByteReader {
    const start = this.offset;
    this.skip(length);
    return new ByteReader(this.bytes, start, this.offset);
  }

  u32(): number {
    const start = this.offset;
    let result = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      if (shift === 28 && byte > 0x0f) break;
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return result >>> 0;
    }
    throw malformed("integer does not fit in 32 bits", start);
  }

  s32(): number {
    const start = this.offset;
    let result = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      // The fifth byte holds four value bits; the unused ones must repeat the sign.
      if (shift === 28 && byte > 0x07 && (byte < 0x78 || byte > 0x7f)) break;
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        const unused = 25 - shift;
        return unused > 0 ? (result << unused) >> unused : result;
      }
    }
    throw malformed("integer does not fit in 32 bits", start);
  }

  s64(): bigint {
    const start = this.offset;
    let result = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      if (shift === 63n && byte !== 0x00 && byte !== 0x7f) break;
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, byte & 0x40 ? result | (-1n << (shift + 7n)) : result);
    }
    throw malformed("integer does not fit in 64 bits", start);
  }

  name(): string {
    const length = this.u32();
    const part = this.part(length);
    try {
      return UTF8.decode(part.bytes.subarray(part.offset, part.end));
    } catch (cause) {
      throw new VmError("vm/module-malformed", `Cannot read the module: a name at offset ${part.offset} is not UTF-8`, {
        cause,
        offset: part.offset,
      });
    }
  }
}

/** The error for bytes that are not WebAssembly. */
export function malformed(what: string, offset: number): VmError {
  return new VmError("vm/module-malformed", `Cannot read the module: ${what} at offset ${offset}`, { offset });
}

/** The error for WebAssembly that uses what we do not offer. `advice` says how to avoid it. */
export function unsupported(feature: string, offset: number, advice: string): VmError {
  return new VmError(
    "vm/module-unsupported",
    `Cannot use the module: ${feature} at offset ${offset} is not supported; ${advice}`,
    { offset },
  );
}
