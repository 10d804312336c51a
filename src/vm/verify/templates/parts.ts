// What several templates have in common.

import { OP } from "../opcodes.ts";
import type { Step } from "./match.ts";

/** Locals of every metered function. */
export const GAS = 0;
export const BUDGET = 1;

/** Bytes that bulk operations move between two tests. */
export const CHUNK = 65_536;

/** A size, or what is left of a segment: a constant, or in a global if it can change. */
export const amounts = (name: string): readonly Step[] => [
  [OP.i32Const, name],
  [OP.globalGet, `${name} global`],
];

/** @param code - Why the program traps. */
export const trap = (code: number | string): Step[] => [
  [OP.if, 0],
  [OP.i32Const, code],
  [OP.globalSet, "cause"],
  [OP.unreachable],
  [OP.end],
];

export const shift = (local: number | string, by: number): Step[] => [
  [OP.localGet, local],
  [OP.i32Const, by],
  [OP.i32Add],
  [OP.localSet, local],
];

/** The 64-bit size of the memory in bytes. */
export const MEMORY_BYTES: readonly Step[] = [[OP.memorySize], [OP.i64ExtendI32U], [OP.i64Const, 16], [OP.i64Shl]];

/** Whether [start, start + n) ends behind a limit of 64 bits. */
export const leaves = (start: number | string, n: number | string, limit: readonly Step[]): Step[] => [
  [OP.localGet, start],
  [OP.i64ExtendI32U],
  [OP.localGet, n],
  [OP.i64ExtendI32U],
  [OP.i64Add],
  ...limit,
  [OP.i64GtU],
];
