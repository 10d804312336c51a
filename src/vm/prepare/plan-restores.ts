// Decides which points of a function take back their frames with the same code. Such code asks for all values that any of
// them stores, last one first; a mask says which of them the frame at hand has. How many points share is a choice about the
// output: frames are the same.

import type { GuestType } from "../binary/guest-type.ts";
import { sortByType, type FramePlan, type FunctionPlan } from "./plan-frames.ts";

/** Locals and slots that are asked for, in the order of frames: the last one first. */
export interface Restore {
  readonly values: readonly number[];
  /** The masks of its points, each once. */
  readonly masks: readonly bigint[];
}

/** How to get at a point's frame. Points that store nothing have none. */
export interface RestorePlan {
  readonly restores: readonly Restore[];
  readonly byPlan: ReadonlyMap<FramePlan, { readonly restore: number; readonly mask: bigint }>;
}

/** Bits of a mask. A frame with more values shares with none. */
const MASK_BITS = 64;

export function planRestores({ entry, points }: FunctionPlan, types: readonly GuestType[]): RestorePlan {
  const plans = [entry, ...points.values()].filter(({ values }) => values.length > 0);
  const groups = groupPlans(plans);
  const restores: Restore[] = [];
  const byPlan = new Map<FramePlan, { readonly restore: number; readonly mask: bigint }>();
  for (const { members, all } of groups) {
    const values = sortByType([...all], types);
    const place = new Map(values.map((local, at) => [local, values.length - 1 - at]));
    const masks = new Set<bigint>();
    for (const plan of members) {
      const mask = maskOf(plan.values, place);
      masks.add(mask);
      byPlan.set(plan, { restore: restores.length, mask });
    }
    restores.push({ values, masks: [...masks] });
  }
  return { restores, byPlan };
}

interface Group {
  readonly members: FramePlan[];
  readonly all: Set<number>;
}

/** Neighbors, as many as one mask has bits for. */
function groupPlans(plans: readonly FramePlan[]): Group[] {
  const groups: Group[] = [];
  for (const plan of plans) {
    const group = groups.at(-1);
    const more = plan.values.filter((local) => group?.all.has(local) !== true);
    if (group === undefined || group.all.size + more.length > MASK_BITS) {
      groups.push({ members: [plan], all: new Set(plan.values) });
      continue;
    }
    group.members.push(plan);
    for (const local of more) group.all.add(local);
  }
  return groups;
}

/** One bit for each value that is asked for; above them, copies of the highest, which takes the fewest bytes. */
function maskOf(values: readonly number[], place: ReadonlyMap<number, number>): bigint {
  if (place.size === values.length) return -1n;
  let mask = 0n;
  for (const local of values) mask |= 1n << BigInt(place.get(local) as number);
  return BigInt.asIntN(place.size, mask);
}
