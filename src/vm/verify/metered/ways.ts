// Ways to labels: what a branch must bring along, what is known where several meet, and that a loop goes round with what
// it began with. All ways that lead forward to a place are followed before it.

import { I32_BLOCK, I64_BLOCK } from "../code-cursor.ts";
import { OP } from "../opcodes.ts";
import { meet, type Call, type FlowState } from "./flow-state.ts";
import { putWord } from "./frames-stored.ts";
import type { Arrival, Label } from "./label.ts";
import type { Token } from "./tokens.ts";
import type { Walk } from "./walk.ts";

/** What a round may cost of a loop that is tested in each fourth at least. */
const COUNTED_ROUND = 64;

export function branch(w: Walk, depth: number, state: FlowState, value: Token | undefined): void {
  w.noValues("a branch");
  arriveAt(w, target(w, depth), state, value);
}

export function target(w: Walk, depth: number): Label {
  return w.labels[w.labels.length - 1 - depth] ?? w.fail("a branch to nowhere");
}

export function arriveAt(w: Walk, label: Label, state: FlowState, value: Token | undefined): void {
  if (label.opcode !== OP.loop) return arrive(w, label, state, value);
  if (value !== undefined) w.fail("a loop goes round with a value");
  const isInPlace = state.phase === "normal" && state.runs && state.far === undefined;
  if (!isInPlace || state.mustTest || state.mustLoad || state.gas === "spent") w.fail("a loop goes round out of place");
  if (state.base === label.base && state.balance !== label.balance) {
    w.fail(`a loop goes round with ${state.balance} paid ahead, and began with ${label.balance}`);
  }
  if (state.isMoved && w.slot !== undefined) w.keepsSlot = true;
  if (label.isCounted && state.work > COUNTED_ROUND) w.fail("a round without a test takes too long");
  w.locals.edge(state.segment, w.locals.definitions(state.segment), label.header);
}

/** At the end of a construct. The state is kept as it is: whoever goes on with it, goes on with a copy. */
export function arrive(w: Walk, label: Label, state: FlowState, value: Token | undefined): void {
  label.incoming.push(departure(w, withValue(w, label, state, value)));
}

/** A way that is followed later. */
export function departure(w: Walk, state: FlowState): Arrival {
  return { state, definitions: w.locals.definitions(state.segment) };
}

/** Follows a way that was left aside. */
export function takeUp(w: Walk, { state, definitions }: Arrival): FlowState {
  return { ...state, segment: w.locals.goOn(state.segment, definitions) };
}

/** Blocks with values are left with a frame's word, with what to return behind a stored frame, or with a mask. */
function withValue(w: Walk, label: Label, state: FlowState, value: Token | undefined): FlowState {
  const { type } = label;
  if (type === 0) return value === undefined ? state : w.fail("a value waits at the end of a block");
  if (type === I32_BLOCK && value?.kind === "constant") return putWord(w, label, state, value.value);
  if (type === I32_BLOCK && value?.kind === "biased-gas" && state.phase === "stored") return state;
  if (type === I64_BLOCK && value?.kind === "mask" && state.far?.kind === "resuming") {
    label.masks.push({ places: state.far.group ?? w.fail("a mask for no place"), mask: value.mask });
    return state;
  }
  return w.fail("a block is left with an unknown value");
}

/** The value that a block leaves. */
export function deliver(w: Walk, label: Label, { phase }: FlowState): void {
  if (label.type === 0) return;
  if (phase === "storing") {
    w.stored.words = label.words;
    w.stored.locals = [];
    w.stack.push({ kind: "words" });
  } else if (phase === "stored") w.stack.push({ kind: "biased-gas" });
  else {
    w.rebuilt.masks = label.masks;
    w.rebuilt.locals = [];
    w.stack.push({ kind: "masks" });
  }
}

/** What is known at the end of a construct. */
export function meetAll(w: Walk, arrivals: readonly Arrival[]): FlowState {
  if (arrivals.some(({ state }) => state.rebuilt !== undefined)) compareCalls(w, arrivals);
  const state = meet(arrivals, w.cursor.start);
  if (state.runs && state.balance === undefined && state.rebuilt !== undefined) standAlone(w, state);
  const [only] = arrivals as [Arrival];
  if (arrivals.length === 1) {
    state.segment = w.locals.goOn(state.segment, only.definitions);
    return state;
  }
  state.segment = w.locals.segment();
  for (const { state: from, definitions } of arrivals) {
    if (from.runs || from.phase === "storing") w.locals.edge(from.segment, definitions, state.segment);
  }
  return state;
}

/** Only rebuilt frames come here. */
function standAlone(w: Walk, state: FlowState): void {
  state.balance = 0;
  state.base = ++w.bases;
}

/** A repeated call is to be of what was called. */
function compareCalls(w: Walk, arrivals: readonly Arrival[]): void {
  const calls = (isRebuilt: boolean): Call[] =>
    arrivals.flatMap(({ state }) =>
      state.call !== undefined && (state.rebuilt !== undefined) === isRebuilt ? [state.call] : [],
    );
  const again = calls(true);
  const [called] = again.length === 0 ? [] : calls(false);
  for (const repeated of again) {
    if (called === undefined) continue;
    if (called.results.join() !== repeated.results.join()) w.fail("a repeated call's results go elsewhere");
    w.rebuilt.repeated.push([called.callee, repeated.callee]);
  }
}
