// What the builder of a function makes of instructions without control flow: operators, memory accesses, locals and globals.

import { malformed } from "../binary/byte-reader.ts";
import type { GuestType } from "../binary/guest-type.ts";
import type { Instruction } from "../binary/instructions.ts";
import { OP } from "../binary/opcodes.ts";
import type { BodyDraft } from "./body-draft.ts";
import type { BuildContext } from "./build-context.ts";
import { CodeList, u32 } from "./code-list.ts";
import { growCode } from "./emit-grow.ts";
import { isPending, unknown, type Entry } from "./operand-stack.ts";
import { operatorEntry, selectEntry } from "./operator-entry.ts";

const LETTERS: Readonly<Record<string, GuestType>> = {
  i: "i32",
  l: "i64",
  f: "f32",
  d: "f64",
  v: "v128",
  r: "funcref",
};

/** The function's own variables. */
export interface Locals {
  /** Types of parameters and locals of the original; slots come behind. */
  readonly types: readonly GuestType[];
  readonly originals: number;
  /** Number of hidden parameters in front of the function's own. */
  readonly shift: number;
}

export class StraightBuilder {
  readonly #context: BuildContext;
  readonly #draft: BodyDraft;
  readonly #locals: Locals;

  constructor(context: BuildContext, draft: BodyDraft, locals: Locals) {
    this.#context = context;
    this.#draft = draft;
    this.#locals = locals;
  }

  /** @throws {VmError} `vm/module-malformed` also if it is none of these. */
  visit(i: Instruction): void {
    const { opcode, info } = i;
    if (info.signature !== undefined) return this.#operator(i, info.signature);
    const { typed } = this.#draft;
    switch (opcode) {
      case OP.nop:
        return;
      case OP.drop: {
        const value = typed.pop(undefined, i);
        if (isPending(value)) this.#draft.statement(value.code.add([OP.drop]), { effect: false, traps: value.traps });
        return;
      }
      case OP.select:
      case OP.selectTyped:
        return this.#select(i);
      case OP.localGet:
        return typed.push(typed.isDead ? unknown(this.#localType(i)) : this.#readLocal(i));
      case OP.localSet:
        return this.#localSet(i);
      case OP.localTee:
        this.#localSet(i);
        return typed.push(typed.isDead ? unknown(this.#localType(i)) : this.#readLocal(i));
      case OP.globalGet:
      case OP.globalSet:
        return this.#global(i);
      default:
        throw malformed(`unexpected ${info.name}`, i.start);
    }
  }

  /** `memory.grow`: priced by what it gives. */
  grow(i: Instruction): void {
    const { stack, typed } = this.#draft;
    const pages = typed.pop("i32", i);
    if (typed.isDead) return typed.push(unknown("i32"));
    const slot = stack.slot(stack.height, "i32");
    const { maximumPages, memory } = this.#context;
    const code = pages.code.add(growCode(slot + this.#locals.shift, maximumPages, memory));
    this.#draft.usesMemory = true;
    this.#draft.growsMemory = true;
    this.#draft.statement(code, { effect: true, traps: pages.traps, defines: [slot] });
    typed.push(stack.readOf(slot));
    this.#draft.check(i);
  }

  #operator(i: Instruction, signature: string): void {
    const { module, memory } = this.#context;
    const { stack, bounds, typed } = this.#draft;
    const arrow = signature.indexOf(">");
    const types = Array.from(signature.slice(0, arrow), (letter) => LETTERS[letter] as GuestType);
    const operands = typed.popAll(types, i);
    const result = LETTERS[signature[arrow + 1] ?? ""];
    if (typed.isDead) {
      if (result !== undefined) typed.push(unknown(result));
      return;
    }
    if (i.info.cost === "memory" || i.opcode === OP.memorySize) this.#draft.usesMemory = true;
    if (result !== undefined) {
      return typed.push(operatorEntry(module, i, { operands, result, stack, memory, bounds }));
    }
    const exact = operands.map((operand) => stack.exact(operand));
    const store = memory.access({ instruction: i, operands: exact, stack, bounds });
    this.#draft.statement(store, { effect: true, traps: true });
  }

  #select(i: Instruction): void {
    const { stack, typed } = this.#draft;
    const condition = typed.pop("i32", i);
    const second = typed.pop(i.selected, i);
    const first = typed.pop(second.type ?? i.selected, i);
    const isReference = first.type === "funcref" || second.type === "funcref";
    if (isReference && i.selected === undefined) throw malformed("a select of references that states no type", i.start);
    // A value that is a copy keeps its bits, also where the other one is arithmetic.
    const isLazy = first.isArithmetic && second.isArithmetic && first.lanes === undefined;
    const [one, other] = isLazy ? [first, second] : [stack.exact(first), stack.exact(second)];
    typed.push(selectEntry(one, other, condition));
  }

  #localType(i: Instruction): GuestType {
    const { types, originals } = this.#locals;
    const type = i.index < originals ? types[i.index] : undefined;
    if (type === undefined) throw malformed(`unknown local ${i.index}`, i.start);
    return type;
  }

  #readLocal(i: Instruction): Entry {
    this.#localType(i);
    return this.#draft.stack.readOf(i.index);
  }

  #localSet(i: Instruction): void {
    const { stack, typed } = this.#draft;
    const local = i.index;
    const value = typed.pop(this.#localType(i), i);
    if (typed.isDead || value.local === local) return;
    stack.spillReadersOf(local);
    if (value.traps) stack.spill(({ traps }) => traps);
    const { code } = stack.isLazy(local) ? value : stack.exact(value);
    this.#draft.add({
      op: "code",
      code: code.add([OP.localSet, ...u32(local + this.#locals.shift)]),
      defines: [local],
    });
  }

  #global(i: Instruction): void {
    const { stack, typed } = this.#draft;
    const global = this.#context.module.globals[i.index];
    if (global === undefined) throw malformed(`unknown global ${i.index}`, i.start);
    if (i.opcode === OP.globalGet) {
      const code = CodeList.of(OP.globalGet, ...u32(i.index));
      return typed.push({ ...unknown(global.type), code, readsState: global.isMutable, size: 1 });
    }
    if (!global.isMutable) throw malformed(`assignment to the immutable global ${i.index}`, i.start);
    const value = typed.pop(global.type, i);
    const code = stack.exact(value).code.add([OP.globalSet, ...u32(i.index)]);
    this.#draft.statement(code, { effect: true, traps: value.traps });
  }
}
