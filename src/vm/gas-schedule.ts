// What each instruction of the original module costs, in gas. Version 0: the interim schedule of the Asyncify engine.
// A change of any number is a new version, because saved totals and replays depend on it.

import type { CostClass } from "./binary/opcodes.ts";

export const SCHEDULE_VERSION = 0;

/**
 * Cost by class. Measured on V8 (Node 20): a division takes about eight plain instructions, a load or store that hits
 * the cache about two, a call about four.
 */
export const COST: Readonly<Record<CostClass, number>> = {
  free: 0,
  plain: 1,
  memory: 2,
  division: 8,
  call: 4,
  grow: 4,
  bulk: 4,
};

/** Each page that `memory.grow` adds: as much as clearing its 64 KiB. */
export const GROW_COST_PER_PAGE = 8_192;

/** `memory.copy` and `memory.fill` cost 1 for each 2^3 bytes. */
export const BULK_BYTES_SHIFT = 3;

/** No stretch of code between two tests of the counter costs more than this. */
export const MAX_STRETCH = 16_384;
