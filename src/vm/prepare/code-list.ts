// Instruction bytes in the order of execution, joined in constant time, with the locals that they read on the side.
// A list is consumed by joining it: after `a.join(b)` only `a` may be used.

/**
 * Stands in a list of bytes before an instruction of ours whose cost is not that of its opcode: glue between the guest's
 * own, which is free. See `CodeOutput.marks`.
 */
export const MARK: number = -(2 ** 31);

/** Stand for the numbers of the locals that hold where the memory begins and how large it is, known only at emission. */
export const BASE: number = MARK + 1;
export const LIMIT: number = MARK + 2;
/** Stands for the number of the imported function by which an arena grows a memory. */
export const GROW: number = MARK + 3;

/** Bytes of the output module, and locals (original numbering) that they read. */
interface Segment {
  readonly bytes: number[];
  readonly reads: number[];
  /** Where instructions of the original that may trap begin: index in `bytes`, offset in the original. */
  readonly places: number[];
  next: Segment | undefined;
}

/** The instruction of the original that bytes are added for, if it may trap; see {@link atPlace}. */
let currentPlace = -1;

/** Says what the bytes that are added next are for. @param offset - In the original's bytes; −1 for nothing that traps. */
export function atPlace(offset: number): void {
  currentPlace = offset;
}

export class CodeList {
  #head: Segment | undefined;
  #tail: Segment | undefined;

  static of(...bytes: readonly number[]): CodeList {
    return new CodeList().add(bytes);
  }

  add(bytes: readonly number[]): this {
    const segment = this.#own();
    if (currentPlace >= 0) segment.places.push(segment.bytes.length, currentPlace);
    for (const byte of bytes) segment.bytes.push(byte);
    return this;
  }

  /** Notes that what was added last reads a local. */
  read(local: number): this {
    this.#own().reads.push(local);
    return this;
  }

  /** Appends the index of a defined function in the output, which is known only when all functions are. */
  addFunction(definedIndex: number): this {
    return this.add([-1 - definedIndex]);
  }

  join(other: CodeList): this {
    if (other.#head === undefined) return this;
    if (this.#tail === undefined) this.#head = other.#head;
    else this.#tail.next = other.#head;
    this.#tail = other.#tail;
    return this;
  }

  forEachRead(visit: (local: number) => void): void {
    for (let segment = this.#head; segment !== undefined; segment = segment.next) segment.reads.forEach(visit);
  }

  /**
   * Bytes; {@link MARK}, {@link BASE}, {@link LIMIT}, {@link GROW}; and other negative numbers, which stand for functions:
   * see {@link CodeList.addFunction}.
   */
  forEachBytes(visit: (bytes: readonly number[], places: readonly number[]) => void): void {
    for (let segment = this.#head; segment !== undefined; segment = segment.next) visit(segment.bytes, segment.places);
  }

  #own(): Segment {
    if (this.#tail === undefined) {
      this.#tail = { bytes: [], reads: [], places: [], next: undefined };
      this.#head = this.#tail;
    }
    return this.#tail;
  }
}

/** An unsigned LEB128 integer. */
export function u32(value: number): number[] {
  const out: number[] = [];
  let rest = value >>> 0;
  while (rest >= 0x80) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.push(rest);
  return out;
}

/** A signed LEB128 integer. */
export function s32(value: number): number[] {
  const out: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40)) {
      out.push(low);
      return out;
    }
    out.push(low | 0x80);
  }
}
