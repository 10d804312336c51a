// The operand stack of a function as validation sees it: its values have types, and no construct takes those below its own.
// The algorithm is that of the specification's appendix.

import { malformed } from "../binary/byte-reader.ts";
import type { GuestType } from "../binary/guest-type.ts";
import type { Instruction } from "../binary/instructions.ts";
import type { ControlFrame } from "./control-frame.ts";
import type { Effort } from "./effort.ts";
import { unknown, wrongType, type Entry, type OperandStack } from "./operand-stack.ts";

/** Where something stands in the original bytes. */
export type At = Pick<Instruction, "start">;

export class TypedStack {
  /** The constructs that are open, the function first. */
  readonly frames: ControlFrame[] = [];
  readonly #stack: OperandStack;
  readonly #effort: Effort;

  constructor(stack: OperandStack, effort: Effort) {
    this.#stack = stack;
    this.#effort = effort;
  }

  /** Whether what comes here is never reached. */
  get isDead(): boolean {
    const frame = this.frames.at(-1);
    return frame !== undefined && (!frame.isLive || frame.isDead);
  }

  push(entry: Entry): void {
    this.#stack.push(this.isDead ? unknown(entry.type) : entry);
  }

  /** @param type - `undefined` for any. @throws {VmError} `vm/module-malformed` */
  pop(type: GuestType | undefined, at: At): Entry {
    const frame = this.frames.at(-1);
    if (this.#stack.height === (frame?.base ?? 0)) {
      if (frame?.isDead === true) return unknown(type);
      throw malformed("the operand stack is empty", at.start);
    }
    const entry = this.#stack.pop() as Entry;
    if (type !== undefined && entry.type !== undefined && entry.type !== type)
      throw wrongType(type, entry.type, at.start);
    return entry;
  }

  /** Pops values of these types, and gives them bottom first. @throws {VmError} `vm/module-malformed` */
  popAll(types: readonly GuestType[], at: At): Entry[] {
    this.#effort.move(types.length);
    return types
      .toReversed()
      .map((type) => this.pop(type, at))
      .toReversed();
  }

  /**
   * Holds the topmost values against types and leaves them. In dead code they may stay of no type: labels may differ.
   *
   * @throws {VmError} `vm/module-malformed`
   */
  checkTop(types: readonly GuestType[], at: At): void {
    const { base, isDead } = this.frames.at(-1) as ControlFrame;
    const top = this.#stack.from(Math.max(base, this.#stack.height - types.length));
    const missing = types.length - top.length;
    if (missing > 0 && !isDead) throw malformed("the operand stack is empty", at.start);
    top.forEach(({ type }, index) => {
      const expected = types[missing + index] as GuestType;
      if (type !== undefined && type !== expected) throw wrongType(expected, type, at.start);
    });
  }

  /** The frame that a label names, by its index. @throws {VmError} `vm/module-malformed` */
  target(depth: number, at: At): number {
    const target = this.frames.length - 1 - depth;
    if (target < 0) throw malformed(`unknown label ${depth}`, at.start);
    return target;
  }
}
