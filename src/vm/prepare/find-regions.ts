// Where control can jump to when a frame is rebuilt. A region is the function, or a loop that has points inside; its
// labels are those that end behind a point, or at the end of a construct with a point inside, outside inner regions.

import type { BodyIr, Node } from "./body-ir.ts";
import type { FramePlan, FunctionPlan } from "./plan-frames.ts";

/** What a stub does once the region's code has been asked to go to a point. */
export type StubTarget =
  | { readonly kind: "entry"; readonly plan: FramePlan }
  | { readonly kind: "loop"; readonly plan: FramePlan; readonly construct: number }
  | { readonly kind: "call"; readonly plan: FramePlan; readonly node: Extract<Node, { op: "call" }> }
  | { readonly kind: "here"; readonly plan: FramePlan }
  /** The point is inside that loop, which will look further. */
  | { readonly kind: "inside"; readonly construct: number };

export interface Stub {
  /** Ids that lead here: from, and behind the last. */
  readonly from: number;
  readonly to: number;
  readonly target: StubTarget;
}

export interface Region {
  /** Ids of the points inside: first, and behind the last. */
  readonly first: number;
  readonly last: number;
  /** In the order in which they close. */
  readonly labels: number[];
  readonly stubs: Stub[];
}

/** Numbers for labels: a construct's own number is its end (a loop's: its start). */
export class Labels {
  readonly #constructs: number;
  readonly #ids: number;

  constructor(ir: BodyIr, plan: FunctionPlan) {
    this.#constructs = ir.constructs.length;
    this.#ids = plan.idCount;
  }

  /** The start of the else-arm. */
  ofElse(construct: number): number {
    return this.#constructs + construct;
  }

  /** The place before a loop. */
  ofWayIn(construct: number): number {
    return 2 * this.#constructs + construct;
  }

  /** Behind a call, before a check or a bulk operation. */
  ofPoint(plan: FramePlan): number {
    return 3 * this.#constructs + plan.id;
  }

  /** More than any label above. */
  get count(): number {
    return 3 * this.#constructs + this.#ids;
  }
}

/** For each construct, whether there is a point inside it. A loop's header is outside the loop, here. */
export function markConstructs(ir: BodyIr): boolean[] {
  const marked: boolean[] = ir.constructs.map(() => false);
  let current = 0;
  const mark = (from: number): void => {
    for (let at = from; at !== 0 && marked[at] !== true; at = ir.constructs[at]?.parent ?? 0) marked[at] = true;
  };
  for (const node of ir.nodes) {
    switch (node.op) {
      case "block":
      case "if":
        current = node.construct;
        break;
      case "loop":
        mark(current);
        current = node.construct;
        break;
      case "end":
        current = ir.constructs[node.construct]?.parent ?? 0;
        break;
      case "call":
      case "bulk":
      case "check":
        mark(current);
        break;
      default:
    }
  }
  return marked;
}

interface Input {
  readonly ir: BodyIr;
  readonly plan: FunctionPlan;
  readonly marked: readonly boolean[];
  readonly labels: Labels;
}

/** The regions by construct; 0 is the function. */
export function findRegions({ ir, plan, marked, labels }: Input): Map<number, Region> {
  const entry: Stub = { from: 0, to: 1, target: { kind: "entry", plan: plan.entry } };
  const whole: Region = { first: 0, last: plan.idCount, labels: [], stubs: [entry] };
  const regions = new Map([[0, whole]]);
  const open: Region[] = [whole];
  const stubFor = (frame: FramePlan, target: StubTarget): void => {
    const width = frame.point?.kind === "call" ? 2 : 1;
    open.at(-1)?.stubs.push({ from: frame.id, to: frame.id + width, target });
  };
  for (const node of ir.nodes) {
    const region = open.at(-1) as Region;
    switch (node.op) {
      case "call":
      case "bulk":
      case "check": {
        const frame = plan.points.get(node.point) as FramePlan;
        region.labels.push(labels.ofPoint(frame));
        stubFor(frame, node.op === "call" ? { kind: "call", plan: frame, node } : { kind: "here", plan: frame });
        break;
      }
      case "loop": {
        const { construct } = node;
        const header = ir.constructs[construct]?.point;
        const frame = header === undefined ? undefined : plan.points.get(header);
        if (frame === undefined) throw new Error("Unreachable: a loop without a header");
        region.labels.push(labels.ofWayIn(construct));
        stubFor(frame, { kind: "loop", plan: frame, construct });
        if (marked[construct] !== true) break;
        const [first, last] = plan.loops.get(construct) as readonly [number, number];
        region.stubs.push({ from: first, to: last, target: { kind: "inside", construct } });
        const inner: Region = { first, last, labels: [], stubs: [] };
        regions.set(construct, inner);
        open.push(inner);
        break;
      }
      case "else":
        if (marked[node.construct] === true) region.labels.push(labels.ofElse(node.construct));
        break;
      case "end":
        if (marked[node.construct] !== true) break;
        if (ir.constructs[node.construct]?.kind === "loop") open.pop();
        else region.labels.push(node.construct);
        break;
      default:
    }
  }
  return regions;
}
