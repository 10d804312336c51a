// Writes a metered function (see `protocol.ts`).
//
// The only test on the way is `g < 0`: at the entry, at loop headers, behind calls. It leaves to a block at the end of the
// function, with the frame's word; there is one for each list of values that is stored (outside of any loop: a call inside
// would cost V8's loop optimizations). To rebuild a frame, control jumps: in each *region* (the function, or a loop that has
// points inside) all forward labels are opened at its start, so that the cold code there (`emit-rebuild.ts`) can branch to
// behind any call, or to before any loop, of that region.
//
//   entry        if ((g | d) < 0)   store a frame of the parameters, or take back the frame's values and dispatch
//   loop         if (g < 0)         store a frame, or dispatch further inwards
//   after call   if (g < 0)         store a frame: of a call in progress if g < TH, else of one whose results are there

import { EMPTY_BLOCK, OP } from "../binary/opcodes.ts";
import type { FunctionType } from "../binary/read-module.ts";
import type { GuestType } from "../binary/guest-type.ts";
import type { BodyIr, Construct, Node, Point } from "./body-ir.ts";
import { makeCanonical } from "./canonical-nan.ts";
import type { RoundLoop } from "./choose-copies.ts";
import { MARK, u32 } from "./code-list.ts";
import { ARENA_LOCALS, CodeOutput, type CodeBody } from "./code-output.ts";
import { emitBranch } from "./emit-branch.ts";
import { emitBulk } from "./emit-bulk.ts";
import type { Helper } from "./emit-helpers.ts";
import { emitCallsAgain, emitDispatch, emitTakeBack, type RebuildContext, type RebuildInput } from "./emit-rebuild.ts";
import { emitSegmentBulk } from "./emit-segment-bulk.ts";
import { charge, emitUnrolled } from "./emit-unrolled.ts";
import { findRegions, Labels, markConstructs, type Region } from "./find-regions.ts";
import type { MemoryCode } from "./memory-code.ts";
import type { FramePart, FramePlan, FunctionPlan } from "./plan-frames.ts";
import { CAUSE_TABLE, GAS_LOCAL, METERED_SHIFT, STACK_LOCAL } from "./protocol.ts";
import { ZERO } from "./state-module.ts";
import { tableSize, type TableShape } from "./table-layout.ts";

/** Indices in the output module that emitted code refers to. */
export interface EmitContext extends RebuildContext {
  readonly causeGlobal: number;
  readonly popFunction: number;
  /** How many bits the numbers of points take. */
  readonly idBits: number;
  readonly saveFunction: (part: FramePart) => number;
  readonly helper: (helper: Helper) => number;
  /** Where the output has a defined function: in its metered form unless it is plain. */
  readonly definedFunction: (definedIndex: number) => number;
  readonly memory: MemoryCode;
  /** The function by which an arena grows a memory. */
  readonly growFunction: number;
  /** Whether any function may grow the memory. */
  readonly canGrow: boolean;
}

export interface EmitInput {
  readonly ir: BodyIr;
  readonly plan: FunctionPlan;
  readonly type: FunctionType;
  /** Original function index, import included. */
  readonly functionIndex: number;
  readonly weight: number;
  readonly form: MeteredForm;
  /** Loops that are tested once in several rounds. */
  readonly roundLoops: ReadonlyMap<number, RoundLoop>;
}

/**
 * `whole` runs and rebuilds its frames. As a pair, `fast` runs, without a place to jump to, and `resume` is called to
 * rebuild a frame, and goes on with it until it returns.
 */
export type MeteredForm = "whole" | "fast" | "resume";

export function emitMetered(context: EmitContext, input: EmitInput): CodeBody {
  return new MeteredEmitter(context, input).emit();
}

/** Whether nothing behind the node is reached, as validators see it. */
function isLeaving(node: Node | undefined): boolean {
  return node?.op === "return" || node?.op === "br" || node?.op === "br_table" || node?.op === "unreachable";
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
  /** Holds the number of the point to rebuild, plus one; later, the index of an indirect call. */
  readonly #r: number;
  /** One bit that goes around once in as many rounds of a loop as have one test, which is due when it is the highest. */
  readonly #rounds: number;
  /** Constructs with a point inside; blocks and ifs among them are flattened. */
  readonly #marked: readonly boolean[];
  readonly #roundLoops: ReadonlyMap<number, RoundLoop>;
  readonly #labels: Labels;
  readonly #regions: ReadonlyMap<number, Region>;
  /** Whether it has locals for where its memory is. */
  readonly #isArena: boolean;
  /** Where a function that has results returns once it has stored a frame: with the gas counter to return. */
  readonly #exit = -1;
  /** Where frames are stored, by the list of their values: with the frame's word. */
  readonly #saves = new Map<string, { readonly label: number; readonly plan: FramePlan }>();
  #nextAnonymous = -2;

  constructor(context: EmitContext, { ir, plan, type, functionIndex, weight, form, roundLoops }: EmitInput) {
    this.#context = context;
    this.#ir = ir;
    this.#plan = plan;
    this.#type = type;
    this.#functionIndex = functionIndex;
    this.#weight = weight;
    this.#form = form;
    this.#marked = form === "fast" ? ir.constructs.map(() => false) : markConstructs(ir);
    this.#roundLoops = roundLoops;
    this.#labels = new Labels(ir, plan);
    this.#regions = form === "fast" ? new Map() : findRegions({ ir, plan, marked: this.#marked, labels: this.#labels });
    this.#r = METERED_SHIFT + ir.localTypes.length;
    this.#rounds = this.#r + 1;
    const isCounting = [...roundLoops.values()].some(({ isCopied }) => !isCopied);
    const added: GuestType[] = isCounting ? ["i32", "i32"] : ["i32"];
    const base = this.#r + added.length;
    this.#isArena = ir.usesMemory && context.memory.prologue.length > 0;
    this.#out = new CodeOutput({
      locals: [...ir.localTypes.slice(type.params.length), ...added, ...(this.#isArena ? ARENA_LOCALS : [])],
      shift: METERED_SHIFT,
      functionIndex: context.definedFunction,
      memory: this.#isArena ? { base, limit: base + 1, grow: context.growFunction } : undefined,
    });
    for (const frame of [plan.entry, ...plan.points.values()]) {
      const key = frame.values.join();
      if (!this.#saves.has(key)) this.#saves.set(key, { label: this.#anonymous(), plan: frame });
    }
  }

  emit(): CodeBody {
    const out = this.#out;
    const region = this.#regions.get(0);
    const saves = [...this.#saves.values()];
    const hasResults = this.#type.results.length > 0;
    if (this.#isArena) out.raw(this.#context.memory.prologue);
    if (hasResults) out.open(OP.block, this.#exit, "i32");
    for (const { label } of saves.toReversed()) out.open(OP.block, label, "i32");
    for (const label of region?.labels.toReversed() ?? []) out.open(OP.block, label);
    this.#enter(region);
    const { nodes } = this.#ir;
    for (let at = 0; at < nodes.length; at++) {
      const node = nodes[at] as Node;
      this.#node(node);
      const loop = node.op === "loop" ? this.#roundLoops.get(node.construct) : undefined;
      // The loop's own end is still to come.
      if (loop?.isCopied === true) at = loop.to - 1;
    }
    if (!isLeaving(nodes.at(-1))) out.raw([OP.unreachable]);
    saves.forEach(({ label, plan }, at) => {
      out.closeLabel(label);
      this.#save(plan);
      if (at === saves.length - 1) return;
      if (hasResults) out.jump(this.#exit);
      else out.raw([OP.return]);
    });
    if (hasResults) this.#leave();
    return out.finish(true);
  }

  /** Takes its weight from the stack budget. The cold code of a rebuilding form ends by a jump. */
  #enter(region: Region | undefined): void {
    const out = this.#out;
    const body = this.#anonymous();
    const isResume = this.#form === "resume";
    if (!isResume) out.raw([OP.localGet, GAS_LOCAL]);
    out.raw([OP.localGet, STACK_LOCAL]);
    out.i32(this.#weight);
    out.raw([OP.i32Sub]);
    if (isResume) {
      out.u32(OP.localSet, STACK_LOCAL);
      out.open(OP.block, body);
      out.u32(OP.call, this.#context.popFunction);
      out.u32(OP.localSet, this.#r);
    } else {
      out.u32(OP.localTee, STACK_LOCAL);
      out.raw([OP.i32Or, OP.i32Const, 0, OP.i32LtS]);
      out.open(OP.if, body);
      this.#word(this.#plan.entry);
      out.raw([OP.localGet, GAS_LOCAL, OP.localGet, STACK_LOCAL]);
      out.u32(OP.call, this.#context.helper("enter"));
      if (this.#form === "fast") {
        out.raw([OP.drop]);
        out.jump(this.#saveLabel(this.#plan.entry));
      } else {
        out.u32(OP.localTee, this.#r);
        out.raw([OP.i32Eqz]);
        this.#saveIf(this.#plan.entry);
      }
    }
    if (region !== undefined) {
      emitTakeBack(this.#context, this.#rebuildInput());
      emitCallsAgain(this.#context, this.#rebuildInput());
      emitDispatch(this.#context, this.#rebuildInput(), region, body);
    }
    out.close();
  }

  #node(node: Node): void {
    const out = this.#out;
    switch (node.op) {
      case "charge":
        return this.#charge(node.cost);
      case "code":
        return out.code(node.code, node.defines[0]);
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
        out.jump(node.construct);
        return out.closeLabel(this.#labels.ofElse(node.construct));
      case "end":
        return this.#end(node.construct);
      case "br":
      case "br_if":
      case "br_table":
        return emitBranch(out, node);
      case "return":
        out.code(node.values);
        out.get(GAS_LOCAL);
        if (node.isBranch === true) out.mark();
        return out.raw([OP.return]);
      case "unreachable":
        out.place(node.offset);
        return out.raw([...this.#context.memory.beforeUnreachable, OP.unreachable]);
      default:
        return node satisfies never;
    }
  }

  #charge(cost: number): void {
    if (cost === 0) return;
    charge(this.#out, cost);
  }

  #openIf({ construct, condition }: Extract<Node, { op: "if" }>): void {
    const out = this.#out;
    out.code(condition);
    if (this.#marked[construct] !== true) return out.open(OP.if, construct);
    out.raw([MARK, OP.i32Eqz]);
    out.branch(OP.brIf, this.#construct(construct).hasElse ? this.#labels.ofElse(construct) : construct);
  }

  #openLoop(construct: number): void {
    const out = this.#out;
    const plan = this.#planOf(this.#construct(construct).point as Point);
    const rounds = this.#roundLoops.get(construct);
    const region = this.#regions.get(construct);
    this.#closeWay(this.#labels.ofWayIn(construct));
    if (rounds?.isCopied === true) out.open(OP.block, this.#behind(construct));
    if (rounds?.isCopied === false) {
      out.i32(2 ** (31 - 32 / rounds.rounds));
      out.u32(OP.localSet, this.#rounds);
    }
    out.open(OP.loop, construct);
    for (const label of region?.labels.toReversed() ?? []) out.open(OP.block, label);
    if (rounds?.isCopied === false) this.#testRound(plan, rounds.rounds);
    else if (region === undefined) this.#test(plan);
    else this.#testAndDispatch(plan, region);
    if (rounds?.isCopied === true) this.#copyRounds(construct, rounds);
  }

  /** A loop's test where its rounds are not written out: due in the first, and in each `every` rounds. */
  #testRound(plan: FramePlan, every: number): void {
    const out = this.#out;
    this.#word(plan);
    out.u32(OP.localGet, this.#rounds);
    out.raw([OP.i32Const, 32 / every, OP.i32Rotl]);
    out.u32(OP.localTee, this.#rounds);
    out.raw([OP.localGet, GAS_LOCAL, OP.i32And, OP.i32Const, 0, OP.i32LtS]);
    this.#saveIf(plan);
  }

  #testAndDispatch(plan: FramePlan, region: Region): void {
    const out = this.#out;
    const cold = this.#anonymous();
    out.raw([OP.localGet, GAS_LOCAL, OP.i32Const, 0, OP.i32LtS]);
    out.open(OP.if, cold);
    this.#word(plan);
    // Out of gas: only the sentinel loses all its bits.
    out.raw([OP.localGet, GAS_LOCAL, OP.i32Const, 1, OP.i32Shl]);
    this.#saveIf(plan);
    emitDispatch(this.#context, this.#rebuildInput(), region, cold);
    out.close();
  }

  #copyRounds(construct: number, loop: RoundLoop): void {
    this.#charge(loop.rounds * loop.cost);
    const newLabel = (): number => this.#anonymous();
    const ok = this.#behind(construct);
    const { memory } = this.#context;
    emitUnrolled({ out: this.#out, memory, nodes: this.#ir.nodes, loop, head: construct, ok, newLabel });
  }

  #end(construct: number): void {
    const out = this.#out;
    if (this.#construct(construct).kind !== "loop" && this.#marked[construct] === true) out.closeLabel(construct);
    else out.close();
    if (this.#roundLoops.get(construct)?.isCopied === true) out.close();
  }

  #call(node: Extract<Node, { op: "call" }>): void {
    const { point, callee, args } = node;
    const out = this.#out;
    const plan = this.#planOf(point);
    if (callee.kind === "import") {
      out.get(GAS_LOCAL);
      out.u32(OP.globalSet, this.#context.gasGlobal);
      out.code(args);
      out.place(point.offset);
      out.u32(OP.call, callee.index);
      this.#setResults(point);
      this.#loadGas();
    } else {
      this.#passHidden();
      out.code(args);
      out.place(point.offset);
      if (callee.kind === "function") out.u32(OP.call, this.#context.definedFunction(callee.index));
      else {
        this.#checkTableIndex(callee.table);
        out.u32(OP.callIndirect, this.#context.meteredType(this.#context.typeAt(callee.type)));
        out.raw(u32(callee.table));
      }
      out.raw([OP.localSet, GAS_LOCAL]);
      this.#setResults(point);
    }
    this.#closeWay(this.#labels.ofPoint(plan));
    if (callee.kind !== "import" && this.#isArena && this.#context.canGrow) out.raw(this.#context.memory.reload);
    this.#test(plan);
  }

  #test(plan: FramePlan): void {
    this.#word(plan);
    this.#out.raw([OP.localGet, GAS_LOCAL, OP.i32Const, 0, OP.i32LtS]);
    this.#saveIf(plan);
  }

  #bulk(node: Extract<Node, { op: "bulk" }>): void {
    const plan = this.#planOf(node.point);
    const out = this.#out;
    this.#closeWay(this.#labels.ofPoint(plan));
    const [a, b, n] = node.slots.map((slot) => slot + METERED_SHIFT) as [number, number, number];
    const { opcode } = node.operation;
    out.place(node.point.offset);
    const test = (): void => this.#test(plan);
    if (opcode === OP.memoryCopy || opcode === OP.memoryFill) {
      const { helper, memory } = this.#context;
      const name = opcode === OP.memoryCopy ? "copy" : "fill";
      const rest = memory.inHelpers.rest === "function" ? helper(`${name}-rest`) : undefined;
      return emitBulk(out, { opcode, a, b, n }, { helper: helper(name), rest, cold: this.#anonymous(), test });
    }
    const newLabel = (): number => this.#anonymous();
    emitSegmentBulk(this.#context, node.operation, { out, a, b, n, newLabel, test });
  }

  // Frames.

  /** The word that stands for a point. The state module tells a call's two frames apart by g. */
  #word(plan: FramePlan): void {
    this.#out.i32((this.#functionIndex << this.#context.idBits) | (plan.id + (plan.isPair ? 1 : 0)));
  }

  /** With the word and a condition on the stack: stores a frame, or goes on. */
  #saveIf(plan: FramePlan): void {
    this.#out.branch(OP.brIf, this.#saveLabel(plan));
    this.#out.raw([OP.drop]);
  }

  #saveLabel(plan: FramePlan): number {
    return this.#saves.get(plan.values.join())?.label as number;
  }

  /** Stores a frame, whose word is on the stack, and leaves the gas counter to return with. */
  #save(plan: FramePlan): void {
    const out = this.#out;
    for (const part of plan.parts) {
      if (part.isLast) out.raw([OP.localGet, GAS_LOCAL]);
      for (const local of part.values) {
        out.u32(OP.localGet, local + METERED_SHIFT);
        const type = this.#ir.localTypes[local];
        if (this.#ir.lazyLocals[local] === true && (type === "f32" || type === "f64")) {
          out.raw(makeCanonical(type, local + METERED_SHIFT));
        }
      }
      out.u32(OP.call, this.#context.saveFunction(part));
    }
  }

  /** Behind a stored frame: puts results that mean nothing before the gas counter. */
  #leave(): void {
    this.#out.close();
    this.#out.u32(OP.localSet, GAS_LOCAL);
    for (const type of this.#type.results) this.#out.raw(ZERO[type]);
    this.#out.raw([OP.localGet, GAS_LOCAL]);
  }

  /**
   * Says beforehand if the index is outside the table: SpiderMonkey would say what it says of an address. This takes 1.5 % of
   * a quicksort by function pointer on V8, which checks again.
   */
  #checkTableIndex(table: number): void {
    const out = this.#out;
    out.u32(OP.localTee, this.#r);
    out.raw(tableSize(this.#context.tables.tables[table] as TableShape));
    out.raw([OP.i32GeU, OP.if, EMPTY_BLOCK]);
    out.i32(CAUSE_TABLE);
    out.u32(OP.globalSet, this.#context.causeGlobal);
    out.raw([OP.unreachable, OP.end]);
    out.u32(OP.localGet, this.#r);
  }

  // Pieces.

  #passHidden(): void {
    this.#out.get(GAS_LOCAL);
    this.#out.u32(OP.localGet, STACK_LOCAL);
  }

  #setResults({ results }: Point): void {
    for (const slot of results.toReversed()) this.#out.u32(OP.localSet, slot + METERED_SHIFT);
  }

  #loadGas(): void {
    this.#out.u32(OP.globalGet, this.#context.gasGlobal);
    this.#out.raw([OP.localSet, GAS_LOCAL]);
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

  /** The label behind a loop whose rounds are written out. */
  #behind(construct: number): number {
    return this.#labels.count + construct;
  }

  #rebuildInput(): RebuildInput {
    const newLabel = (): number => this.#anonymous();
    return { out: this.#out, ir: this.#ir, plan: this.#plan, labels: this.#labels, number: this.#r, newLabel };
  }

  #anonymous(): number {
    return this.#nextAnonymous--;
  }
}
