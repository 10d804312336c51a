// Writes the cold code that rebuilds a frame: takes back its values, rebuilds those above it, then jumps to where it stood.
//
//   at the function's entry   by the number of the point: which values, into their locals (`plan-restores.ts`); then, for a
//                             frame in a call, that call once more, whose gas goes to the global
//   in each region            by the same number: before a loop that the point is inside of, with the sentinel still in g;
//                             else to the point, with the gas in g

import { OP } from "../binary/opcodes.ts";
import type { FunctionType } from "../binary/read-module.ts";
import type { GuestType } from "../binary/guest-type.ts";
import type { BodyIr, Callee, Node } from "./body-ir.ts";
import { u32 } from "./code-list.ts";
import type { CodeOutput } from "./code-output.ts";
import type { Labels, Region, Target } from "./find-regions.ts";
import type { FramePlan, FunctionPlan } from "./plan-frames.ts";
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
      out.jump(labels[restore] as number);
    }
  });
  restores.forEach(({ values }, restore) => {
    out.close();
    out.u32(OP.call, context.maskFunction);
    for (const local of values.toReversed()) {
      out.u32(OP.call, context.restoreFunction(ir.localTypes[local] as GuestType));
      out.u32(OP.localSet, local + METERED_SHIFT);
    }
    if (restore < restores.length - 1) out.jump(done);
  });
  out.close();
}

/**
 * Calls the callee whose frame comes next, if there is one; it ignores its arguments. Calls that differ in nothing else are
 * written once.
 */
export function emitCallsAgain(context: RebuildContext, input: RebuildInput): void {
  const { out, ir, plan, number, newLabel } = input;
  const calls = new Map<string, { readonly label: number; readonly call: Call }>();
  const done = newLabel();
  const targets = Array.from({ length: 1 + plan.idCount }, () => done);
  for (const node of ir.nodes) {
    if (node.op !== "call" || node.callee.kind === "import") continue;
    const key = `${calleeKey(node.callee)} ${node.point.results.join()}`;
    const found = calls.get(key) ?? { label: newLabel(), call: node };
    calls.set(key, found);
    targets[1 + (plan.points.get(node.point) as FramePlan).id] = found.label;
  }
  if (calls.size === 0) return;
  out.open(OP.block, done);
  const written = [...calls.values()];
  for (const { label } of written.toReversed()) out.open(OP.block, label);
  out.u32(OP.localGet, number);
  out.shortTable(targets, done);
  written.forEach(({ call }, at) => {
    out.close();
    callAgain(context, input, call);
    if (at < written.length - 1) out.jump(done);
  });
  out.close();
}

function calleeKey(callee: Callee): string {
  return callee.kind === "indirect" ? `type ${callee.type}` : `${callee.kind} ${callee.index}`;
}

/**
 * Goes to the point. What is no point of the function traps here, in its own region; only points get to others.
 *
 * @param body - Label of the code that runs normally.
 */
export function emitDispatch(context: RebuildContext, input: RebuildInput, region: Region, body: number): void {
  const { out, labels, newLabel } = input;
  if (region.targets.some((target) => target?.kind === "inside")) {
    const isHere = newLabel();
    out.open(OP.block, isHere);
    const way = (target: Target): number | undefined =>
      target.kind === "inside" ? labels.ofWayIn(target.construct) : undefined;
    emitTable(input, region, { label: way, otherwise: isHere });
    out.close();
  }
  out.u32(OP.globalGet, context.gasGlobal);
  out.u32(OP.localSet, GAS_LOCAL);
  const place = (target: Target): number | undefined => {
    if (target.kind === "inside") return undefined;
    if (target.kind === "entry") return body;
    return target.kind === "loop" ? labels.ofWayIn(target.construct) : labels.ofPoint(target.plan);
  };
  if (region.isFunction) {
    const invalid = newLabel();
    out.open(OP.block, invalid);
    emitTable(input, region, { label: place, otherwise: invalid });
    out.close();
    return out.raw([OP.unreachable]);
  }
  const places = new Set(region.targets.flatMap((target) => (target === undefined ? [] : (place(target) ?? []))));
  const otherwise = [...places].at(-1) as number;
  if (places.size === 1) out.jump(otherwise);
  else emitTable(input, region, { label: place, otherwise });
}

interface TableParts {
  readonly label: (target: Target) => number | undefined;
  readonly otherwise: number;
}

function emitTable(
  { out, number }: RebuildInput,
  { first, last, targets }: Region,
  { label, otherwise }: TableParts,
): void {
  const padding = first + 1 <= MOST_PADDING ? first + 1 : 0;
  const entries = Array.from({ length: padding + last - first }, () => otherwise);
  targets.forEach((target, at) => {
    if (target !== undefined) entries[padding + at] = label(target) ?? otherwise;
  });
  out.u32(OP.localGet, number);
  if (padding === 0) {
    out.i32(first + 1);
    out.raw([OP.i32Sub]);
  }
  out.shortTable(entries, otherwise);
}

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
  out.u32(OP.globalSet, context.gasGlobal);
  for (const slot of point.results.toReversed()) out.u32(OP.localSet, slot + METERED_SHIFT);
}
