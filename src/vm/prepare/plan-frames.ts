// Numbers the points of a function and lays out their frames. The result is what the emitter writes code for and what the
// frame map records.

import type { GuestType } from "../binary/guest-type.ts";
import type { BodyIr, Node, Point } from "./body-ir.ts";
import { findLive } from "./liveness.ts";
import { STATE_TYPES, type Shape } from "./state-module.ts";

/** One point's frame. */
export interface FramePlan {
  /** Absent at the function's entry. */
  readonly point: Point | undefined;
  /**
   * Number within the function. Calls have two: this one, which is even, for a frame whose callee has a frame of its own,
   * and the next for one whose callee has returned.
   */
  readonly id: number;
  /** Whether it has two numbers. */
  readonly isPair: boolean;
  /** Locals and slots that are stored, in the order of the shape. */
  readonly values: readonly number[];
  readonly shape: Shape;
  /** The same values in the pieces in which they are stored, the last one with the frame's word. */
  readonly parts: readonly FramePart[];
}

/** Some of a frame's values, in order. */
export interface FramePart {
  readonly values: readonly number[];
  readonly shape: Shape;
  /** Whether the frame's word comes behind these values. */
  readonly isLast: boolean;
}

export interface FunctionPlan {
  readonly entry: FramePlan;
  readonly points: ReadonlyMap<Point, FramePlan>;
  /** Ids inside each loop, the header's own excluded: `[first, behind the last]`. */
  readonly loops: ReadonlyMap<number, readonly [number, number]>;
  readonly idCount: number;
}

/**
 * Largest id + 1. Ids share a word with the function index, and frames are taken back by a `br_table`, of which engines
 * allow 65,520 targets.
 */
export const MAX_IDS = 65_000;

/**
 * Values that are stored at once. They are parameters and results, which engines limit to 1,000, and for which a frame
 * keeps native stack all the time, twice: with all in one piece, V8's frames were up to three times as large.
 */
const PART_VALUES = 8;

export function planFrames(ir: BodyIr): FunctionPlan {
  const live = findLive(ir);
  const points = new Map<Point, FramePlan>();
  const loops = new Map<number, readonly [number, number]>();
  const open: { readonly construct: number; readonly first: number }[] = [];
  let next = 1;
  const add = (point: Point, isPair: boolean): void => {
    if (isPair && next % 2 === 1) next++;
    const values = sortByType([...(live.points.get(point) ?? []), ...point.results], ir.localTypes);
    points.set(point, { point, id: next, isPair, ...layOut(values, ir.localTypes) });
    next += isPair ? 2 : 1;
  };
  const visit = (node: Node): void => {
    switch (node.op) {
      case "call":
        return add(node.point, node.callee.kind !== "import");
      case "bulk":
      case "check":
        return add(node.point, false);
      case "loop": {
        const { point } = ir.constructs[node.construct] ?? {};
        if (point !== undefined) add(point, false);
        open.push({ construct: node.construct, first: next });
        return;
      }
      case "end":
        if (open.at(-1)?.construct === node.construct) {
          loops.set(node.construct, [(open.pop() as (typeof open)[number]).first, next]);
        }
        return;
      default:
    }
  };
  ir.nodes.forEach(visit);
  const values = sortByType([...live.entry], ir.localTypes);
  const entry = { point: undefined, id: 0, isPair: false, ...layOut(values, ir.localTypes) };
  return { entry, points, loops, idCount: next };
}

/** How values, sorted by type, are stored. */
function layOut(values: readonly number[], types: readonly GuestType[]): Pick<FramePlan, "values" | "shape" | "parts"> {
  const count = Math.max(1, Math.ceil(values.length / PART_VALUES));
  const parts = Array.from({ length: count }, (_, at): FramePart => {
    const members = values.slice(at * PART_VALUES, (at + 1) * PART_VALUES);
    return { values: members, shape: shapeOf(members, types), isLast: at === count - 1 };
  });
  return { values, shape: shapeOf(values, types), parts };
}

/** The order of values in a frame. */
export function sortByType(locals: readonly number[], types: readonly GuestType[]): number[] {
  const order = (local: number): number => STATE_TYPES.indexOf(types[local] as GuestType);
  return [...new Set(locals)].toSorted((a, b) => order(a) - order(b) || a - b);
}

function shapeOf(locals: readonly number[], types: readonly GuestType[]): Shape {
  const count = (type: GuestType): number => locals.filter((local) => types[local] === type).length;
  return [count("i32"), count("i64"), count("f32"), count("f64"), count("v128"), count("funcref")];
}
