// Where control can jump to when a frame is rebuilt. A region is the function, or a loop that has points inside; its
// labels are those that end behind a point, or at the end of a construct with a point inside, outside inner regions.

import type { BodyIr } from "./body-ir.ts";
import type { FramePlan, FunctionPlan } from "./plan-frames.ts";

/** Where the region's code goes when it has been asked to go to a point. */
export type Target =
  | { readonly kind: "entry" }
  /** Before that loop, whose header is the point. */
  | { readonly kind: "loop"; readonly construct: number }
  /** Behind a call, before a check or a bulk operation. */
  | { readonly kind: "point"; readonly plan: FramePlan }
  /** Before that loop, which will look further: the point is inside. */
  | { readonly kind: "inside"; readonly construct: number };

export interface Region {
  /** Whether it is the function, and no loop. */
  readonly isFunction: boolean;
  /** Ids of the points inside: first, and behind the last. */
  readonly first: number;
  readonly last: number;
  /** In the order in which they close. */
  readonly labels: number[];
  /** By id, from `first` on; ids that stand for no point have none. */
  readonly targets: (Target | undefined)[];
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
  const whole: Region = { isFunction: true, first: 0, last: plan.idCount, labels: [], targets: [{ kind: "entry" }] };
  const regions = new Map([[0, whole]]);
  const isPoint: boolean[] = [];
  for (const { id, isPair } of plan.points.values()) {
    isPoint[id] = true;
    if (isPair) isPoint[id + 1] = true;
  }
  const open: Region[] = [whole];
  for (const node of ir.nodes) {
    const region = open.at(-1) as Region;
    switch (node.op) {
      case "call":
      case "bulk":
      case "check": {
        const frame = plan.points.get(node.point) as FramePlan;
        region.labels.push(labels.ofPoint(frame));
        const at = frame.id - region.first;
        region.targets[at] = { kind: "point", plan: frame };
        if (frame.isPair) region.targets[at + 1] = { kind: "point", plan: frame };
        break;
      }
      case "loop": {
        const { construct } = node;
        const header = ir.constructs[construct]?.point;
        const frame = header === undefined ? undefined : plan.points.get(header);
        if (frame === undefined) throw new Error("Unreachable: a loop without a header");
        region.labels.push(labels.ofWayIn(construct));
        region.targets[frame.id - region.first] = { kind: "loop", construct };
        if (marked[construct] !== true) break;
        const [first, last] = plan.loops.get(construct) as readonly [number, number];
        for (let id = first; id < last; id++) {
          if (isPoint[id] === true) region.targets[id - region.first] = { kind: "inside", construct };
        }
        const inner: Region = { isFunction: false, first, last, labels: [], targets: [] };
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
