// Pieces of our own code that are always the same: starts of functions, growth, bulk operations, indices of tables, and the
// tests of loops that are not tested in each round.

import { OP } from "../opcodes.ts";
import { BULK_END_CALL, BULK_ENDS, BULK_START } from "../templates/bulk.ts";
import { COUNT, COUNTED_TEST } from "../templates/counted-loop.ts";
import { ENTRY, RESUME_ENTRY } from "../templates/entry.ts";
import { GROWTH, TABLE_CHECKS, TABLE_GROWTH } from "../templates/growth.ts";
import { matchTemplate } from "../templates/match.ts";
import type { ByBackend } from "../templates/parts.ts";
import { SEGMENT_BULKS } from "../templates/segment-bulk.ts";
import { newLabel, type Label } from "./label.ts";
import { loadSlot, useSlot } from "./slot.ts";
import { tested } from "./tests.ts";
import { ANY } from "./tokens.ts";
import type { Walk } from "./walk.ts";
import { departure } from "./ways.ts";

const GROW_COST = 4;
const BULK_COST = 4;
/** Of a page, and of an entry of a table. */
const PAGE_GAS = 8_192;
const ENTRY_GAS = 100;
/** For the last chunk of a copy, of 64 KiB at 8 bytes a gas; for a chunk on tables or segments at most. */
const LAST_CHUNK_GAS = 8_192;
const CHUNK_GAS = 8_192;
export const LOOP_COST = 1;
/** Fits no local. */
const NO_LOCAL = -1;

/** Follows the piece of our own code that stands here, if there is one. */
export function followOwnCode(w: Walk): boolean {
  const { bytes, offset } = w.cursor;
  const first = bytes[offset];
  if (w.weight === undefined) return first === OP.localGet && entry(w);
  switch (first) {
    case OP.localTee:
      return tableIndex(w);
    case OP.i32Const:
      return w.stack.length === 0 && count(w);
    case OP.localGet:
      if (w.stack.length === 1) return countedTest(w);
      return w.stack.length === 0 && bytes[offset + 1] === 0 && (growth(w) || bulk(w) || tableGrowth(w));
    case OP.globalGet:
      return loadSlot(w);
    default:
      return false;
  }
}

function entry(w: Walk): boolean {
  const found = matchTemplate(w.cursor, w.form === "resume" ? RESUME_ENTRY : ENTRY);
  if (found === undefined) return w.fail("does not start as a metered function does");
  w.weight = found["weight"] as number;
  if (w.form === "resume") w.live().phase = "normal";
  else w.stack.push({ kind: "test", test: "entry" });
  return true;
}

// Growth and tables.

function growth(w: Walk): boolean {
  const { arena, maximumPages } = w.facts;
  const found = matchTemplate(w.cursor, GROWTH[backendOf(w)], arena);
  if (found === undefined) return false;
  const { pages, maximum } = found as { pages: number; maximum: number };
  if (maximum !== maximumPages) w.fail("growth up to another maximum");
  w.readLocal(pages);
  w.stack.push(ANY);
  w.work(GROW_COST);
  w.pay(maximum * PAGE_GAS);
  w.grows = true;
  w.live().isMoved = true;
  return true;
}

function tableGrowth(w: Walk): boolean {
  const found = matchTemplate(w.cursor, TABLE_GROWTH);
  if (found === undefined) return false;
  const { maximum, size, table } = found as { maximum: number; size: number; table: number };
  if (size < w.facts.own.sizes || maximum !== w.facts.module.tables[table]?.minimum) {
    w.fail("a table grows beyond its entries");
  }
  w.guestTable(table);
  w.readLocal(found["count"] as number);
  w.readLocal(found["held"] as number);
  w.stack.push(ANY);
  w.work(GROW_COST);
  w.pay(maximum * ENTRY_GAS);
  return true;
}

function tableIndex(w: Walk): boolean {
  for (const check of TABLE_CHECKS) {
    const found = matchTemplate(w.cursor, check, w.facts.own);
    if (found === undefined) continue;
    isSize(w, found);
    const scratch = found["scratch"] as number;
    if (scratch !== w.placeLocal) w.setLocal(scratch);
    w.popGuests();
    w.stack.push(ANY);
    return true;
  }
  return false;
}

/** What a table's or segment's size is read from is a size. */
function isSize(w: Walk, found: Readonly<Record<string, number>>): void {
  for (const name of ["size global", "left global"]) {
    if ((found[name] ?? Infinity) < w.facts.own.sizes) w.fail("a size is read from another global");
  }
}

// Bulk operations.

function backendOf(w: Walk): keyof ByBackend<unknown> {
  return w.facts.arena === undefined ? "own" : "arena";
}

/** Opens the `if` in which a helper does all but the last chunk; a test follows it. */
function bulk(w: Walk): boolean {
  const found = matchTemplate(w.cursor, BULK_START);
  if (found === undefined) return false;
  const helper = w.facts.callable(found["helper"] as number);
  if (helper?.kind !== "chunks") return w.fail("a bulk operation with another helper");
  const state = w.live();
  if (state.phase !== "normal" || !state.runs || state.far !== undefined || state.gas === "spent" || state.mustLoad) {
    w.fail("a bulk operation out of place");
  }
  const opened = newLabel(OP.if);
  opened.rest = { ...found, opcode: helper.opcode };
  opened.otherwise = departure(w, tested(w, state));
  w.open(opened);
  w.state = { ...state, gas: "unknown", mustTest: true, isShared: false };
  for (const name of ["a", "b", "n"]) w.changeLocal(found[name] as number);
  return true;
}

/** Behind the end of that `if`. */
export function bulkEnd(w: Walk, { opcode, a, b, n }: Record<string, number>): void {
  const known = { a: a as number, b: b as number, n: n as number };
  const end = w.facts.arena === undefined ? BULK_ENDS.get(opcode as number) : BULK_END_CALL;
  const found = end && matchTemplate(w.cursor, end, known);
  if (found === undefined) return w.fail("a bulk operation without its end");
  if (w.facts.arena !== undefined) {
    const rest = w.facts.callable(found["rest"] as number);
    if (rest?.kind !== "rest" || rest.opcode !== opcode) w.fail("a bulk operation ends with another helper");
  }
  w.work(BULK_COST);
  w.pay(LAST_CHUNK_GAS);
}

/** Behind the test of a loop: whether it is that of a bulk operation on tables or segments. */
export function segmentBulk(w: Walk, loop: Label): void {
  const { base = NO_LOCAL, limit = NO_LOCAL } = w.slot ?? {};
  const known = { ...w.facts.own, "base local": base, "limit local": limit };
  for (const body of SEGMENT_BULKS[backendOf(w)]) {
    const found = matchTemplate(w.cursor, body, known);
    if (found === undefined) continue;
    isSize(w, found);
    if (body.holes.includes("base local")) useSlot(w);
    for (const name of ["table", "from"]) if (found[name] !== undefined) w.guestTable(found[name]);
    const state = w.live();
    state.balance = (state.balance ?? 0) + LOOP_COST;
    for (const name of ["a", "b", "n"]) w.changeLocal(found[name] as number);
    w.work(BULK_COST);
    w.pay(CHUNK_GAS);
    // One round more costs no more than was just counted; the balance is as it was.
    loop.balance = undefined;
    return;
  }
}

// Counted loops.

/** Before a loop whose rounds are counted. */
function count(w: Walk): boolean {
  const { bytes } = w.cursor;
  const rounds = w.roundsLocal;
  if (rounds === undefined) return false;
  const found = matchTemplate(w.cursor, COUNT, { rounds });
  if (found === undefined) return false;
  if (bytes[w.cursor.offset] !== OP.loop) w.fail("rounds are counted of no loop");
  w.countedBit = found["bit"] as number;
  return true;
}

function countedTest(w: Walk): boolean {
  const loop = w.labels.at(-1);
  const rounds = w.roundsLocal;
  const isFirst = loop?.opcode === OP.loop && loop.isFresh && w.stack.at(-1)?.kind === "constant";
  if (rounds === undefined || !isFirst) return false;
  const found = matchTemplate(w.cursor, COUNTED_TEST, { rounds });
  if (found === undefined) return false;
  const bits = found["bits"] as number;
  if ((bits !== 8 && bits !== 16) || loop.countedBit !== 2 ** (31 - bits)) w.fail("rounds are counted wrongly");
  loop.isCounted = true;
  w.stack.push({ kind: "test", test: "spent" });
  return true;
}
