// Writes the cold code that rebuilds a frame: takes back its values, then jumps to where it stood.
//
//   at the function's entry   by the number of the point: which values, into their locals (`plan-restores.ts`)
//   in each region            by the same number: before a loop that the point is inside of, with the sentinel still in g;
//                             else with the gas in g, to the point, or first once more into the call that it is in

import { OP } from "../binary/opcodes.ts";
import type { FunctionType } from "../binary/read-module.ts";
import type { GuestType } from "../binary/guest-type.ts";
import type { BodyIr, Node } from "./body-ir.ts";
import { u32 } from "./code-list.ts";
import type { CodeOutput } from "./code-output.ts";
import type { Labels, Region, Target } from "./find-regions.ts";
import type { FunctionPlan } from "./plan-frames.ts";
import { planRestores } from "./plan-restores.ts";
import { GAS_LOCAL, METERED_SHIFT, STACK_LOCAL } from "./protocol.ts";
import { ZERO } from "./state-module.ts";
import type { TableLayout } from "./table-layout.ts";

/** Indices in the output module. */
export interface RebuildContext {
  readonly gasGlobal: number;
  /** Holds the sentinel while frames are rebuilt. */
  readonly gasInGlobal: number;
  readonly peekFunction: number;
  readonly maskFunction: number;
  readonly restoreFunction: (type: GuestType) => number;
  /** What rebuilds the frames of a defined function. */
  readonly resumeFunction: (definedIndex: number) => number;
  readonly meteredType: (type: FunctionType) => number;
  readonly typeAt: (index: number) => FunctionType;
  readonly typeOfDefined: (definedIndex: number) => FunctionType;
  readonly tables: TableLayout;
}

export interface RebuildInput {
  readonly out: CodeOutput;
  readonly ir: BodyIr;
  readonly plan: FunctionPlan;
  readonly labels: Labels;
  /** Local that holds the number of the point, plus one. */
  readonly number: number;
  readonly newLabel: () => number;
}

type Call = Extract<Node, { op: "call" }>;

/** Entries that a table may have in front rather than a subtraction before it. */
const MOST_PADDING = 3;

/** Takes the values of the frame at hand into their locals. */
export function emitTakeBack(context: RebuildContext, { out, ir, plan, number, newLabel }: RebuildInput): void {
  const { restores, byPlan } = planRestores(plan, ir.localTypes);
  if (restores.length === 0) return;
  const done = newLabel();
  out.open(OP.block, done);
  const labels = restores.map(newLabel);
  for (const label of labels.toReversed()) out.open(OP.block, label, "i64");
  const stubs = restores.map(({ masks }) => new Map(masks.map((mask) => [mask, newLabel()])));
  for (const byMask of stubs.toReversed())
    for (const label of [...byMask.values()].toReversed()) out.open(OP.block, label);
  const targets = Array.from({ length: 1 + plan.idCount }, () => done);
  for (const frame of [plan.entry, ...plan.points.values()]) {
    const found = byPlan.get(frame);
    if (found === undefined) continue;
    const label = stubs[found.restore]?.get(found.mask) as number;
    targets.fill(label, 1 + frame.id, 1 + frame.id + (frame.isPair ? 2 : 1));
  }
  out.u32(OP.localGet, number);
  out.shortTable(targets, done);
  stubs.forEach((byMask, restore) => {
    for (const mask of byMask.keys()) {
      out.close();
      out.i64(mask);
      out.branch(OP.br, labels[restore] as number);
    }
  });
  restores.forEach(({ values }, restore) => {
    out.close();
    out.u32(OP.call, context.maskFunction);
    for (const local of values.toReversed()) {
      out.u32(OP.call, context.restoreFunction(ir.localTypes[local] as GuestType));
      out.u32(OP.localSet, local + METERED_SHIFT);
    }
    if (restore < restores.length - 1) out.branch(OP.br, done);
  });
  out.close();
}

/** Goes to the point. `body` is the label of the code that runs normally. */
export function emitDispatch(context: RebuildContext, input: RebuildInput, region: Region, body: number): void {
  const { out, labels, newLabel } = input;
  if (region.targets.some((target) => target?.kind === "inside")) {
    const isHere = newLabel();
    out.open(OP.block, isHere);
    table(input, region, isHere, (target) => (target.kind === "inside" ? labels.ofWayIn(target.construct) : isHere));
    out.close();
  }
  out.u32(OP.globalGet, context.gasGlobal);
  out.u32(OP.localSet, GAS_LOCAL);
  const invalid = newLabel();
  out.open(OP.block, invalid);
  const again = new Map<Target, number>();
  for (const target of region.targets) {
    if (target?.kind === "point" && target.again !== undefined) again.set(target, newLabel());
  }
  for (const label of [...again.values()].toReversed()) out.open(OP.block, label);
  table(input, region, invalid, (target) => {
    if (target.kind === "inside") return invalid;
    if (target.kind === "entry") return body;
    return target.kind === "loop"
      ? labels.ofWayIn(target.construct)
      : (again.get(target) ?? labels.ofPoint(target.plan));
  });
  for (const target of again.keys()) {
    if (target.kind !== "point") continue;
    out.close();
    callAgain(context, input, target.again as Call);
    out.branch(OP.br, labels.ofPoint(target.plan));
  }
  out.close();
  out.raw([OP.unreachable]);
}

function table(
  { out, number }: RebuildInput,
  { first, last, targets }: Region,
  otherwise: number,
  label: (target: Target) => number,
): void {
  const padding = first + 1 <= MOST_PADDING ? first + 1 : 0;
  const entries = Array.from({ length: padding + last - first }, () => otherwise);
  targets.forEach((target, at) => {
    if (target !== undefined) entries[padding + at] = label(target);
  });
  out.u32(OP.localGet, number);
  if (padding === 0) {
    out.i32(first + 1);
    out.raw([OP.i32Sub]);
  }
  out.shortTable(entries, otherwise);
}

/** Calls the callee whose frame comes next; it ignores its arguments. */
function callAgain(context: RebuildContext, { out }: RebuildInput, { callee, point }: Call): void {
  if (callee.kind === "import") throw new Error("Unreachable: imports have no frames");
  out.u32(OP.globalGet, context.gasInGlobal);
  out.u32(OP.localGet, STACK_LOCAL);
  const type = callee.kind === "function" ? context.typeOfDefined(callee.index) : context.typeAt(callee.type);
  for (const param of type.params) out.raw(ZERO[param]);
  if (callee.kind === "function") out.u32(OP.call, context.resumeFunction(callee.index));
  else {
    out.u32(OP.call, context.peekFunction);
    out.u32(OP.callIndirect, context.meteredType(type));
    out.raw(u32(context.tables.resumeTable));
  }
  out.u32(OP.localSet, GAS_LOCAL);
  for (const slot of point.results.toReversed()) out.u32(OP.localSet, slot + METERED_SHIFT);
}
