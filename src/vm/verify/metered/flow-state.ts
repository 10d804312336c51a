// What the checker knows where it stands in a metered function, and what is known where ways meet.

import { Rejection } from "../rejection.ts";

/** Numbers of places where a frame can be stored: from, and behind the last. */
export interface Places {
  readonly from: number;
  readonly to: number;
}

/** Why the gas counter may be below the threshold. */
export type Far =
  /** A callee has stored its frame. */
  | { readonly kind: "unwinding" }
  /**
   * The frame of one of these places is being rebuilt; of any place, if they are not known yet. `isLoaded`: its gas is in
   * the counter, the sentinel is not. `group`: those of which some values are taken back, or a call is repeated.
   */
  | {
      readonly kind: "resuming";
      readonly isLoaded: boolean;
      readonly places: readonly number[] | undefined;
      readonly group: readonly number[] | undefined;
    };

/**
 * - `entering`: nothing is tested yet; `blocked`: the stack budget or the gas may be spent
 * - `normal`: what runs, runs with its gas in the counter; a frame may be on its way as `far` says
 * - `storing`: the gas is spent, and a frame is due; `stored`: it is stored, and the way out is all that is left
 * - `invalid`: nothing comes here
 */
export type Phase = "entering" | "blocked" | "normal" | "storing" | "stored" | "invalid";

export interface Call {
  /** A function, or −1 − type. */
  readonly callee: number;
  /** The locals that its results are put into, in the order of the code. */
  readonly results: readonly number[];
}

export interface FlowState {
  phase: Phase;
  /** Whether the program may be running here. */
  runs: boolean;
  far: Far | undefined;
  gas: "unknown" | "left" | "spent";
  /** Paid for and not used; `undefined` where a rebuilt frame goes on, until it meets the others. */
  balance: number | undefined;
  /**
   * 0, or what the balance is relative to: code that only rebuilt frames come to. No program stores such a frame, but a
   * forged snapshot may have one. It is given what was paid ahead there, once.
   */
  base: number;
  /** Used, and paid, since the last test. */
  work: number;
  paid: number;
  /** What is due right behind the test of a loop's header: its round. */
  owed: number;
  /** Whether nothing may be done before the next test. */
  mustTest: boolean;
  /** The places that rebuilt frames stood at, until the test there. */
  rebuilt: Places | undefined;
  /** Whether the global has the counter's value; whether the counter lacks the global's. */
  isShared: boolean;
  mustLoad: boolean;
  /** Whether the computer may have grown, and so moved, since its base and limit were loaded. */
  isMoved: boolean;
  /** The call that is to be tested, for comparing it with its repetition. */
  call: Call | undefined;
  segment: number;
}

/** What is known where several ways meet. The segment is the caller's to set. */
export function meet(arrivals: readonly { readonly state: FlowState }[], offset: number): FlowState {
  const into = { ...(arrivals[0] as { readonly state: FlowState }).state };
  for (let i = 1; i < arrivals.length; i++) meetOne(into, (arrivals[i] as { readonly state: FlowState }).state, offset);
  return into;
}

function meetOne(into: FlowState, other: FlowState, offset: number): void {
  const fail = (what: string): never => differ(what, offset);
  if (into.phase !== other.phase || into.mustLoad !== other.mustLoad) fail("states");
  into.isShared &&= other.isShared;
  if (into.runs && other.runs) {
    if (into.gas !== other.gas) into.gas = "unknown";
    if (into.owed !== other.owed) fail("rounds");
    into.isMoved ||= other.isMoved;
    if (into.balance === undefined || (into.base !== 0 && other.base === 0 && other.balance !== undefined)) {
      into.balance = other.balance;
      into.base = other.base;
    } else if (other.balance !== undefined && into.base === other.base && into.balance !== other.balance) {
      fail(`gas paid ahead: ${into.balance} and ${other.balance}`);
    }
  } else if (other.runs) {
    into.gas = other.gas;
    into.balance = other.balance;
    into.base = other.base;
    into.owed = other.owed;
    into.isMoved = other.isMoved;
  }
  into.runs ||= other.runs;
  into.work = Math.max(into.work, other.work);
  into.paid = Math.max(into.paid, other.paid);
  into.mustTest ||= other.mustTest;
  into.call ??= other.call;
  if (into.rebuilt === undefined || other.rebuilt === undefined) into.rebuilt ??= other.rebuilt;
  else into.rebuilt = union(into.rebuilt, other.rebuilt) ?? fail("places");
  into.far = meetFar(into.far, other.far) ?? (into.far || other.far ? fail("frames") : undefined);
}

function meetFar(a: Far | undefined, b: Far | undefined): Far | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (a.kind === "unwinding" || b.kind === "unwinding") return a.kind === b.kind ? a : undefined;
  if (a.isLoaded !== b.isLoaded) return undefined;
  if (a.places === undefined || b.places === undefined) {
    return a.places === b.places ? { ...a, group: undefined } : undefined;
  }
  return { ...a, places: a.places.concat(b.places), group: undefined };
}

/** Places that are the same, or side by side. */
function union(a: Places, b: Places): Places | undefined {
  if (samePlaces(a, b)) return a;
  if (a.to === b.from) return { from: a.from, to: b.to };
  if (b.to === a.from) return { from: b.from, to: a.to };
  return undefined;
}

export function samePlaces(a: Places, b: Places): boolean {
  return a.from === b.from && a.to === b.to;
}

function differ(what: string, offset: number): never {
  throw new Rejection(`ways meet with different ${what}`, offset);
}
