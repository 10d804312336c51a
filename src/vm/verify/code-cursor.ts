// Reads bytes and instructions of a prepared module, strictly: integers in their shortest form only, since ours are.

import { PREFIXED, VECTORS } from "./opcodes.ts";
import { operationOf, type Operation } from "./operations.ts";
import { Rejection } from "./rejection.ts";

export class CodeCursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  offset: number;
  /** Of the last instruction: where it starts, its opcode, and what the table says of it. */
  start = 0;
  opcode = 0;
  operation: Operation;
  /** Its first immediate that is a number; of a block, 0 without values, {@link I32_BLOCK} or {@link I64_BLOCK}; the table of `call_indirect` is the second. */
  index = 0;
  second = 0;
  labels: number[] = [];

  constructor(bytes: Uint8Array, offset: number, end: number) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
    this.operation = operationOf(0) as Operation;
  }

  get done(): boolean {
    return this.offset >= this.end;
  }

  byte(): number {
    if (this.offset >= this.end) throw new Rejection("ends too early", this.offset);
    return this.bytes[this.offset++] as number;
  }

  u32(): number {
    const at = this.offset;
    const short = at < this.end ? (this.bytes[at] as number) : 0x80;
    if (short < 0x80) {
      this.offset++;
      return short;
    }
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (value > 0xffff_ffff || (byte === 0 && factor > 1)) break;
        return value;
      }
      if (factor >= 0x80 ** 4) break;
    }
    throw new Rejection("an integer that is not in its shortest form", at);
  }

  s32(): number {
    const at = this.offset;
    const short = at < this.end ? (this.bytes[at] as number) : 0x80;
    if (short < 0x80) {
      this.offset++;
      return (short << 25) >> 25;
    }
    let value = 0;
    let previous = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        const isTooWide = shift === 28 && byte > 0x07 && byte < 0x78;
        if (isTooWide || isPadded(byte, previous)) break;
        return shift < 28 ? (value << (25 - shift)) >> (25 - shift) : value;
      }
      previous = byte;
    }
    throw new Rejection("an integer that is not in its shortest form", at);
  }

  skip(count: number): void {
    if (this.end - this.offset < count) throw new Rejection("ends too early", this.offset);
    this.offset += count;
  }

  name(): string {
    const length = this.u32();
    this.skip(length);
    return new TextDecoder().decode(this.bytes.subarray(this.offset - length, this.offset));
  }

  /** Reads an instruction that is on the list. */
  next(): number {
    this.start = this.offset;
    const first = this.byte();
    this.opcode = first < 0xfc ? first : this.#prefixed(first);
    const operation = operationOf(this.opcode);
    if (operation === undefined)
      throw new Rejection(`opcode 0x${this.opcode.toString(16)} is not on the list`, this.start);
    this.operation = operation;
    this.index = 0;
    switch (operation.immediate) {
      case "none":
        break;
      case "index":
        this.index = this.u32();
        break;
      case "i32":
        this.index = this.s32();
        break;
      case "block":
        this.index = this.s32() - EMPTY_BLOCK;
        break;
      case "labels": {
        const count = this.u32();
        if (count > this.end - this.offset) throw new Rejection("more labels than bytes", this.start);
        const labels: number[] = [];
        for (let i = 0; i <= count; i++) labels.push(this.u32());
        this.labels = labels;
        break;
      }
      case "indices":
        this.index = this.u32();
        this.second = this.u32();
        break;
      case "access":
        this.#access();
        break;
      case "lane-access":
        this.#access();
        this.skip(1);
        break;
      case "lane":
        this.index = this.byte();
        break;
      case "vector":
        this.skip(16);
        break;
      case "zero":
        this.#zero();
        break;
      case "index-zero":
        this.index = this.u32();
        this.#zero();
        break;
      case "types":
        if (this.u32() !== 1) throw new Rejection("a select of several values", this.start);
        this.index = this.byte();
        break;
      case "funcref":
        if (this.byte() !== 0x70) throw new Rejection("a reference to something else than a function", this.start);
        break;
      case "zeros":
        this.#zero();
        this.#zero();
        break;
      case "i64":
        this.index = this.#long();
        break;
      case "f32":
        this.skip(4);
        break;
      case "f64":
        this.skip(8);
        break;
      default:
        operation.immediate satisfies never;
    }
    return this.opcode;
  }

  /** The value of the last instruction, an i64.const. */
  constant64(): bigint {
    let value = 0n;
    for (let at = this.start + 1; at < this.offset; at++) {
      value |= BigInt((this.bytes[at] as number) & 0x7f) << BigInt(7 * (at - this.start - 1));
    }
    return BigInt.asIntN(Math.min(64, 7 * (this.offset - this.start - 1)), value);
  }

  #prefixed(first: number): number {
    const second = this.u32();
    if (second > 0xff || first > 0xfd) throw new Rejection(`opcode 0x${first.toString(16)} ${second}`, this.start);
    return (first === 0xfc ? PREFIXED : VECTORS) + second;
  }

  /** Of 16 bytes at most, in the first memory. */
  #access(): void {
    this.second = this.u32();
    if (this.second > 4) throw new Rejection(`alignment ${this.second}`, this.start);
    this.index = this.u32();
  }

  #zero(): void {
    if (this.byte() !== 0) throw new Rejection("an index that is not 0", this.start);
  }

  /** Its value if it is short, else NaN: nothing of ours uses a long one. */
  #long(): number {
    const at = this.offset;
    let value = 0;
    let previous = 0;
    for (let length = 1; length <= 10; length++) {
      const byte = this.byte();
      if (length <= 4) value |= (byte & 0x7f) << (7 * (length - 1));
      if (byte < 0x80) {
        const isTooWide = length === 10 && byte !== 0 && byte !== 0x7f;
        if (isTooWide || isPadded(byte, previous)) break;
        const unused = 32 - 7 * length;
        return length <= 4 ? (value << unused) >> unused : NaN;
      }
      previous = byte;
    }
    throw new Rejection("an integer that is not in its shortest form", at);
  }
}

const EMPTY_BLOCK = -64;

/** Blocks that leave one value. */
export const I32_BLOCK = 63;
export const I64_BLOCK = 62;

/** Whether the last byte of a signed integer says no more than the sign of the one before. */
function isPadded(last: number, previous: number): boolean {
  return previous !== 0 && ((last === 0 && previous < 0xc0) || (last === 0x7f && previous >= 0xc0));
}
