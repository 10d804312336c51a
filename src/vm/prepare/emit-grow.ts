// memory.grow in a metered function: pays for the pages that it asks for, then asks.

import { OP } from "../binary/opcodes.ts";
import { GROW_COST_PER_PAGE } from "../gas-schedule.ts";
import { s32, u32 } from "./code-list.ts";
import { memoryGrow } from "./memory-access.ts";
import { GAS_LOCAL } from "./protocol.ts";

/**
 * Takes a number of pages from the stack and leaves what memory.grow answers in a local. More pages than the maximum are
 * not paid for: the answer is known.
 *
 * @param local - In the output's numbering. Holds the number of pages meanwhile.
 */
export function growCode(local: number, maximumPages: number): number[] {
  const get = [OP.localGet, ...u32(local)];
  const set = [OP.localSet, ...u32(local)];
  const price = [...get, OP.i32Const, ...s32(GROW_COST_PER_PAGE), OP.i32Mul];
  const isPossible = [...get, OP.i32Const, ...s32(maximumPages), OP.i32LeU];
  const pay = [
    OP.localGet,
    GAS_LOCAL,
    ...price,
    OP.i32Const,
    0,
    ...isPossible,
    OP.select,
    OP.i32Sub,
    OP.localSet,
    GAS_LOCAL,
  ];
  return [...set, ...pay, ...get, ...memoryGrow(), ...set];
}
