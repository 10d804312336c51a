// What the builder of a function makes of calls. Where the callee may pause, a call is a point: a frame can be stored there.

import { malformed } from "../binary/byte-reader.ts";
import type { Instruction } from "../binary/instructions.ts";
import { OP } from "../binary/opcodes.ts";
import { typeOfFunction, type FunctionType } from "../binary/read-module.ts";
import { returnsTwice } from "../jump/jump-imports.ts";
import { typeAt } from "./block-type.ts";
import type { BodyDraft } from "./body-draft.ts";
import type { Callee } from "./body-ir.ts";
import type { BuildContext } from "./build-context.ts";
import { CodeList, u32 } from "./code-list.ts";
import { unknown, type Entry } from "./operand-stack.ts";
import type { At } from "./typed-stack.ts";

export class CallBuilder {
  readonly #context: BuildContext;
  readonly #draft: BodyDraft;
  readonly #shift: number;

  /** @param shift - Number of hidden parameters in front of the function's own. */
  constructor(context: BuildContext, draft: BodyDraft, shift: number) {
    this.#context = context;
    this.#draft = draft;
    this.#shift = shift;
  }

  call(i: Instruction): void {
    const { module, importCosts, plainCosts } = this.#context;
    const { typed, gas } = this.#draft;
    const type = typeOfFunction(module, i.index);
    if (type === undefined) throw malformed(`unknown function ${i.index}`, i.start);
    const imported = module.importedFunctions.length;
    const isLive = !typed.isDead;
    if (i.index < imported) {
      if (isLive) gas.add(importCosts[i.index] ?? 0);
      this.#point({ kind: "import", index: i.index }, type, i);
      if (isLive && returnsTwice(module.importedFunctions[i.index])) gas.reentered();
      return;
    }
    const defined = i.index - imported;
    const plain = plainCosts[defined];
    if (plain === undefined) this.#point({ kind: "function", index: defined }, type, i);
    else this.#plain({ index: defined, cost: plain }, type, i);
  }

  callIndirect(i: Instruction): void {
    const { module } = this.#context;
    if (i.second >= module.tables.length) throw malformed(`unknown table ${i.second}`, i.start);
    const type = typeAt(module, i.index, i.start);
    const index = this.#draft.typed.pop("i32", i);
    this.#point({ kind: "indirect", type: i.index, table: i.second }, type, i, index);
  }

  /** A call of a function that never pauses: a statement like others. */
  #plain({ index, cost }: { readonly index: number; readonly cost: number }, type: FunctionType, i: Instruction): void {
    const { stack, typed, gas } = this.#draft;
    const { args, traps } = this.#args(type, i);
    if (typed.isDead) return type.results.forEach((result) => typed.push(unknown(result)));
    gas.add(cost);
    const results = this.#resultSlots(type);
    args.add([OP.call]).addFunction(index);
    for (const slot of results.toReversed()) args.add([OP.localSet, ...u32(slot + this.#shift)]);
    this.#draft.statement(args, { effect: true, traps, defines: results });
    for (const slot of results) typed.push(stack.readOf(slot));
  }

  /** @param index - Of an indirect call. */
  #point(callee: Callee, type: FunctionType, i: Instruction, index?: Entry): void {
    const { stack, typed, gas } = this.#draft;
    const { args } = this.#args(type, i);
    if (typed.isDead) return type.results.forEach((result) => typed.push(unknown(result)));
    if (index !== undefined) args.join(index.code);
    stack.settle();
    const operands = stack.operands();
    const results = this.#resultSlots(type);
    const kind = callee.kind === "import" ? "import" : "call";
    this.#draft.addPoint({ op: "call", point: { kind, offset: i.start, operands, results }, callee, args });
    gas.tested();
    for (const slot of results) typed.push(stack.readOf(slot));
  }

  #args(type: FunctionType, at: At): { readonly args: CodeList; readonly traps: boolean } {
    const { stack, typed } = this.#draft;
    const entries = typed.popAll(type.params, at);
    this.#context.effort.move(type.results.length);
    const args = new CodeList();
    for (const entry of entries) args.join(stack.exact(entry).code);
    return { args, traps: entries.some(({ traps }) => traps) };
  }

  #resultSlots({ results }: FunctionType): number[] {
    const { stack } = this.#draft;
    return results.map((result, at) => stack.slot(stack.height + at, result));
  }
}
