// Growth of the memory and of tables, and access to tables whose size can change.

import { I32_BLOCK } from "../code-cursor.ts";
import { OP } from "../opcodes.ts";
import { template, type Step, type Template } from "./match.ts";
import { amounts, GAS, trap, type ByBackend } from "./parts.ts";

const growth = (last: Step): Template =>
  template([
    [OP.localGet, GAS],
    [OP.localGet, "pages"],
    [OP.i32Const, 8_192],
    [OP.i32Mul],
    [OP.i32Const, 0],
    [OP.localGet, "pages"],
    [OP.i32Const, "maximum"],
    [OP.i32LeU],
    [OP.select],
    [OP.i32Sub],
    [OP.localSet, GAS],
    [OP.localGet, "pages"],
    last,
  ]);

/** memory.grow, which pays for the pages that it asks for if it may have them. The answer is on the stack behind it. */
export const GROWTH: ByBackend<Template> = { own: growth([OP.memoryGrow]), arena: growth([OP.call, "grow"]) };

/** table.grow, likewise: the entries are there already; what grows is the size in a global. */
export const TABLE_GROWTH: Template = template([
  [OP.localGet, GAS],
  [OP.localGet, "count"],
  [OP.i32Const, 100],
  [OP.i32Mul],
  [OP.i32Const, 0],
  [OP.localGet, "count"],
  [OP.i32Const, "maximum"],
  [OP.i32LeU],
  [OP.select],
  [OP.i32Sub],
  [OP.localSet, GAS],
  [OP.localGet, "count"],
  [OP.i32Const, "maximum"],
  [OP.globalGet, "size"],
  [OP.i32Sub],
  [OP.i32LeU],
  [OP.if, I32_BLOCK],
  [OP.globalGet, "size"],
  [OP.localGet, "held"],
  [OP.localGet, "count"],
  [OP.tableFill, "table"],
  [OP.globalGet, "size"],
  [OP.globalGet, "size"],
  [OP.localGet, "count"],
  [OP.i32Add],
  [OP.globalSet, "size"],
  [OP.else],
  [OP.i32Const, -1],
  [OP.end],
]);

/** Whether an index is outside a table; leaves the index. */
export const TABLE_CHECKS: readonly Template[] = amounts("size").map((size) =>
  template([[OP.localTee, "scratch"], size, [OP.i32GeU], ...trap(3), [OP.localGet, "scratch"]]),
);
