// What callers and callees of metered functions agree on. A metered function is `(g, d, params…) -> (results…, g)`: g is
// the gas left, d the stack budget left.
//
//   g ≥ 0            run
//   TH ≤ g < 0       out of gas: the debt
//   g < TH           from a callee: it has stored its frame, and its caller must too; the debt is g + BIAS
//                    from a caller: SENTINEL, rebuild the frames that were stored

import type { MemoryBackend } from "./memory-backend.ts";

export const BIAS = 1_073_741_824; // 2^30
export const THRESHOLD = -536_870_912; // -2^29
export const SENTINEL = -2_147_483_648; // -2^31

/** Place, behind the guest's own globals and `gas`, of `gin`: the gas to run with, or the sentinel to rebuild frames. */
export const GAS_IN_GLOBAL = 1;
/** … of the one that says why the program is about to trap: 0 if the engine does. */
export const CAUSE_GLOBAL = 2;
export const CAUSE_STACK = 1;
/** SpiderMonkey says of a float that does not fit what it says of a division that overflows. */
export const CAUSE_CONVERSION = 2;
/** Likewise of an index outside the table and an address outside the memory. */
export const CAUSE_TABLE = 3;

/** An address, or a place in a segment, that a bulk operation would leave. */
export const CAUSE_MEMORY = 4;

/** The guest's own `unreachable`, where a plain one says that an access would have left the memory. */
export const CAUSE_UNREACHABLE = 5;

/** In an arena: where the computer's memory begins, and how large it is, in bytes. */
export const BASE_GLOBAL = 3;
export const LIMIT_GLOBAL = 4;

/** Globals behind the guest's own: gas, gas in, cause; base and limit. */
export function ownGlobals(backend: MemoryBackend): number {
  return backend === "own" ? 3 : 5;
}

/** Hidden parameters in front of a metered function's own. */
export const METERED_SHIFT = 2;
export const GAS_LOCAL = 0;
export const STACK_LOCAL = 1;
