// Validates a function body and turns it into nodes without values in flight (`body-ir.ts`), in one pass over the original
// instructions, without recursion. Validation follows the algorithm in the specification's appendix.
//
// Operand-stack values become pieces of code that are put where they are consumed (`operand-stack.ts`). Before a statement
// that could change or overtake them, and wherever control flow joins or a frame may be stored, they are put into slots.
//
// NaN: results of float arithmetic may be any NaN until they are observed. They are made canonical before a store,
// reinterpretation, neg, copysign, call, return, global or branch value, and on their way into locals that also hold
// exact copies; locals that hold only arithmetic are made canonical when a frame stores them. Of vectors, only what goes
// straight into arithmetic on lanes of the same shape, or a comparison of them, is left as it is.

import { malformed } from "../binary/byte-reader.ts";
import { walkInstructions, type Instruction } from "../binary/instructions.ts";
import { OP } from "../binary/opcodes.ts";
import { typeOfFunction, type FunctionBody, type FunctionType, type ParsedModule } from "../binary/read-module.ts";
import type { GuestType } from "../binary/guest-type.ts";
import { COST } from "../gas-schedule.ts";
import { blockTypeOf, typeAt } from "./block-type.ts";
import type { BuildContext } from "./build-context.ts";
import type { BodyIr, BulkOperation, Callee, Construct, Node, Point } from "./body-ir.ts";
import { BranchBuilder } from "./build-branches.ts";
import { TableBuilder } from "./build-tables.ts";
import { atPlace, CodeList, u32 } from "./code-list.ts";
import { mayTrap } from "./code-places.ts";
import { labelTypes, type ControlFrame } from "./control-frame.ts";
import { growCode } from "./emit-grow.ts";
import { findLazyFloats } from "./lazy-floats.ts";
import { KnownBounds } from "./known-bounds.ts";
import { isPending, OperandStack, unknown, wrongType, type Entry } from "./operand-stack.ts";
import { operatorEntry, selectEntry } from "./operator-entry.ts";
import { GasPlacer } from "./place-gas.ts";
import { returnsTwice } from "../jump/jump-imports.ts";

/** Where something stands in the original bytes. */
type At = Pick<Instruction, "start">;

const LETTERS: Readonly<Record<string, GuestType>> = {
  i: "i32",
  l: "i64",
  f: "f32",
  d: "f64",
  v: "v128",
  r: "funcref",
};

/**
 * @param localShift - Number of hidden parameters in front of the function's own.
 * @throws {VmError} `vm/module-malformed` if the body is invalid.
 */
export function buildBody(context: BuildContext, body: FunctionBody, localShift: number): BodyIr {
  return new BodyBuilder(context, body, localShift).build();
}

class BodyBuilder {
  readonly #context: BuildContext;
  readonly #module: ParsedModule;
  readonly #body: FunctionBody;
  readonly #type: FunctionType;
  readonly #shift: number;
  readonly #localTypes: GuestType[];
  readonly #originalLocals: number;
  readonly #nodes: Node[] = [];
  readonly #constructs: Construct[] = [];
  readonly #frames: ControlFrame[] = [];
  readonly #stack: OperandStack;
  readonly #gas: GasPlacer;
  readonly #tables: TableBuilder;
  readonly #branches: BranchBuilder;
  readonly #bounds = new KnownBounds();
  #usesMemory = false;
  #growsMemory = false;

  constructor(context: BuildContext, body: FunctionBody, shift: number) {
    this.#context = context;
    this.#module = context.module;
    this.#body = body;
    this.#shift = shift;
    this.#type = typeAt(this.#module, body.type, body.start);
    this.#localTypes = [...this.#type.params];
    for (const { count, type } of body.locals) for (let i = 0; i < count; i++) this.#localTypes.push(type);
    this.#originalLocals = this.#localTypes.length;
    this.#stack = new OperandStack({
      localTypes: this.#localTypes,
      lazyFloats: findLazyFloats(this.#module, body, this.#localTypes, this.#type.params.length),
      shift,
      emit: (node) => this.#add(node),
      effort: context.effort,
    });
    this.#gas = new GasPlacer((charge) => void (this.#isDead || this.#nodes.push(charge)));
    this.#branches = new BranchBuilder({
      nodes: this.#nodes,
      constructs: this.#constructs,
      frames: this.#frames,
      stack: this.#stack,
    });
    this.#tables = new TableBuilder({
      module: context.module,
      layout: context.tables,
      stack: this.#stack,
      shift,
      isDead: () => this.#isDead,
      pop: (type, i) => this.#pop(type, i),
      push: (entry) => this.#push(entry),
      statement: (code, what) => this.#statement(code, what),
      bulk: (operation, types, i) => this.#bulk(operation, types, i),
      check: (i) => this.#check(i),
    });
  }

  build(): BodyIr {
    this.#openFrame("function", { params: [], results: this.#type.results }, this.#body);
    const { bytes } = this.#module;
    walkInstructions({ bytes, start: this.#body.start, end: this.#body.end }, (instruction) => {
      if (this.#frames.length === 0) throw malformed("code behind the end of a function", instruction.start);
      this.#visit(instruction);
    });
    if (this.#frames.length > 0) throw malformed("a function without its end", this.#body.end);
    return {
      nodes: this.#nodes,
      constructs: this.#constructs,
      start: this.#body.start,
      localTypes: this.#localTypes,
      originalLocals: this.#originalLocals,
      maxHeight: this.#stack.maxHeight,
      lazyLocals: this.#localTypes.map((_, local) => this.#stack.isLazy(local)),
      usesMemory: this.#usesMemory,
      growsMemory: this.#growsMemory,
    };
  }

  get #isDead(): boolean {
    const frame = this.#frames.at(-1);
    return frame !== undefined && (!frame.isLive || frame.isDead);
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
        return this.#openFrame("if", type, i, this.#pop("i32", i));
      }
      case OP.else:
        return this.#else(i);
      case OP.end:
        return this.#end(i);
      case OP.br:
        this.#leave(this.#target(i.index, i), i, "branch");
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
        this.#call(i);
        break;
      case OP.callIndirect:
        this.#callIndirect(i);
        break;
      case OP.memoryCopy:
      case OP.memoryFill:
        this.#bulk({ opcode, index: 0, second: 0 }, ["i32", "i32", "i32"], i);
        break;
      case OP.memoryGrow:
        return this.#grow(i);
      default:
        if (!this.#tables.visit(i)) this.#simple(i);
    }
    if (this.#gas.needsCheck) this.#check(i);
  }

  // Instructions without control flow.

  #simple(i: Instruction): void {
    const { opcode, info } = i;
    if (info.signature !== undefined) return this.#operator(i, info.signature);
    switch (opcode) {
      case OP.nop:
        return;
      case OP.drop: {
        const value = this.#pop(undefined, i);
        if (isPending(value)) this.#statement(value.code.add([OP.drop]), { effect: false, traps: value.traps });
        return;
      }
      case OP.select:
      case OP.selectTyped:
        return this.#select(i);
      case OP.localGet:
        return this.#push(this.#isDead ? unknown(this.#localType(i)) : this.#readLocal(i));
      case OP.localSet:
        return this.#localSet(i);
      case OP.localTee:
        this.#localSet(i);
        return this.#push(this.#isDead ? unknown(this.#localType(i)) : this.#readLocal(i));
      case OP.globalGet:
      case OP.globalSet:
        return this.#global(i);
      default:
        throw malformed(`unexpected ${info.name}`, i.start);
    }
  }

  #operator(i: Instruction, signature: string): void {
    const arrow = signature.indexOf(">");
    const types = Array.from(signature.slice(0, arrow), (letter) => LETTERS[letter] as GuestType);
    const operands = this.#popAll(types, i);
    const result = LETTERS[signature[arrow + 1] ?? ""];
    if (this.#isDead) {
      if (result !== undefined) this.#push(unknown(result));
      return;
    }
    if (i.info.cost === "memory" || i.opcode === OP.memorySize) this.#usesMemory = true;
    const [stack, bounds, { memory }] = [this.#stack, this.#bounds, this.#context];
    if (result !== undefined) {
      return this.#push(operatorEntry(this.#module, i, { operands, result, stack, memory, bounds }));
    }
    const exact = operands.map((operand) => stack.exact(operand));
    const store = memory.access({ instruction: i, operands: exact, stack, bounds });
    this.#statement(store, { effect: true, traps: true });
  }

  #select(i: Instruction): void {
    const condition = this.#pop("i32", i);
    const second = this.#pop(i.selected, i);
    const first = this.#pop(second.type ?? i.selected, i);
    const isReference = first.type === "funcref" || second.type === "funcref";
    if (isReference && i.selected === undefined) throw malformed("a select of references that states no type", i.start);
    // A value that is a copy keeps its bits, also where the other one is arithmetic.
    const isLazy = first.isArithmetic && second.isArithmetic && first.lanes === undefined;
    const [one, other] = isLazy ? [first, second] : [this.#stack.exact(first), this.#stack.exact(second)];
    this.#push(selectEntry(one, other, condition));
  }

  #localType(i: Instruction): GuestType {
    const type = i.index < this.#originalLocals ? this.#localTypes[i.index] : undefined;
    if (type === undefined) throw malformed(`unknown local ${i.index}`, i.start);
    return type;
  }

  #readLocal(i: Instruction): Entry {
    this.#localType(i);
    return this.#stack.readOf(i.index);
  }

  #localSet(i: Instruction): void {
    const local = i.index;
    const value = this.#pop(this.#localType(i), i);
    if (this.#isDead || value.local === local) return;
    this.#stack.spillReadersOf(local);
    if (value.traps) this.#stack.spill(({ traps }) => traps);
    const { code } = this.#stack.isLazy(local) ? value : this.#stack.exact(value);
    this.#add({ op: "code", code: code.add([OP.localSet, ...u32(local + this.#shift)]), defines: [local] });
  }

  #global(i: Instruction): void {
    const global = this.#module.globals[i.index];
    if (global === undefined) throw malformed(`unknown global ${i.index}`, i.start);
    if (i.opcode === OP.globalGet) {
      const code = CodeList.of(OP.globalGet, ...u32(i.index));
      return this.#push({ ...unknown(global.type), code, readsState: global.isMutable, size: 1 });
    }
    if (!global.isMutable) throw malformed(`assignment to the immutable global ${i.index}`, i.start);
    const value = this.#pop(global.type, i);
    this.#statement(this.#stack.exact(value).code.add([OP.globalSet, ...u32(i.index)]), {
      effect: true,
      traps: value.traps,
    });
  }

  /** Code that is run for what it does. Pending values that it could overtake go into slots first. */
  #statement(
    code: CodeList,
    { effect, traps, defines = [] }: { effect: boolean; traps: boolean; defines?: readonly number[] },
  ): void {
    if (this.#isDead) return;
    if (effect) this.#stack.spill((entry) => entry.traps || entry.readsState);
    else if (traps) this.#stack.spill((entry) => entry.traps);
    for (const local of defines) this.#stack.spillReadersOf(local);
    this.#add({ op: "code", code, defines });
  }

  #add(node: Node): void {
    this.#nodes.push(node);
    if (node.op === "code") this.#bounds.assigned(node.defines);
  }

  /** Where a frame can be stored, and rebuilt with other values. */
  #addPoint(node: Node): void {
    this.#nodes.push(node);
    this.#bounds.forget();
  }

  // Calls.

  #call(i: Instruction): void {
    const type = typeOfFunction(this.#module, i.index);
    if (type === undefined) throw malformed(`unknown function ${i.index}`, i.start);
    const imported = this.#module.importedFunctions.length;
    const isLive = !this.#isDead;
    if (i.index < imported) {
      if (isLive) this.#gas.add(this.#context.importCosts[i.index] ?? 0);
      this.#callPoint({ kind: "import", index: i.index }, type, i);
      if (isLive && returnsTwice(this.#module.importedFunctions[i.index])) this.#gas.reentered();
      return;
    }
    const defined = i.index - imported;
    const plain = this.#context.plainCosts[defined];
    if (plain === undefined) return this.#callPoint({ kind: "function", index: defined }, type, i);
    const { args, traps } = this.#args(type, i);
    if (!isLive) return type.results.forEach((result) => this.#push(unknown(result)));
    this.#gas.add(plain);
    const results = type.results.map((result, at) => this.#stack.slot(this.#stack.height + at, result));
    args.add([OP.call]).addFunction(defined);
    for (const slot of results.toReversed()) args.add([OP.localSet, ...u32(slot + this.#shift)]);
    this.#statement(args, { effect: true, traps, defines: results });
    for (const slot of results) this.#push(this.#stack.readOf(slot));
  }

  #callIndirect(i: Instruction): void {
    if (i.second >= this.#module.tables.length) throw malformed(`unknown table ${i.second}`, i.start);
    const type = typeAt(this.#module, i.index, i.start);
    const index = this.#pop("i32", i);
    this.#callPoint({ kind: "indirect", type: i.index, table: i.second }, type, i, index);
  }

  #callPoint(callee: Callee, type: FunctionType, i: Instruction, index?: Entry): void {
    const { args } = this.#args(type, i);
    if (this.#isDead) return type.results.forEach((result) => this.#push(unknown(result)));
    if (index !== undefined) args.join(index.code);
    this.#stack.settle();
    const operands = this.#stack.operands();
    const results = type.results.map((result, at) => this.#stack.slot(this.#stack.height + at, result));
    const kind = callee.kind === "import" ? "import" : "call";
    this.#addPoint({ op: "call", point: { kind, offset: i.start, operands, results }, callee, args });
    this.#gas.tested();
    for (const slot of results) this.#push(this.#stack.readOf(slot));
  }

  #args(type: FunctionType, at: At): { readonly args: CodeList; readonly traps: boolean } {
    const entries = this.#popAll(type.params, at);
    this.#context.effort.move(type.results.length);
    const args = new CodeList();
    for (const entry of entries) args.join(this.#stack.exact(entry).code);
    return { args, traps: entries.some(({ traps }) => traps) };
  }

  // Bulk operations and growth: priced by what they move.

  #bulk(operation: BulkOperation, types: readonly GuestType[], i: Instruction): void {
    const entries = this.#popAll(types, i);
    if (this.#isDead) return;
    const height = this.#stack.height;
    this.#stack.settle();
    // The operands shrink while the operation proceeds, so they get slots of their own.
    const slots = this.#stack.assign(entries, types, height) as [number, number, number];
    for (const slot of slots) this.#push(this.#stack.readOf(slot));
    const operands = this.#stack.operands();
    this.#stack.truncate(height);
    const point: Point = { kind: "bulk", offset: i.start, operands, results: [] };
    this.#addPoint({ op: "bulk", point, operation, slots });
    if (operation.opcode === OP.memoryInit) this.#usesMemory = true;
    this.#gas.tested();
  }

  #grow(i: Instruction): void {
    const pages = this.#pop("i32", i);
    if (this.#isDead) return this.#push(unknown("i32"));
    const slot = this.#stack.slot(this.#stack.height, "i32");
    const { maximumPages, memory } = this.#context;
    const code = pages.code.add(growCode(slot + this.#shift, maximumPages, memory));
    this.#usesMemory = true;
    this.#growsMemory = true;
    this.#statement(code, { effect: true, traps: pages.traps, defines: [slot] });
    this.#push(this.#stack.readOf(slot));
    this.#check(i);
  }

  /** A test in straight-line code, behind instruction `i`. */
  #check(i: Instruction): void {
    if (this.#isDead) return;
    this.#stack.settle();
    const point: Point = { kind: "check", offset: i.end, operands: this.#stack.operands(), results: [] };
    this.#addPoint({ op: "check", point });
    this.#gas.tested(true);
  }

  // Control flow.

  #openFrame(kind: Construct["kind"], type: FunctionType, at: At, condition?: Entry): void {
    const isLive = !this.#isDead;
    const entries = this.#popAll(type.params, at);
    const base = this.#stack.height;
    const construct = this.#constructs.length;
    if (isLive) {
      this.#stack.settleAll();
      const slots = this.#stack.assign(entries, type.params, base);
      for (const slot of slots) this.#push(this.#stack.readOf(slot));
      const point: Point | undefined =
        kind === "loop" ? { kind: "loop", offset: at.start, operands: this.#stack.operands(), results: [] } : undefined;
      this.#constructs.push({ kind, parent: this.#frames.at(-1)?.construct ?? 0, hasElse: false, point });
      if (kind === "if") this.#nodes.push({ op: kind, construct, condition: (condition as Entry).code });
      else if (kind !== "function") this.#nodes.push({ op: kind, construct });
      if (kind === "loop") this.#bounds.forget();
      this.#bounds.open();
      this.#gas.open(kind);
      if (kind === "loop") this.#gas.add(COST.plain);
    }
    this.#frames.push({ kind, construct, base, ...type, isLive, isDead: false, hasElse: false });
    if (!isLive) for (const param of type.params) this.#push(unknown(param));
  }

  #else(i: Instruction): void {
    const frame = this.#frames.at(-1) as ControlFrame;
    if (frame.kind !== "if" || frame.hasElse) throw malformed("else without its if", i.start);
    this.#finishArm(frame, i);
    frame.hasElse = true;
    frame.isDead = false;
    if (frame.isLive) {
      (this.#constructs[frame.construct] as Construct).hasElse = true;
      this.#nodes.push({ op: "else", construct: frame.construct });
      this.#bounds.else();
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
      this.#nodes.push({ op: "end", construct: frame.construct });
      this.#bounds.close();
      this.#gas.close();
    }
    this.#enter(frame.results, frame.base);
  }

  /** The values that fall through to an `else` or `end`. */
  #finishArm(frame: ControlFrame, at: At): void {
    const entries = this.#popAll(frame.results, at);
    if (this.#stack.height !== frame.base) throw malformed("values left over at the end of a block", at.start);
    if (this.#isDead) return;
    this.#stack.assign(entries, frame.results, frame.base);
  }

  /** Pushes the values that are in the slots of a construct. */
  #enter(types: readonly GuestType[], base: number): void {
    types.forEach((type, at) => {
      this.#push(this.#isDead ? unknown(type) : this.#stack.readOf(this.#stack.slot(base + at, type)));
    });
  }

  /** Goes to a frame with its label's values, unconditionally. */
  #leave(target: number, at: At, how: "branch" | "return"): void {
    const frame = this.#frames[target] as ControlFrame;
    const types = labelTypes(frame);
    const entries = this.#popAll(types, at);
    if (this.#isDead) return;
    // What stays behind is never used, but it was paid for, and may trap.
    this.#stack.settle();
    this.#branches.deliver(frame, entries, how);
    this.#gas.branch(target, false);
  }

  #brIf(i: Instruction): void {
    const target = this.#target(i.index, i);
    const frame = this.#frames[target] as ControlFrame;
    const types = labelTypes(frame);
    const condition = this.#pop("i32", i);
    const entries = this.#popAll(types, i);
    for (const [at, entry] of entries.entries()) this.#push(entry.type === undefined ? unknown(types[at]) : entry);
    if (this.#isDead) return;
    this.#stack.settle();
    this.#branches.branchIf(frame, condition);
    this.#gas.branch(target, true);
  }

  #brTable(i: Instruction): void {
    const index = this.#pop("i32", i);
    const targets = i.labels.map((label) => this.#target(label, i));
    const arity = labelTypes(this.#frames[targets.at(-1) as number] as ControlFrame).length;
    const distinct = [...new Set(targets)];
    for (const target of distinct) {
      const types = labelTypes(this.#frames[target] as ControlFrame);
      if (types.length !== arity) throw malformed("br_table to labels of different arity", i.start);
      this.#checkTop(types, i);
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
    this.#nodes.push({ op: "unreachable", offset: i.start });
  }

  // Validation.

  #push(entry: Entry): void {
    this.#stack.push(this.#isDead ? unknown(entry.type) : entry);
  }

  #pop(type: GuestType | undefined, at: At): Entry {
    const frame = this.#frames.at(-1);
    if (this.#stack.height === (frame?.base ?? 0)) {
      if (frame?.isDead === true) return unknown(type);
      throw malformed("the operand stack is empty", at.start);
    }
    const entry = this.#stack.pop() as Entry;
    if (type !== undefined && entry.type !== undefined && entry.type !== type)
      throw wrongType(type, entry.type, at.start);
    return entry;
  }

  /** Holds the topmost values against types and leaves them. In dead code they may stay of no type: labels may differ. */
  #checkTop(types: readonly GuestType[], at: At): void {
    const { base, isDead } = this.#frames.at(-1) as ControlFrame;
    const top = this.#stack.from(Math.max(base, this.#stack.height - types.length));
    const missing = types.length - top.length;
    if (missing > 0 && !isDead) throw malformed("the operand stack is empty", at.start);
    top.forEach(({ type }, index) => {
      const expected = types[missing + index] as GuestType;
      if (type !== undefined && type !== expected) throw wrongType(expected, type, at.start);
    });
  }

  /** Pops values of these types, and gives them bottom first. */
  #popAll(types: readonly GuestType[], at: At): Entry[] {
    this.#context.effort.move(types.length);
    return types
      .toReversed()
      .map((type) => this.#pop(type, at))
      .toReversed();
  }

  #target(depth: number, at: At): number {
    const target = this.#frames.length - 1 - depth;
    if (target < 0) throw malformed(`unknown label ${depth}`, at.start);
    return target;
  }
}
