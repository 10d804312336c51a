// Writes a metered function (see `protocol.ts`).
//
// The only test on the way is `g < 0`: at the entry, at loop headers, behind calls. To rebuild a frame, control jumps: in
// each *region* (the function, or a loop that has points inside) all forward labels are opened at its start, so that the
// cold code there can branch to behind any call, or to before any loop, of that region.
//
//   entry        if ((g | d) < 0)   store a frame of the parameters, or dispatch on the number of the stored point
//   loop         if (g < 0)         store a frame (outside the loop: a call inside would cost V8's loop optimizations),
//                                   or dispatch further inwards
//   after call   if (g < 0)         store a frame: of a call in progress if g < TH, else of one whose results are there

import type { ByteWriter } from "../binary/byte-writer.ts";
import { EMPTY_BLOCK, OP } from "../binary/opcodes.ts";
import type { FunctionType } from "../binary/read-module.ts";
import type { ValueType } from "../device/device.ts";
import type { BodyIr, Construct, Node, Point } from "./body-ir.ts";
import { makeCanonical } from "./canonical-nan.ts";
import { CodeOutput } from "./code-output.ts";
import { emitBulk } from "./emit-bulk.ts";
import { emitUnrolled } from "./emit-unrolled.ts";
import { findUnrollable, type UnrolledLoop } from "./find-unrollable.ts";
import { findRegions, Labels, markConstructs, type Region, type StubTarget } from "./find-regions.ts";
import type { FramePart, FramePlan, FunctionPlan } from "./plan-frames.ts";
import { BIAS, CAUSE_STACK, CAUSE_TABLE, GAS_LOCAL, METERED_SHIFT, STACK_LOCAL, THRESHOLD } from "./protocol.ts";

/** Indices in the output module that emitted code refers to. */
export interface EmitContext {
  readonly gasGlobal: number;
  readonly causeGlobal: number;
  readonly popFunction: number;
  readonly peekFunction: number;
  readonly saveFunction: (part: FramePart) => number;
  readonly restoreFunction: (part: FramePart) => number;
  /** Where the output has a defined function: in its metered form unless it is plain. */
  readonly definedFunction: (definedIndex: number) => number;
  /** What rebuilds the frames of a defined function. */
  readonly resumeFunction: (definedIndex: number) => number;
  readonly meteredType: (type: FunctionType) => number;
  readonly typeAt: (index: number) => FunctionType;
  readonly typeOfDefined: (definedIndex: number) => FunctionType;
  /** Entries of the guest's table, which cannot grow. */
  readonly tableSize: number;
  /** Immutable table from original function indices to metered functions. */
  readonly hiddenTable: number;
}

export interface EmitInput {
  readonly ir: BodyIr;
  readonly plan: FunctionPlan;
  readonly type: FunctionType;
  /** Original function index, import included. */
  readonly functionIndex: number;
  readonly weight: number;
  readonly form: MeteredForm;
}

/**
 * `whole` runs and rebuilds its frames. As a pair, `fast` runs, without a place to jump to, and `resume` is called to
 * rebuild a frame, and goes on with it until it returns.
 */
export type MeteredForm = "whole" | "fast" | "resume";

export function emitMetered(context: EmitContext, input: EmitInput): ByteWriter {
  return new MeteredEmitter(context, input).emit();
}

class MeteredEmitter {
  readonly #context: EmitContext;
  readonly #ir: BodyIr;
  readonly #plan: FunctionPlan;
  readonly #type: FunctionType;
  readonly #functionIndex: number;
  readonly #weight: number;
  readonly #form: MeteredForm;
  readonly #out: CodeOutput;
  readonly #r: number;
  /** Constructs with a point inside; blocks and ifs among them are flattened. */
  readonly #marked: readonly boolean[];
  readonly #unrolled: ReadonlyMap<number, UnrolledLoop>;
  readonly #labels: Labels;
  readonly #regions: ReadonlyMap<number, Region>;
  /** Where the function returns once it has stored a frame. */
  readonly #exit = -1;
  #nextAnonymous = -2;

  constructor(context: EmitContext, { ir, plan, type, functionIndex, weight, form }: EmitInput) {
    this.#context = context;
    this.#ir = ir;
    this.#plan = plan;
    this.#type = type;
    this.#functionIndex = functionIndex;
    this.#weight = weight;
    this.#form = form;
    this.#marked = form === "fast" ? ir.constructs.map(() => false) : markConstructs(ir);
    this.#unrolled = findUnrollable(ir);
    this.#labels = new Labels(ir, plan);
    this.#regions = form === "fast" ? new Map() : findRegions({ ir, plan, marked: this.#marked, labels: this.#labels });
    this.#r = METERED_SHIFT + ir.localTypes.length;
    this.#out = new CodeOutput([...ir.localTypes.slice(type.params.length), "i32"], context.definedFunction);
  }

  emit(): ByteWriter {
    const out = this.#out;
    const region = this.#regions.get(0);
    out.open(OP.block, this.#exit);
    for (const label of region?.labels.toReversed() ?? []) out.open(OP.block, label);
    const body = this.#anonymous();
    out.raw([OP.localGet, GAS_LOCAL, OP.localGet, STACK_LOCAL]);
    out.i32(this.#weight);
    out.raw([OP.i32Sub]);
    out.u32(OP.localTee, STACK_LOCAL);
    if (this.#form === "resume") {
      out.raw([OP.drop, OP.drop]);
      out.open(OP.block, body);
    } else {
      out.raw([OP.i32Or, OP.i32Const, 0, OP.i32LtS]);
      out.open(OP.if, body);
      this.#pauseAtEntry();
    }
    if (region !== undefined) this.#rebuild(region, body);
    out.close();
    const { nodes } = this.#ir;
    for (let at = 0; at < nodes.length; at++) {
      const node = nodes[at] as Node;
      this.#node(node);
      const unrolled = node.op === "loop" ? this.#unrolled.get(node.construct) : undefined;
      // The loop's own end is still to come.
      if (unrolled !== undefined) at = unrolled.to - 1;
    }
    out.raw([OP.unreachable]);
    out.close();
    this.#leave();
    return out.finish();
  }

  /** The stack budget ran out, or the gas did. */
  #pauseAtEntry(): void {
    const out = this.#out;
    out.raw([OP.localGet, STACK_LOCAL, OP.i32Const, 0, OP.i32LtS, OP.if, EMPTY_BLOCK]);
    out.i32(CAUSE_STACK);
    out.u32(OP.globalSet, this.#context.causeGlobal);
    out.raw([OP.unreachable, OP.end]);
    if (this.#form === "fast") return this.#save(this.#plan.entry);
    this.#isOutOfGas();
    out.open(OP.if, this.#anonymous());
    this.#save(this.#plan.entry);
    out.close();
  }

  #rebuild(region: Region, body: number): void {
    const out = this.#out;
    out.u32(OP.call, this.#context.popFunction);
    out.i32(0xffff);
    out.raw([OP.i32And]);
    out.u32(OP.localSet, this.#r);
    this.#dispatch(region, body);
  }

  #node(node: Node): void {
    const out = this.#out;
    switch (node.op) {
      case "charge":
        return this.#charge(node.cost);
      case "code":
        return out.code(node.code);
      case "check": {
        const plan = this.#planOf(node.point);
        this.#closeWay(this.#labels.ofPoint(plan));
        return this.#test(plan);
      }
      case "call":
        return this.#call(node);
      case "bulk":
        return this.#bulk(node);
      case "block":
        if (this.#marked[node.construct] !== true) out.open(OP.block, node.construct);
        return;
      case "loop":
        return this.#openLoop(node.construct);
      case "if":
        return this.#openIf(node);
      case "else":
        if (this.#marked[node.construct] !== true) return out.raw([OP.else]);
        out.branch(OP.br, node.construct);
        return out.closeLabel(this.#labels.ofElse(node.construct));
      case "end":
        return this.#end(node.construct);
      case "br":
        return out.branch(OP.br, node.target);
      case "br_if":
        out.code(node.condition);
        return out.branch(OP.brIf, node.target);
      case "br_table":
        out.code(node.index);
        return out.table(node.targets);
      case "return":
        out.code(node.values);
        return out.raw([OP.localGet, GAS_LOCAL, OP.return]);
      case "unreachable":
        return out.raw([OP.unreachable]);
      default:
        return node satisfies never;
    }
  }

  #charge(cost: number): void {
    if (cost === 0) return;
    this.#out.raw([OP.localGet, GAS_LOCAL]);
    this.#out.i32(cost);
    this.#out.raw([OP.i32Sub, OP.localSet, GAS_LOCAL]);
  }

  #openIf({ construct, condition }: Extract<Node, { op: "if" }>): void {
    const out = this.#out;
    out.code(condition);
    if (this.#marked[construct] !== true) return out.open(OP.if, construct);
    out.raw([OP.i32Eqz]);
    out.branch(OP.brIf, this.#construct(construct).hasElse ? this.#labels.ofElse(construct) : construct);
  }

  #openLoop(construct: number): void {
    const out = this.#out;
    const loop = this.#loopLabels(construct);
    this.#closeWay(this.#labels.ofWayIn(construct));
    out.open(OP.block, loop.ok);
    out.open(OP.block, loop.save);
    out.open(OP.loop, construct);
    const region = this.#regions.get(construct);
    for (const label of region?.labels.toReversed() ?? []) out.open(OP.block, label);
    out.raw([OP.localGet, GAS_LOCAL, OP.i32Const, 0, OP.i32LtS]);
    if (region === undefined) {
      out.branch(OP.brIf, loop.save);
      return this.#unroll(construct, loop.ok);
    }
    const cold = this.#anonymous();
    out.open(OP.if, cold);
    this.#isOutOfGas();
    out.branch(OP.brIf, loop.save);
    this.#dispatch(region, cold);
    out.close();
  }

  #unroll(construct: number, ok: number): void {
    const loop = this.#unrolled.get(construct);
    if (loop === undefined) return;
    this.#charge(loop.rounds * loop.cost);
    const newLabel = (): number => this.#anonymous();
    emitUnrolled({ out: this.#out, nodes: this.#ir.nodes, loop, head: construct, ok, newLabel });
  }

  #end(construct: number): void {
    const out = this.#out;
    if (this.#construct(construct).kind !== "loop") {
      if (this.#marked[construct] === true) out.closeLabel(construct);
      else out.close();
      return;
    }
    const loop = this.#loopLabels(construct);
    out.close();
    out.branch(OP.br, loop.ok);
    out.close();
    this.#save(this.#planOf(this.#construct(construct).point as Point));
    out.close();
  }

  #call(node: Extract<Node, { op: "call" }>): void {
    const { point, callee, args } = node;
    const out = this.#out;
    const plan = this.#planOf(point);
    if (callee.kind === "import") {
      out.raw([OP.localGet, GAS_LOCAL]);
      out.u32(OP.globalSet, this.#context.gasGlobal);
      out.code(args);
      out.u32(OP.call, callee.index);
      this.#setResults(point);
      this.#loadGas();
    } else {
      this.#passHidden();
      out.code(args);
      if (callee.kind === "function") out.u32(OP.call, this.#context.definedFunction(callee.index));
      else {
        this.#checkTableIndex();
        out.u32(OP.callIndirect, this.#context.meteredType(this.#context.typeAt(callee.type)));
        out.raw([0]);
      }
      out.raw([OP.localSet, GAS_LOCAL]);
      this.#setResults(point);
    }
    this.#closeWay(this.#labels.ofPoint(plan));
    this.#test(plan);
  }

  #test(plan: FramePlan): void {
    this.#out.raw([OP.localGet, GAS_LOCAL, OP.i32Const, 0, OP.i32LtS]);
    this.#out.open(OP.if, this.#anonymous());
    this.#save(plan);
    this.#out.close();
  }

  #bulk(node: Extract<Node, { op: "bulk" }>): void {
    const plan = this.#planOf(node.point);
    const out = this.#out;
    this.#closeWay(this.#labels.ofPoint(plan));
    const [ok, save] = [this.#anonymous(), this.#anonymous()];
    out.open(OP.block, ok);
    out.open(OP.block, save);
    const [a, b, n] = node.slots.map((slot) => slot + METERED_SHIFT) as [number, number, number];
    // Branch depths inside: 0 the loop, 1 to the save, 2 behind it all.
    out.raw([...emitBulk({ opcode: node.opcode, gas: GAS_LOCAL, a, b, n }).take()]);
    out.branch(OP.br, ok);
    out.close();
    this.#save(plan);
    out.close();
  }

  // Frames.

  /** Stores a frame and goes to where the function returns. The state module tells a call's two frames apart by g. */
  #save(plan: FramePlan): void {
    const out = this.#out;
    for (const part of plan.parts) {
      if (part.isLast) {
        out.raw([OP.localGet, GAS_LOCAL]);
        out.i32((this.#functionIndex << 16) | (plan.id + (plan.point?.kind === "call" ? 1 : 0)));
      }
      for (const local of part.values) {
        out.u32(OP.localGet, local + METERED_SHIFT);
        const type = this.#ir.localTypes[local];
        if (this.#ir.lazyLocals[local] === true && (type === "f32" || type === "f64")) {
          out.raw(makeCanonical(type, local + METERED_SHIFT));
        }
      }
      out.u32(OP.call, this.#context.saveFunction(part));
    }
    out.branch(OP.br, this.#exit);
  }

  /** Returns behind a stored frame: the results are dummies, and a debt of this function's own is biased. */
  #leave(): void {
    for (const type of this.#type.results) this.#zero(type);
    this.#out.raw([OP.localGet, GAS_LOCAL]);
    this.#out.i32(BIAS);
    this.#out.i32(0);
    this.#isOutOfGas();
    this.#out.raw([OP.select, OP.i32Sub, OP.return]);
  }

  #restore(plan: FramePlan): void {
    if (plan.values.length === 0) return;
    for (const part of plan.parts.toReversed()) {
      this.#out.u32(OP.call, this.#context.restoreFunction(part));
      for (const local of part.values.toReversed()) this.#out.u32(OP.localSet, local + METERED_SHIFT);
    }
  }

  /** Jumps to where the stored frame stood, by its number. `body` is the label of the code that runs normally. */
  #dispatch(region: Region, body: number): void {
    const out = this.#out;
    const stubs = region.stubs.map((stub) => ({ ...stub, label: this.#anonymous() }));
    const invalid = this.#anonymous();
    out.open(OP.block, invalid);
    for (const { label } of stubs.toReversed()) out.open(OP.block, label);
    const targets = Array.from({ length: region.last - region.first }, () => invalid);
    for (const { from, to, label } of stubs) targets.fill(label, from - region.first, to - region.first);
    out.u32(OP.localGet, this.#r);
    if (region.first !== 0) {
      out.i32(region.first);
      out.raw([OP.i32Sub]);
    }
    out.table([...targets, invalid]);
    for (const { target } of stubs) {
      out.close();
      this.#stub(target, body);
    }
    out.close();
    out.raw([OP.unreachable]);
  }

  #stub(target: StubTarget, body: number): void {
    const out = this.#out;
    if (target.kind === "inside") return out.branch(OP.br, this.#labels.ofWayIn(target.construct));
    this.#restore(target.plan);
    if (target.kind === "entry") {
      this.#loadGas();
      return out.branch(OP.br, body);
    }
    if (target.kind === "call" && target.node.callee.kind !== "import") {
      out.u32(OP.localGet, this.#r);
      out.raw([OP.i32Const, 1, OP.i32And, OP.if, EMPTY_BLOCK]);
      this.#loadGas();
      out.raw([OP.else]);
      this.#callAgain(target.node);
      out.raw([OP.end]);
    } else this.#loadGas();
    out.branch(
      OP.br,
      target.kind === "loop" ? this.#labels.ofWayIn(target.construct) : this.#labels.ofPoint(target.plan),
    );
  }

  /**
   * Says beforehand if the index is outside the table: SpiderMonkey would say what it says of an address. This takes 1.5 % of
   * a quicksort by function pointer on V8, which checks again.
   */
  #checkTableIndex(): void {
    const out = this.#out;
    out.u32(OP.localTee, this.#r);
    out.i32(this.#context.tableSize);
    out.raw([OP.i32GeU, OP.if, EMPTY_BLOCK]);
    out.i32(CAUSE_TABLE);
    out.u32(OP.globalSet, this.#context.causeGlobal);
    out.raw([OP.unreachable, OP.end]);
    out.u32(OP.localGet, this.#r);
  }

  /** Calls the callee whose frame comes next; it ignores its arguments. */
  #callAgain({ callee, point }: Extract<Node, { op: "call" }>): void {
    const out = this.#out;
    this.#passHidden();
    if (callee.kind === "import") throw new Error("Unreachable: imports have no frames");
    const context = this.#context;
    const type = callee.kind === "function" ? context.typeOfDefined(callee.index) : context.typeAt(callee.type);
    for (const param of type.params) this.#zero(param);
    if (callee.kind === "function") out.u32(OP.call, context.resumeFunction(callee.index));
    else {
      out.u32(OP.call, context.peekFunction);
      out.u32(OP.callIndirect, context.meteredType(type));
      out.raw([context.hiddenTable]);
    }
    out.raw([OP.localSet, GAS_LOCAL]);
    this.#setResults(point);
  }

  // Pieces.

  #passHidden(): void {
    this.#out.raw([OP.localGet, GAS_LOCAL, OP.localGet, STACK_LOCAL]);
  }

  #setResults({ results }: Point): void {
    for (const slot of results.toReversed()) this.#out.u32(OP.localSet, slot + METERED_SHIFT);
  }

  #loadGas(): void {
    this.#out.u32(OP.globalGet, this.#context.gasGlobal);
    this.#out.raw([OP.localSet, GAS_LOCAL]);
  }

  #isOutOfGas(): void {
    this.#out.raw([OP.localGet, GAS_LOCAL]);
    this.#out.i32(THRESHOLD);
    this.#out.raw([OP.i32GeS]);
  }

  #zero(type: ValueType): void {
    this.#out.raw(
      { i32: [0x41, 0], i64: [0x42, 0], f32: [0x43, 0, 0, 0, 0], f64: [0x44, 0, 0, 0, 0, 0, 0, 0, 0] }[type],
    );
  }

  #planOf(point: Point): FramePlan {
    return this.#plan.points.get(point) as FramePlan;
  }

  #construct(index: number): Construct {
    return this.#ir.constructs[index] as Construct;
  }

  /** Ends a label that only rebuilding jumps to. */
  #closeWay(label: number): void {
    if (this.#form !== "fast") this.#out.closeLabel(label);
  }

  /** Blocks around a loop: one to leave it by, one to store its frame behind it. */
  #loopLabels(construct: number): { readonly ok: number; readonly save: number } {
    return { ok: this.#labels.count + 2 * construct, save: this.#labels.count + 2 * construct + 1 };
  }

  #anonymous(): number {
    return this.#nextAnonymous--;
  }
}
