// How much native stack a frame is counted for: an upper bound of what V8 takes, in bytes. Part of the gas schedule: the call
// at which the budget ends is the same on every engine.
//
// Measured on V8, bytes of a frame in the baseline and the optimizing tier (the larger one counts), by locals + operands:
//
//   values   4    7   10   16   28   52  104  304   604  1204   9004
//   bytes   80  152  225  289  393  585 1003 2610  5013 19757  167936
//   weight 144  192  240  336  528  912 1744 4944  9744 19344 144144
//
// The last two are above their weights, but then too few such frames fit into the budget to use up what is left to the host.

import { placeOf, type GuestType } from "../binary/guest-type.ts";

/** Return address, saved registers and what is inserted, in bytes. */
export const FRAME_OVERHEAD = 80;

/**
 * A local or an operand has a place of its own in unoptimized code, and one more while frames are stored and rebuilt. Very
 * large functions have two places for each in optimized code.
 */
export const BYTES_PER_VALUE = 16;

/**
 * Native stack that a guest may use, in the units of frame weights. A page and Node give a thread 984 KB, a worker of
 * Chromium has 500 KB (measured by recursion in frames of 4 KB: 245, 247 and 125 of them). The rest is left to the host.
 */
export const STACK_BUDGET = 400_000;

/** What a frame's weight depends on. */
export interface Weighed {
  /** Types of parameters and locals in the original, and more that do not count. */
  readonly localTypes: readonly GuestType[];
  readonly originalLocals: number;
  /** Greatest height of the operand stack in the original; a vector counts twice. */
  readonly maxHeight: number;
}

/**
 * Weight of a function's frames.
 *
 * @param results - All but the first come back in a place that the caller keeps for them.
 */
export function frameWeight({ localTypes, originalLocals, maxHeight }: Weighed, results: readonly GuestType[]): number {
  const values = placesOf(localTypes.slice(0, originalLocals)) + maxHeight;
  return FRAME_OVERHEAD + BYTES_PER_VALUE * (values + Math.max(0, placesOf(results) - 1));
}

function placesOf(types: readonly GuestType[]): number {
  return types.reduce((sum, type) => sum + placeOf(type), 0);
}
