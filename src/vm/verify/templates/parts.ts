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

/** How our own code reaches the memory. */
export interface MemorySteps {
  /** Its 64-bit size in bytes. */
  readonly bytes: readonly Step[];
  readonly address: (steps: readonly Step[]) => readonly Step[];
}

export const OWN_MEMORY: MemorySteps = {
  bytes: [[OP.memorySize], [OP.i64ExtendI32U], [OP.i64Const, 16], [OP.i64Shl]],
  address: (steps) => steps,
};

const inSlot = (base: Step, limit: Step): MemorySteps => ({
  bytes: [limit, [OP.i64ExtendI32U]],
  address: (steps) => [base, ...steps, [OP.i32Add]],
});

/** The computer's slot: by the locals of a function, and by the globals. */
export const SLOT_BY_LOCALS: MemorySteps = inSlot([OP.localGet, "base local"], [OP.localGet, "limit local"]);
export const SLOT_BY_GLOBALS: MemorySteps = inSlot([OP.globalGet, "base"], [OP.globalGet, "limit"]);

/** Pieces of code for the two kinds of memory. */
export interface ByBackend<T> {
  readonly own: T;
  readonly arena: T;
}

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
