// What the walk notes of the frames that a function stores and rebuilds. Whether they agree is seen when it is over.

import type { StoredPlace } from "../facts.ts";
import type { Call } from "./flow-state.ts";
import type { Mask, Word } from "./label.ts";

export class StoredFrames {
  /** The function that its frames name; −1 before the first. */
  origin = -1;
  /** Words that were put down last, and the locals that were stored since. */
  words: readonly Word[] = [];
  locals: number[] = [];
  readonly saved: Map<number, StoredPlace> = new Map();
  /** Whether a place is that of a call in progress. */
  readonly isCall: Map<number, boolean> = new Map();
  /** Places that no program stores. */
  readonly strays: Set<number> = new Set();
}

export class RebuiltFrames {
  /** Masks that were put down last, and the locals that were taken back under them, in that order. */
  masks: readonly Mask[] = [];
  locals: number[] = [];
  /** By place: the locals that were taken back. */
  readonly taken: Map<number, readonly number[]> = new Map();
  /** The call that is being repeated, and those that were, by place. */
  again: { readonly callee: number; readonly places: readonly number[]; readonly results: number[] } | undefined;
  readonly calls: Map<number, Call> = new Map();
  /** By place: whether it goes on behind a call that is repeated. */
  readonly isRepeated: Map<number, boolean> = new Map();
  /** See `MeteredFacts`. */
  readonly repeated: (readonly [number, number])[] = [];
}
