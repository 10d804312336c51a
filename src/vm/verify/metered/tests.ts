// Tests: what is known behind a condition. Those of gas and stack budget part the ways of a program that runs, that stores
// its frames and that rebuilds them.

import type { FlowState } from "./flow-state.ts";
import { isGuests, type Test } from "./tokens.ts";
import type { Walk } from "./walk.ts";

/** The states behind a condition that holds, and one that does not. */
export type Split = readonly [then: FlowState | undefined, otherwise: FlowState | undefined];

/** What is known of gas where nothing runs. */
export const NOT_RUNNING = {
  runs: false,
  gas: "unknown",
  balance: undefined,
  base: 0,
  work: 0,
  paid: 0,
  owed: 0,
  mustTest: false,
  rebuilt: undefined,
  isShared: false,
  call: undefined,
} as const;

/** Pops the condition of an `if` or `br_if`. */
export function condition(w: Walk): Split {
  const value = w.pop();
  if (value.kind === "test") return split(w, value.test);
  if (!isGuests(value)) w.fail("a value of ours chooses a branch");
  w.work(w.cost);
  const state = w.live();
  return [{ ...state }, state];
}

function split(w: Walk, test: Test): Split {
  const state = w.live();
  const { phase, runs, far } = state;
  switch (test) {
    case "entry":
      if (phase !== "entering") w.fail("a function starts twice");
      return [{ ...state, phase: "blocked" }, tested(w, { ...state, phase: "normal" })];
    case "paused":
      if (phase !== "blocked") w.fail("a function starts twice");
      return [
        { ...state, phase: "normal", far: undefined, gas: "spent" },
        { ...state, phase: "normal", runs: false },
      ];
    case "spent":
      if (phase !== "normal" || state.mustLoad || (far?.kind === "resuming" && far.isLoaded)) {
        w.fail("a test out of place");
      }
      return [{ ...state, gas: "spent" }, runs ? tested(w, state) : undefined];
    case "near":
      if (phase !== "normal" || state.gas !== "spent" || far?.kind !== "resuming") w.fail("a test out of place");
      return [runs ? { ...state, far: undefined } : undefined, { ...state, ...NOT_RUNNING }];
    default:
      return test satisfies never;
  }
}

/** Behind a test that there is gas. */
export function tested(w: Walk, state: FlowState): FlowState {
  if (state.balance === undefined) return w.fail("a rebuilt frame goes on where nothing else does");
  return {
    ...state,
    far: undefined,
    gas: "left",
    balance: state.balance - state.owed,
    owed: 0,
    work: state.owed,
    paid: 0,
    mustTest: false,
    rebuilt: undefined,
    call: undefined,
  };
}
