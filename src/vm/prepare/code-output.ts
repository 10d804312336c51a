// The bytes of a function body, and the labels that are open at its end.

import { ByteWriter } from "../binary/byte-writer.ts";
import { EMPTY_BLOCK, OP } from "../binary/opcodes.ts";
import { TYPE_BYTES } from "../binary/write-module.ts";
import type { ValueType } from "../device/device.ts";
import type { CodeList } from "./code-list.ts";

export class CodeOutput {
  readonly #out = new ByteWriter();
  readonly #locals: readonly ValueType[];
  readonly #functionIndex: (definedIndex: number) => number;
  readonly #open: number[] = [];
  readonly #position = new Map<number, number>();

  /** @param functionIndex - Where the output has a defined function of the original. */
  constructor(locals: readonly ValueType[], functionIndex: (definedIndex: number) => number) {
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

  code(code: CodeList): void {
    code.forEachBytes((bytes) => {
      for (const byte of bytes) {
        if (byte < 0) this.#out.u32(this.#functionIndex(-1 - byte));
        else this.#out.byte(byte);
      }
    });
  }

  /** Opens a construct without values. */
  open(opcode: number, label: number): void {
    this.raw([opcode, EMPTY_BLOCK]);
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

  finish(): ByteWriter {
    const body = new ByteWriter();
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    body.u32(runs.length);
    for (const { type, count } of runs) body.u32(count).byte(TYPE_BYTES[type]);
    // Every way out has returned: this satisfies the validator where the last construct is left only by branches.
    return body.bytes(this.#out.take()).raw(OP.unreachable, OP.end);
  }

  #depth(label: number): number {
    const position = this.#position.get(label);
    if (position === undefined) throw new Error(`Unreachable: label ${label} is not open`);
    return this.#open.length - 1 - position;
  }
}
