// Frames that are stored: each has a place of its own, is stored where the gas is spent, and holds locals and nothing else.

import type { Signature } from "../read-prepared.ts";
import { samePlaces, type FlowState } from "./flow-state.ts";
import type { Label, Word } from "./label.ts";
import { NOT_RUNNING } from "./tests.ts";
import type { Walk } from "./walk.ts";

/** A block is left with a frame's word: a frame is due behind it. */
export function putWord(w: Walk, label: Label, state: FlowState, word: number): FlowState {
  const { far } = state;
  if (state.phase !== "normal" || state.gas !== "spent" || state.mustLoad || far?.kind === "resuming") {
    w.fail("a frame is stored out of place");
  }
  const { placeBits } = w.facts;
  const [place, origin] = [word & (2 ** placeBits - 1), word >>> placeBits];
  if (w.stored.origin >= 0 && w.stored.origin !== origin) w.fail("frames of two functions");
  w.stored.origin = origin;
  label.words.push({
    place,
    isCall: far !== undefined,
    rebuilt: state.rebuilt,
    print: w.print,
    isStray: state.base !== 0,
  });
  return { ...state, ...NOT_RUNNING, phase: "storing", far: undefined, gas: "spent" };
}

/** A call that stores values; the last one of a frame also takes its word and the gas. */
export function save(w: Walk, { params }: Signature, isLast: boolean): void {
  const state = w.live();
  if (state.phase !== "storing") w.fail("a frame is stored out of place");
  const count = params.length - (isLast ? 2 : 0);
  if (count > w.stack.length) w.fail("an operand is missing");
  for (const value of w.stack.splice(w.stack.length - count)) {
    if (value.kind !== "local") return w.fail("a frame stores something that is no local");
    w.stored.locals.push(value.local);
  }
  if (!isLast) return;
  const [gas, words] = [w.pop(), w.pop()];
  w.noValues("a stored frame");
  if (words.kind !== "words" || gas.kind !== "gas" || gas.change !== 0) w.fail("a frame without its word");
  for (const word of w.stored.words) store(w, word);
  state.phase = "stored";
  w.stack.push({ kind: "biased-gas" });
}

/** The frame of a call in progress is also that of the call before it is made: two places. */
function store(w: Walk, { place, isCall, rebuilt, print, isStray }: Word): void {
  if (isCall && place % 2 === 0) w.fail("the frame of a call with the place of another");
  const from = isCall ? place - 1 : place;
  if (rebuilt !== undefined && !samePlaces(rebuilt, { from, to: place + 1 })) {
    w.fail(`a frame is stored as place ${place}, and rebuilt as ${rebuilt.from} to ${rebuilt.to - 1}`);
  }
  const { saved, strays, isCall: calls, locals } = w.stored;
  for (let at = from; at <= place; at++) {
    if (saved.has(at)) w.fail(`two frames are stored as place ${at}`);
    if (isStray) strays.add(at);
    saved.set(at, { locals, print });
    calls.set(at, at < place);
  }
}
