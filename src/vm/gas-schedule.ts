// What each instruction of the original module costs, in gas: schedule 1. `docs/gas.md` states the whole schedule.
// A change of any number, or of where charges stand, is a new version: saved totals and replays depend on it.

import type { CostClass } from "./binary/opcodes.ts";

export const SCHEDULE_VERSION = 1;

/**
 * Cost by class, in units of about 0.1 ns on V8. `docs/gas.md` has the measurement behind each number; `branch` is what a
 * foreseen one takes and a share of one that is not.
 */
export const COST: Readonly<Record<CostClass, number>> = {
  free: 0,
  plain: 1,
  memory: 2,
  branch: 3,
  rounding: 2,
  conversion: 4,
  division: 8,
  call: 4,
  "call-indirect": 20,
  grow: 4,
  bulk: 4,
  table: 8,
  "table-write": 100,
};

/**
 * Each entry that `table.copy`, `table.fill`, `table.init` and `table.grow` write, as `table.set` does: 20 to 33 ns on
 * V8, where a plain instruction takes about a quarter of one.
 */
export const TABLE_ENTRY_COST = 100;

/** Those instructions proceed in chunks of this many entries, with a test before each. */
export const TABLE_CHUNK_ENTRIES = 64;

/** Each page that `memory.grow` adds: as much as clearing its 64 KiB. */
export const GROW_COST_PER_PAGE = 8_192;

/** `memory.copy` and `memory.fill` cost 1 for each 2^3 bytes. */
export const BULK_BYTES_SHIFT = 3;

/** They proceed in chunks of this many bytes, with a test before each. */
export const BULK_CHUNK_BYTES = 65_536;

/** No stretch of code between two tests of the counter costs more than this. */
export const MAX_STRETCH = 16_384;

/** Largest worst-case cost of a plain function. */
export const PLAIN_BOUND = 600;
