// Validates a function body and turns it into nodes without values in flight (`body-ir.ts`), in one pass over the original
// instructions, without recursion. Validation follows the algorithm in the specification's appendix.
//
// Here are the walk and control flow; `build-straight.ts`, `build-calls.ts`, `build-tables.ts` and `build-branches.ts` have the
// rest, and `typed-stack.ts` the types.
//
// Operand-stack values become pieces of code that are put where they are consumed (`operand-stack.ts`). Before a statement
// that could change or overtake them, and wherever control flow joins or a frame may be stored, they are put into slots.
//
// NaN: results of float arithmetic may be any NaN until they are observed. They are made canonical before a store,
// reinterpretation, neg, copysign, call, return, global or branch value, and on their way into locals that also hold
// exact copies; locals that hold only arithmetic are made canonical when a frame stores them. Of vectors, only what goes
// straight into arithmetic on lanes of the same shape, or a comparison of them, is left as it is.

import { malformed } from "../binary/byte-reader.ts";
import type { GuestType } from "../binary/guest-type.ts";
import { walkInstructions, type Instruction } from "../binary/instructions.ts";
import { OP } from "../binary/opcodes.ts";
import type { FunctionBody, FunctionType, ParsedModule } from "../binary/read-module.ts";
import { COST } from "../gas-schedule.ts";
import { blockTypeOf, typeAt } from "./block-type.ts";
import { BodyDraft } from "./body-draft.ts";
import type { BodyIr, Construct, Point } from "./body-ir.ts";
import { BranchBuilder } from "./build-branches.ts";
import { CallBuilder } from "./build-calls.ts";
import type { BuildContext } from "./build-context.ts";
import { StraightBuilder } from "./build-straight.ts";
import { TableBuilder } from "./build-tables.ts";
import { atPlace } from "./code-list.ts";
import { mayTrap } from "./code-places.ts";
import { labelTypes, type ControlFrame } from "./control-frame.ts";
import { findLazyFloats } from "./lazy-floats.ts";
import { unknown, type Entry, type OperandStack } from "./operand-stack.ts";
import type { GasPlacer } from "./place-gas.ts";
import type { At, TypedStack } from "./typed-stack.ts";

/**
 * @param localShift - Number of hidden parameters in front of the function's own.
 * @throws {VmError} `vm/module-malformed` if the body is invalid.
 */
export function buildBody(context: BuildContext, body: FunctionBody, localShift: number): BodyIr {
  return new BodyBuilder(context, body, localShift).build();
}

class BodyBuilder {
  readonly #module: ParsedModule;
  readonly #body: FunctionBody;
  readonly #type: FunctionType;
  readonly #localTypes: GuestType[];
  readonly #originalLocals: number;
  readonly #draft: BodyDraft;
  readonly #stack: OperandStack;
  readonly #typed: TypedStack;
  readonly #gas: GasPlacer;
  readonly #straight: StraightBuilder;
  readonly #calls: CallBuilder;
  readonly #tables: TableBuilder;
  readonly #branches: BranchBuilder;

  constructor(context: BuildContext, body: FunctionBody, shift: number) {
    const { module, effort } = context;
    this.#module = module;
    this.#body = body;
    this.#type = typeAt(module, body.type, body.start);
    const types = [...this.#type.params];
    for (const { count, type } of body.locals) for (let i = 0; i < count; i++) types.push(type);
    this.#localTypes = types;
    this.#originalLocals = types.length;
    const lazyFloats = findLazyFloats(module, body, types, this.#type.params.length);
    this.#draft = new BodyDraft({ localTypes: types, lazyFloats, shift, effort });
    this.#stack = this.#draft.stack;
    this.#typed = this.#draft.typed;
    this.#gas = this.#draft.gas;
    this.#straight = new StraightBuilder(context, this.#draft, { types, originals: types.length, shift });
    this.#calls = new CallBuilder(context, this.#draft, shift);
    this.#tables = new TableBuilder(context, this.#draft, shift);
    this.#branches = new BranchBuilder(this.#draft);
  }

  build(): BodyIr {
    this.#openFrame("function", { params: [], results: this.#type.results }, this.#body);
    const { bytes } = this.#module;
    walkInstructions({ bytes, start: this.#body.start, end: this.#body.end }, (instruction) => {
      if (this.#frames.length === 0) throw malformed("code behind the end of a function", instruction.start);
      this.#visit(instruction);
    });
    if (this.#frames.length > 0) throw malformed("a function without its end", this.#body.end);
    const { nodes, constructs, usesMemory, growsMemory } = this.#draft;
    return {
      nodes,
      constructs,
      start: this.#body.start,
      localTypes: this.#localTypes,
      originalLocals: this.#originalLocals,
      maxHeight: this.#stack.maxHeight,
      lazyLocals: this.#localTypes.map((_, local) => this.#stack.isLazy(local)),
      usesMemory,
      growsMemory,
    };
  }

  get #frames(): ControlFrame[] {
    return this.#typed.frames;
  }

  get #isDead(): boolean {
    return this.#typed.isDead;
  }

  #visit(i: Instruction): void {
    const { opcode, info } = i;
    // A loop pays on each round, in its own charge.
    if (!this.#isDead && opcode !== OP.loop) this.#gas.add(COST[info.cost]);
    atPlace(mayTrap(i) ? i.start : -1);
    switch (opcode) {
      case OP.block:
        return this.#openFrame("block", blockTypeOf(this.#module, i), i);
      case OP.loop:
        return this.#openFrame("loop", blockTypeOf(this.#module, i), i);
      case OP.if: {
        const type = blockTypeOf(this.#module, i);
        return this.#openFrame("if", type, i, this.#typed.pop("i32", i));
      }
      case OP.else:
        return this.#else(i);
      case OP.end:
        return this.#end(i);
      case OP.br:
        this.#leave(this.#typed.target(i.index, i), i, "branch");
        return this.#die();
      case OP.brIf:
        return this.#brIf(i);
      case OP.brTable:
        return this.#brTable(i);
      case OP.return:
        this.#leave(0, i, "return");
        return this.#die();
      case OP.unreachable:
        this.#trap(i);
        return this.#die();
      case OP.call:
        this.#calls.call(i);
        break;
      case OP.callIndirect:
        this.#calls.callIndirect(i);
        break;
      case OP.memoryCopy:
      case OP.memoryFill:
        this.#draft.bulk({ opcode, index: 0, second: 0 }, ["i32", "i32", "i32"], i);
        break;
      case OP.memoryGrow:
        return this.#straight.grow(i);
      default:
        if (!this.#tables.visit(i)) this.#straight.visit(i);
    }
    if (this.#gas.needsCheck) this.#draft.check(i);
  }

  #openFrame(kind: Construct["kind"], type: FunctionType, at: At, condition?: Entry): void {
    const isLive = !this.#isDead;
    const entries = this.#typed.popAll(type.params, at);
    const base = this.#stack.height;
    const construct = this.#draft.constructs.length;
    if (isLive) {
      this.#stack.settleAll();
      const slots = this.#stack.assign(entries, type.params, base);
      for (const slot of slots) this.#typed.push(this.#stack.readOf(slot));
      const point: Point | undefined =
        kind === "loop" ? { kind: "loop", offset: at.start, operands: this.#stack.operands(), results: [] } : undefined;
      this.#draft.constructs.push({ kind, parent: this.#frames.at(-1)?.construct ?? 0, hasElse: false, point });
      if (kind === "if") this.#draft.nodes.push({ op: kind, construct, condition: (condition as Entry).code });
      else if (kind !== "function") this.#draft.nodes.push({ op: kind, construct });
      if (kind === "loop") this.#draft.bounds.forget();
      this.#draft.bounds.open();
      this.#gas.open(kind);
      if (kind === "loop") this.#gas.add(COST.plain);
    }
    this.#frames.push({ kind, construct, base, ...type, isLive, isDead: false, hasElse: false });
    if (!isLive) for (const param of type.params) this.#typed.push(unknown(param));
  }

  #else(i: Instruction): void {
    const frame = this.#frames.at(-1) as ControlFrame;
    if (frame.kind !== "if" || frame.hasElse) throw malformed("else without its if", i.start);
    this.#finishArm(frame, i);
    frame.hasElse = true;
    frame.isDead = false;
    if (frame.isLive) {
      (this.#draft.constructs[frame.construct] as Construct).hasElse = true;
      this.#draft.nodes.push({ op: "else", construct: frame.construct });
      this.#draft.bounds.else();
      this.#gas.else();
    }
    this.#enter(frame.params, frame.base);
  }

  #end(i: Instruction): void {
    const frame = this.#frames.at(-1) as ControlFrame;
    if (frame.kind === "if" && !frame.hasElse && frame.params.join() !== frame.results.join()) {
      throw malformed("an if without else whose types differ", i.start);
    }
    if (frame.kind === "function") {
      if (this.#isDead) this.#finishArm(frame, i);
      else this.#leave(0, i, "return");
      if (this.#stack.height !== 0) throw malformed("values left over at the end of a function", i.start);
      this.#gas.close();
      this.#frames.pop();
      return;
    }
    this.#finishArm(frame, i);
    this.#frames.pop();
    if (frame.isLive) {
      this.#draft.nodes.push({ op: "end", construct: frame.construct });
      this.#draft.bounds.close();
      this.#gas.close();
    }
    this.#enter(frame.results, frame.base);
  }

  /** The values that fall through to an `else` or `end`. */
  #finishArm(frame: ControlFrame, at: At): void {
    const entries = this.#typed.popAll(frame.results, at);
    if (this.#stack.height !== frame.base) throw malformed("values left over at the end of a block", at.start);
    if (this.#isDead) return;
    this.#stack.assign(entries, frame.results, frame.base);
  }

  /** Pushes the values that are in the slots of a construct. */
  #enter(types: readonly GuestType[], base: number): void {
    types.forEach((type, at) => {
      this.#typed.push(this.#isDead ? unknown(type) : this.#stack.readOf(this.#stack.slot(base + at, type)));
    });
  }

  /** Goes to a frame with its label's values, unconditionally. */
  #leave(target: number, at: At, how: "branch" | "return"): void {
    const frame = this.#frames[target] as ControlFrame;
    const types = labelTypes(frame);
    const entries = this.#typed.popAll(types, at);
    if (this.#isDead) return;
    // What stays behind is never used, but it was paid for, and may trap.
    this.#stack.settle();
    this.#branches.deliver(frame, entries, how);
    this.#gas.branch(target, false);
  }

  #brIf(i: Instruction): void {
    const target = this.#typed.target(i.index, i);
    const frame = this.#frames[target] as ControlFrame;
    const types = labelTypes(frame);
    const condition = this.#typed.pop("i32", i);
    const entries = this.#typed.popAll(types, i);
    for (const [at, entry] of entries.entries())
      this.#typed.push(entry.type === undefined ? unknown(types[at]) : entry);
    if (this.#isDead) return;
    this.#stack.settle();
    this.#branches.branchIf(frame, condition);
    this.#gas.branch(target, true);
  }

  #brTable(i: Instruction): void {
    const index = this.#typed.pop("i32", i);
    const targets = i.labels.map((label) => this.#typed.target(label, i));
    const arity = labelTypes(this.#frames[targets.at(-1) as number] as ControlFrame).length;
    const distinct = [...new Set(targets)];
    for (const target of distinct) {
      const types = labelTypes(this.#frames[target] as ControlFrame);
      if (types.length !== arity) throw malformed("br_table to labels of different arity", i.start);
      this.#typed.checkTop(types, i);
    }
    if (!this.#isDead) {
      this.#stack.settle();
      this.#branches.branchTable(index, targets, arity);
      for (const target of distinct) this.#gas.branch(target, false);
    }
    this.#die();
  }

  #die(): void {
    const frame = this.#frames.at(-1) as ControlFrame;
    if (!this.#isDead) this.#gas.dead();
    this.#stack.truncate(frame.base);
    frame.isDead = true;
  }

  #trap(i: Instruction): void {
    if (this.#isDead) return;
    // What was paid for is done: it may trap first.
    this.#stack.settle();
    this.#draft.nodes.push({ op: "unreachable", offset: i.start });
  }
}
