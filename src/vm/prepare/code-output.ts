// The bytes of a function body, and the labels that are open at its end.

import { ByteWriter } from "../binary/byte-writer.ts";
import { EMPTY_BLOCK, OP } from "../binary/opcodes.ts";
import { TYPE_BYTES, type GuestType } from "../binary/guest-type.ts";
import { BASE, GROW, LIMIT, MARK, u32, type CodeList } from "./code-list.ts";

const I64_CONST = 0x42;

/** A function's locals, code and final `end`. */
export interface CodeBody {
  readonly body: ByteWriter;
  /**
   * Offsets, from the first instruction, of those whose cost is not that of their opcode: glue is free; the end of an
   * unrolled round, and a return that was a branch, cost 1. For the verifier.
   */
  readonly marks: readonly number[];
  /**
   * Where instructions of the original that may trap are: offset in `body`, offset in the original, ascending by the first.
   */
  readonly places: readonly number[];
}

/** Never written: a function that names one of them has them. */
const NO_PLACES: MemoryPlaces = { base: -1, limit: -1, grow: -1 };

interface CodeParts {
  /** Parameters not included. */
  readonly locals: readonly GuestType[];
  /** Number of hidden parameters in front of the function's own. */
  readonly shift: number;
  /** Where the output has a defined function of the original. */
  readonly functionIndex: (definedIndex: number) => number;
  /** What {@link BASE}, {@link LIMIT} and {@link GROW} stand for, in a function that uses them. */
  readonly memory?: MemoryPlaces | undefined;
}

/** Types of the two locals. */
export const ARENA_LOCALS: readonly GuestType[] = ["i32", "i32"];

/** Locals that hold where the memory begins and how large it is; the function that grows it. */
export interface MemoryPlaces {
  readonly base: number;
  readonly limit: number;
  readonly grow: number;
}

export class CodeOutput {
  readonly #marks: number[] = [];
  readonly #places: number[] = [];
  readonly #out = new ByteWriter();
  readonly #locals: readonly GuestType[];
  readonly #shift: number;
  readonly #functionIndex: (definedIndex: number) => number;
  readonly #memory: MemoryPlaces | undefined;
  readonly #open: number[] = [];
  readonly #position = new Map<number, number>();
  /** The last assignment that stands at the end of what {@link CodeOutput.code} wrote. */
  #lastSet: { readonly end: number; readonly local: readonly number[] } = { end: -1, local: [] };

  constructor({ locals, shift, functionIndex, memory }: CodeParts) {
    this.#locals = locals;
    this.#shift = shift;
    this.#functionIndex = functionIndex;
    this.#memory = memory;
  }

  raw(bytes: readonly number[]): void {
    for (const byte of bytes) {
      if (byte < 0) this.#special(byte);
      else this.#out.byte(byte);
    }
  }

  #special(byte: number): void {
    if (byte === MARK) return this.mark();
    const { base, limit, grow } = this.#memory ?? NO_PLACES;
    if (byte === BASE) this.#out.u32(base);
    else if (byte === LIMIT) this.#out.u32(limit);
    else this.#out.u32(byte === GROW ? grow : this.#functionIndex(-1 - byte));
  }

  /** Marks the next instruction: see {@link CodeBody.marks}. */
  mark(): void {
    this.#marks.push(this.#out.length);
  }

  /** Says which instruction of the original what comes next is for. */
  place(offset: number): void {
    if (this.#places.at(-1) !== offset) this.#places.push(this.#out.length, offset);
  }

  u32(opcode: number, value: number): void {
    this.#out.byte(opcode).u32(value);
  }

  i32(value: number): void {
    this.#out.byte(OP.i32Const).s32(value);
  }

  i64(value: bigint): void {
    this.#out.byte(I64_CONST).s64(value);
  }

  /** Code that ends by assigning `local` (original numbering), if that is given; what reads it next takes it along. */
  code(code: CodeList, local?: number): void {
    let isFirst = true;
    code.forEachBytes((bytes, places) => {
      let at = 0;
      let next = 0;
      if (isFirst && bytes.length > 0) {
        at = this.#takeAlong(bytes);
        isFirst = false;
      }
      for (; at < bytes.length; at++) {
        const byte = bytes[at] as number;
        for (; next < places.length && (places[next] as number) <= at; next += 2)
          this.place(places[next + 1] as number);
        if (byte < 0) this.#special(byte);
        else this.#out.byte(byte);
      }
    });
    if (local !== undefined) this.#noteSet(u32(local + this.#shift));
  }

  /** Reads a local, in the output's numbering as {@link CodeOutput.set}. */
  get(local: number): void {
    const bytes = [OP.localGet, ...u32(local)];
    this.raw(bytes.slice(this.#takeAlong(bytes)));
  }

  set(local: number): void {
    this.u32(OP.localSet, local);
    this.#noteSet(u32(local));
  }

  #noteSet(local: readonly number[]): void {
    const end = this.#out.length;
    if (this.#out.at(end - local.length - 1) !== OP.localSet) throw new Error("Unreachable: no assignment at the end");
    this.#lastSet = { end, local };
  }

  /** Where an assignment is followed by a read of the same local, makes one instruction of the two: how much it replaces. */
  #takeAlong(bytes: readonly number[]): number {
    const { end, local } = this.#lastSet;
    if (end !== this.#out.length || bytes[0] !== OP.localGet || local.some((byte, at) => bytes[at + 1] !== byte))
      return 0;
    this.#out.replace(end - local.length - 1, OP.localTee);
    return local.length + 1;
  }

  /** Opens a construct: without values, or one that leaves a value of that type. */
  open(opcode: number, label: number, result?: GuestType): void {
    this.raw([opcode, result === undefined ? EMPTY_BLOCK : TYPE_BYTES[result]]);
    this.#position.set(label, this.#open.push(label) - 1);
  }

  close(): void {
    this.raw([OP.end]);
    this.#position.delete(this.#open.pop() as number);
  }

  /** Closes the innermost construct, which is the one with this label. */
  closeLabel(label: number): void {
    if (this.#open.at(-1) !== label) throw new Error(`Unreachable: label ${label} is not the innermost`);
    this.close();
  }

  branch(opcode: number, label: number): void {
    this.u32(opcode, this.#depth(label));
  }

  /** A branch of ours. */
  jump(label: number): void {
    this.mark();
    this.branch(OP.br, label);
  }

  table(labels: readonly number[]): void {
    this.u32(OP.brTable, labels.length - 1);
    for (const label of labels) this.#out.u32(this.#depth(label));
  }

  /** A table without the entries at its end that are the default anyway. */
  shortTable(labels: readonly number[], otherwise: number): void {
    const last = labels.findLastIndex((label) => label !== otherwise);
    this.table([...labels.slice(0, last + 1), otherwise]);
  }

  /** @param returns - Whether the code ends with the results on the stack, and not only by instructions that leave. */
  finish(returns = false): CodeBody {
    const body = new ByteWriter();
    const runs: { type: GuestType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    body.u32(runs.length);
    for (const { type, count } of runs) body.u32(count).byte(TYPE_BYTES[type]);
    const first = body.length;
    body.bytes(this.#out.take());
    // Every way out has returned: this satisfies the validator where the last construct is left only by branches.
    if (!returns) body.byte(OP.unreachable);
    const places = this.#places.map((value, index) => (index % 2 === 0 ? first + value : value));
    return { body: body.byte(OP.end), marks: this.#marks, places };
  }

  #depth(label: number): number {
    const position = this.#position.get(label);
    if (position === undefined) throw new Error(`Unreachable: label ${label} is not open`);
    return this.#open.length - 1 - position;
  }
}
