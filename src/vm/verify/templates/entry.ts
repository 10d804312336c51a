// How functions start: metered ones by themselves, and what the host calls to run one.

import { I32_BLOCK } from "../code-cursor.ts";
import { OP } from "../opcodes.ts";
import { template, type Template } from "./match.ts";
import { BUDGET, GAS } from "./parts.ts";

/** The start of a metered function: takes its weight from the stack budget. `entry` is on the stack behind it. */
export const ENTRY: Template = template([
  [OP.localGet, GAS],
  [OP.localGet, BUDGET],
  [OP.i32Const, "weight"],
  [OP.i32Sub],
  [OP.localTee, BUDGET],
  [OP.i32Or],
  [OP.i32Const, 0],
  [OP.i32LtS],
]);

/** The start of a function that only rebuilds frames. */
export const RESUME_ENTRY: Template = template([
  [OP.localGet, BUDGET],
  [OP.i32Const, "weight"],
  [OP.i32Sub],
  [OP.localSet, BUDGET],
]);

/** Traps if the stack budget is spent; 0 if the gas is; else the place to rebuild, plus one. */
export const ENTER_HELPER: Template = template([
  [OP.localGet, 1],
  [OP.i32Const, 0],
  [OP.i32LtS],
  [OP.if, 0],
  [OP.i32Const, 1],
  [OP.globalSet, "cause"],
  [OP.unreachable],
  [OP.end],
  [OP.localGet, 0],
  [OP.i32Const, 1],
  [OP.i32Shl],
  [OP.if, I32_BLOCK],
  [OP.i32Const, 0],
  [OP.else],
  [OP.call, "pop"],
  [OP.end],
  [OP.end],
]);

/** Stack that a program may use, in the units of frame weights. */
const STACK_BUDGET = 400_000;

/** What the host calls: runs a function with the gas of one global, and leaves the rest in another. */
export const RUNNER: Template = template([
  [OP.globalGet, "given"],
  [OP.i32Const, STACK_BUDGET],
  [OP.call, "function"],
  [OP.globalSet, "gas"],
]);

/** The same of a function with a form of its own for rebuilding frames. */
export const PAIR_RUNNER: Template = template([
  [OP.globalGet, "given"],
  [OP.i32Const, -(2 ** 29)],
  [OP.i32LtS],
  [OP.if],
  [OP.globalGet, "given"],
  [OP.i32Const, STACK_BUDGET],
  [OP.call, "resume"],
  [OP.else],
  [OP.globalGet, "given"],
  [OP.i32Const, STACK_BUDGET],
  [OP.call, "function"],
  [OP.end],
  [OP.globalSet, "gas"],
]);
