// What a script acts on: one instance of a wrapped module, run in one of several ways.

import type { TrapCode } from "gasworks/vm";

import type { Bits } from "./values.ts";
import type { WrappedEntry } from "./wrap-module.ts";

/**
 * - `one-slice`: our engine, each action in one slice
 * - `paused`: in slices so small that each ends at the next place where a program can pause
 * - `moved`: the same, and at each pause the state goes into a snapshot, into bytes, back, and into a new Vm
 * - `arena`: paused likewise, in an arena
 * - `changed`: moved likewise, from a memory of its own into an arena or back
 * - `plain`: the engine underneath alone, without gas and pauses
 */
export type Way = "one-slice" | "paused" | "moved" | "arena" | "changed" | "plain";

export const WAYS: readonly Way[] = ["one-slice", "paused", "moved", "arena", "changed", "plain"];

/** A count for each way. */
export function noneByWay(): Record<Way, number> {
  return { "one-slice": 0, paused: 0, moved: 0, arena: 0, changed: 0, plain: 0 };
}

/** How an action ended. */
export type Ending =
  | { readonly kind: "returned"; readonly results: readonly Bits[] }
  | { readonly kind: "trapped"; readonly code: TrapCode }
  /** In none of the ways that programs end. */
  | { readonly kind: "broken"; readonly why: string };

export interface Subject {
  /** Runs the start section. To be called first, once. */
  instantiate(): Ending;
  /** Calls a wrapper. A trap before makes no difference: what it left in memory, tables and globals goes on. */
  act(entry: WrappedEntry, args: readonly Bits[]): Ending;
  /** Linear memory now; a view or a copy, to be read at once. */
  memory(): Uint8Array;
}

export function describeEnding(ending: Ending): string {
  switch (ending.kind) {
    case "returned":
      return "a return";
    case "trapped":
      return `the trap ${ending.code}`;
    case "broken":
      return `"${ending.why}"`;
    default:
      return ending satisfies never;
  }
}
