// Frames that are rebuilt: by its place, a frame's values are taken back into their locals and the call that it stood in is
// repeated; then it goes on at the test of its place, with nothing but what was taken back.

import { CodeCursor, I64_BLOCK } from "../code-cursor.ts";
import { OP } from "../opcodes.ts";
import type { FlowState } from "./flow-state.ts";
import { NOT_RUNNING } from "./tests.ts";
import type { Token } from "./tokens.ts";
import type { Walk } from "./walk.ts";
import { branch } from "./ways.ts";

/** Pushes what the state module says of a stored frame. */
export function resumed(w: Walk, token: Token): void {
  const { runs, far, phase } = w.live();
  if (phase !== "normal" || runs || far?.kind !== "resuming") w.fail("a stored frame is looked at out of place");
  w.stack.push(token);
}

export function isTakingBack(w: Walk): boolean {
  return w.state?.far?.kind === "resuming" && w.labels.some(({ type }) => type === I64_BLOCK);
}

/** A table whose index is a place. */
export function branchByPlace(w: Walk, less: number, labels: readonly number[]): void {
  if (isTakingBack(w) || isCallingAgain(w)) chooseGroup(w, less, labels);
  else dispatch(w, less, labels);
}

/** A plain branch: it ends the code of a group, and may go to where frames stood. */
export function leaveGroup(w: Walk, depth: number): void {
  finishGroup(w);
  const state = w.live();
  if (state.far?.kind === "resuming" && state.far.isLoaded) dispatch(w, 0, [depth]);
  else branch(w, depth, state, w.stack.pop());
}

/** Whether a table of repeated calls stands here: the first one is right behind it. */
function isCallingAgain(w: Walk): boolean {
  const { bytes, offset, end } = w.cursor;
  const ahead = new CodeCursor(bytes, offset, end);
  return ahead.next() === OP.end && ahead.next() === OP.globalGet && ahead.index === w.facts.own.given;
}

/** Which values are taken back, or which call is repeated, depends on the place. */
function chooseGroup(w: Walk, less: number, labels: readonly number[]): void {
  const state = w.live();
  const { far } = state;
  const isFirst = far?.kind === "resuming" && !far.isLoaded && far.group === undefined && far.places === undefined;
  if (!isFirst || less !== 0) return w.fail("a frame is rebuilt in an unknown order");
  const places = labels.slice(1, -1).map((_, place) => place);
  const others = labels.at(-1) as number;
  const groups = byLabel(places, 0, labels);
  groups.delete(others);
  for (const [depth, group] of groups) branch(w, depth, { ...state, far: { ...far, group } }, undefined);
  branch(w, others, state, undefined);
}

/** Takes note of what a group of places has, once its values are in their locals or its call is repeated. */
export function finishGroup(w: Walk): void {
  const { masks, taken, again, calls, locals: all } = w.rebuilt;
  for (const { places, mask } of masks) {
    const [low, high] = [Number(BigInt.asIntN(32, mask)), Number(BigInt.asIntN(32, mask >> 32n))];
    const hasValue = (at: number): boolean => ((at < 32 ? low >> at : high >> Math.min(at - 32, 31)) & 1) === 1;
    const locals = all.filter((_, at) => hasValue(at)).toReversed();
    for (const place of places) {
      if (taken.has(place)) w.fail(`the values of place ${place} are taken back twice`);
      taken.set(place, locals);
    }
  }
  w.rebuilt.masks = [];
  if (again === undefined) return;
  const { callee, places, results } = again;
  for (const place of places) {
    if (calls.has(place)) w.fail(`the call of place ${place} is repeated twice`);
    calls.set(place, { callee, results });
  }
  w.rebuilt.again = undefined;
}

/** Goes to where frames stood, by their places. */
function dispatch(w: Walk, less: number, labels: readonly number[]): void {
  w.noValues("a dispatch");
  const state = w.live();
  const { far } = state;
  if (state.phase !== "normal" || state.runs || far?.kind !== "resuming") return w.fail("a dispatch out of place");
  const others = labels.at(-1) as number;
  const groups = byLabel(far.places ?? knownPlaces(less, labels), less, labels);
  if (!far.isLoaded) {
    // Who is not inside a loop goes on to load its gas.
    const rest = far.places === undefined ? undefined : (groups.get(others) ?? []);
    groups.delete(others);
    for (const [depth, places] of groups) branch(w, depth, { ...state, far: { ...far, places } }, undefined);
    return branch(w, others, { ...state, far: { ...far, places: rest } }, undefined);
  }
  if (far.places === undefined) {
    // Numbers that no frame has: the host refuses them, and here is a trap.
    groups.delete(others);
    branch(w, others, { ...state, phase: "invalid", far: undefined }, undefined);
  }
  for (const [depth, places] of groups) branch(w, depth, goOn(w, state, places), undefined);
}

/** Where a place goes: the index is one more than its number, less a constant. */
function labelOf(place: number, less: number, labels: readonly number[]): number {
  return labels[place + 1 - less] ?? (labels.at(-1) as number);
}

function byLabel(places: readonly number[], less: number, labels: readonly number[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  let last = -1;
  let group: number[] = [];
  for (const place of places) {
    const depth = labelOf(place, less, labels);
    if (depth !== last) {
      last = depth;
      group = groups.get(depth) ?? [];
      if (group.length === 0) groups.set(depth, group);
    }
    group.push(place);
  }
  return groups;
}

/** Those that a table names, where any place might be. */
function knownPlaces(less: number, labels: readonly number[]): number[] {
  const others = labels.at(-1) as number;
  const known: number[] = [];
  for (let place = 0; place < labels.length; place++) {
    if (labelOf(place, less, labels) !== others) known.push(place);
  }
  return known;
}

/** Rebuilt frames are complete: the program goes on, at the test of their place. A call has two. */
function goOn(w: Walk, state: FlowState, places: readonly number[]): FlowState {
  const { isRepeated, calls } = w.rebuilt;
  const [from, second] = places as [number, number | undefined];
  // The function's start is no call, and goes on there alone.
  const isPair = places.length === 2 && from > 0 && second === from + 1;
  if (places.length !== 1 && !isPair) w.fail("several places go on at the same step");
  for (const place of places) {
    if (isRepeated.has(place)) w.fail(`place ${place} is rebuilt in two ways`);
    isRepeated.set(place, calls.has(place));
  }
  const isEntry = from === 0;
  const again = calls.get(from);
  const behindLost = isEntry ? w.signature.params.length : w.placeLocal;
  return {
    ...state,
    ...NOT_RUNNING,
    runs: true,
    far: again === undefined ? undefined : { kind: "unwinding" },
    balance: isEntry ? 0 : undefined,
    mustTest: !isEntry,
    rebuilt: isEntry ? undefined : { from, to: from + places.length },
    // What was called once more may have grown the memory.
    isMoved: places.some((place) => calls.has(place)),
    call: again,
    segment: w.locals.afterLoss(2, behindLost, keptBy(w, places)),
  };
}

/** Locals that frames of all these places have when they go on. */
function keptBy({ rebuilt: { taken, calls } }: Walk, places: readonly number[]): readonly number[] {
  const keptAt = (place: number): readonly number[] => [
    ...(taken.get(place) ?? []),
    ...(calls.get(place)?.results ?? []),
  ];
  const [first = [], ...others] = places.map(keptAt);
  const rest = others.map((kept) => new Set(kept));
  return rest.length === 0 ? first : first.filter((local) => rest.every((kept) => kept.has(local)));
}
