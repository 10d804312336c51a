// The bytes of a function body, and the labels that are open at its end.

import { ByteWriter } from "../binary/byte-writer.ts";
import { EMPTY_BLOCK, OP } from "../binary/opcodes.ts";
import { TYPE_BYTES, type GuestType } from "../binary/guest-type.ts";
import type { CodeList } from "./code-list.ts";

const I64_CONST = 0x42;

export class CodeOutput {
  readonly #out = new ByteWriter();
  readonly #locals: readonly GuestType[];
  readonly #functionIndex: (definedIndex: number) => number;
  readonly #open: number[] = [];
  readonly #position = new Map<number, number>();

  /** @param functionIndex - Where the output has a defined function of the original. */
  constructor(locals: readonly GuestType[], functionIndex: (definedIndex: number) => number) {
    this.#locals = locals;
    this.#functionIndex = functionIndex;
  }

  raw(bytes: readonly number[]): void {
    for (const byte of bytes) this.#out.byte(byte);
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

  code(code: CodeList): void {
    code.forEachBytes((bytes) => {
      for (const byte of bytes) {
        if (byte < 0) this.#out.u32(this.#functionIndex(-1 - byte));
        else this.#out.byte(byte);
      }
    });
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
  finish(returns = false): ByteWriter {
    const body = new ByteWriter();
    const runs: { type: GuestType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    body.u32(runs.length);
    for (const { type, count } of runs) body.u32(count).byte(TYPE_BYTES[type]);
    body.bytes(this.#out.take());
    // Every way out has returned: this satisfies the validator where the last construct is left only by branches.
    if (!returns) body.byte(OP.unreachable);
    return body.byte(OP.end);
  }

  #depth(label: number): number {
    const position = this.#position.get(label);
    if (position === undefined) throw new Error(`Unreachable: label ${label} is not open`);
    return this.#open.length - 1 - position;
  }
}
