// memory.grow and table.grow in a metered function: they pay for what they ask for, then ask.

import { TYPE_BYTES } from "../binary/guest-type.ts";
import { OP, PREFIX_FC } from "../binary/opcodes.ts";
import { GROW_COST_PER_PAGE, TABLE_ENTRY_COST } from "../gas-schedule.ts";
import { s32, u32 } from "./code-list.ts";
import type { MemoryCode } from "./memory-code.ts";
import { GAS_LOCAL } from "./protocol.ts";
import type { TableShape } from "./table-layout.ts";

/**
 * Takes a number of pages from the stack and leaves what memory.grow answers in a local. More pages than the maximum are
 * not paid for: the answer is known.
 *
 * @param local - In the output's numbering. Holds the number of pages meanwhile.
 */
export function growCode(local: number, maximumPages: number, memory: MemoryCode): number[] {
  const get = [OP.localGet, ...u32(local)];
  const set = [OP.localSet, ...u32(local)];
  return [...set, ...pay(local, maximumPages, GROW_COST_PER_PAGE), ...get, ...memory.grow, ...set];
}

/** Pays for what a local asks for, unless that is more than there may be in all. */
function pay(local: number, maximum: number, costOfOne: number): number[] {
  const get = [OP.localGet, ...u32(local)];
  const price = [...get, OP.i32Const, ...s32(costOfOne), OP.i32Mul];
  const isPossible = [...get, OP.i32Const, ...s32(maximum), OP.i32LeU];
  const owed = [...price, OP.i32Const, 0, ...isPossible, OP.select];
  return [OP.localGet, GAS_LOCAL, ...owed, OP.i32Sub, OP.localSet, GAS_LOCAL];
}

/** Locals in the output's numbering. */
interface TableGrowth {
  readonly table: TableShape;
  readonly index: number;
  /** Takes the number of entries, and is left with the answer. */
  readonly local: number;
  /** Holds what the new entries are. */
  readonly held: number;
}

/**
 * Takes a reference and a number of entries from the stack and leaves what table.grow answers in a local. The entries are
 * there already: what grows is the size that the program sees.
 */
export function growTableCode({ table, index, local, held }: TableGrowth): number[] {
  const { maximum, sizeGlobal } = table;
  if (sizeGlobal === undefined) throw new Error("Unreachable: a table that cannot grow");
  const get = [OP.localGet, ...u32(local)];
  const set = [OP.localSet, ...u32(local)];
  const size = [OP.globalGet, ...u32(sizeGlobal)];
  const room = [OP.i32Const, ...s32(maximum), ...size, OP.i32Sub];
  const fill = [...size, OP.localGet, ...u32(held), ...get, 0xfc, OP.tableFill - PREFIX_FC, ...u32(index)];
  const enlarge = [...size, ...get, OP.i32Add, OP.globalSet, ...u32(sizeGlobal)];
  return [
    ...set,
    OP.localSet,
    ...u32(held),
    ...pay(local, maximum, TABLE_ENTRY_COST),
    ...get,
    ...room,
    OP.i32LeU,
    OP.if,
    TYPE_BYTES.i32,
    ...fill,
    ...size,
    ...enlarge,
    OP.else,
    OP.i32Const,
    ...s32(-1),
    OP.end,
    ...set,
  ];
}
