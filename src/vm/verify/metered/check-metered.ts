// Follows every way through a metered function. Proves on it that
//   - all work is paid before it is done, exactly: what is paid ahead is the same wherever ways meet, and used up where the
//     function returns and where a loop goes round; a refund is never more than what is paid ahead;
//   - every loop, every call that may pause, and the function's start are tested, and no way between two tests is long;
//   - the counter, the stack budget and stored frames are used in the few ways that the files here know, by nothing else;
//   - a frame is rebuilt with what was stored, and goes on at the test where it was stored.
// One pass, for code is structured: all ways that lead forward to a place are followed before it, and at a loop's header
// nothing is assumed that its rounds could change.

import { isMetered, type MeteredFacts, type ModuleFacts } from "../facts.ts";
import { CANONICAL_GLUE, OP, VECTORS } from "../opcodes.ts";
import { operationOf } from "../operations.ts";
import { I32 } from "../read-prepared.ts";
import { call, callIndirect } from "./calls.ts";
import { branchIf, branchTable, end, jump, openBlock, openIf, openLoop, otherArm, returnGas } from "./control.ts";
import { newLabel } from "./label.ts";
import { followOwnCode } from "./own-code.ts";
import * as values from "./values.ts";
import { Walk, type MeteredInput } from "./walk.ts";

/** Instructions that may be marked as free: the glue between the guest's. */
const GLUE: ReadonlySet<number> = new Set([OP.br, OP.i32Eqz, ...CANONICAL_GLUE]);
/**
 * Instructions whose marks say that they cost 1: the end of an unrolled round, a return that was a branch, what stands for
 * a size, and for dropping a segment that is gone.
 */
const COSTLY: ReadonlySet<number> = new Set([OP.end, OP.return, OP.i32Const, OP.globalGet, OP.nop]);

export function checkMetered(facts: ModuleFacts, input: MeteredInput): MeteredFacts {
  const w = new Walk(facts, input);
  checkLocals(w);
  follow(w, input.marks);
  w.locals.check();
  return compareFrames(w);
}

/** The guest's locals, and behind them one or two of ours, and those of the slot. */
function checkLocals(w: Walk): void {
  const own = w.fn.locals.slice(w.placeLocal, w.slot?.base);
  const hasOwn = own.length > 0 && own.length <= 2 && own.every((type) => type === I32);
  if (!isMetered(w.signature) || w.placeLocal < w.signature.params.length || !hasOwn) {
    w.fail("not the type, or not the locals, of a metered function");
  }
}

function follow(w: Walk, marks: readonly number[]): void {
  const c = w.cursor;
  let nextMark = 0;
  /** Constructs opened in code that is never reached. */
  let deadDepth = 0;
  w.open(newLabel());
  while (w.labels.length > 0) {
    if (c.done) w.fail("a function without its end");
    if (w.state !== undefined && followOwnCode(w)) continue;
    const opcode = c.next();
    w.isMarked = marks[nextMark] === c.start - w.fn.start;
    if (w.isMarked) nextMark++;
    if (w.isMarked && !GLUE.has(opcode) && !COSTLY.has(opcode)) w.fail("a mark on an instruction that is no glue");
    w.cost = w.isMarked ? 0 : c.operation.cost;
    if (w.state !== undefined) (VISITS[opcode] ?? values.operate)(w);
    // Of code that is never reached, only where it ends matters.
    else if (opcode === OP.block || opcode === OP.loop || opcode === OP.if) deadDepth++;
    else if (opcode === OP.end && deadDepth > 0) deadDepth--;
    else if (opcode === OP.end) end(w);
    else if (opcode === OP.else && deadDepth === 0) otherArm(w);
  }
  if (!c.done) w.fail("code behind the end of a function");
  if (nextMark < marks.length) w.fail("a mark without an instruction");
}

/** What a call's place is stored as is what it is rebuilt as; places that no program stores are of no interest. */
function compareFrames(w: Walk): MeteredFacts {
  const { saved, isCall, strays, origin } = w.stored;
  const { taken, isRepeated, repeated } = w.rebuilt;
  const rebuilt = new Map<number, readonly number[]>();
  for (const [place, goesOnBehindCall] of isRepeated) {
    if ((isCall.get(place) ?? goesOnBehindCall) !== goesOnBehindCall) {
      w.fail(`place ${place} goes on at another step of its call`);
    }
    rebuilt.set(place, taken.get(place) ?? []);
  }
  for (const place of strays) {
    saved.delete(place);
    rebuilt.delete(place);
  }
  const { grows, keepsSlot } = w;
  return { origin, weight: w.weight as number, saved, rebuilt, print: w.print, repeated, grows, keepsSlot };
}

type Visit = (w: Walk) => void;

const unknown: Visit = (w) => w.fail("memory or a table grows or moves in an unknown way");

/** What is not here is an operator. */
const VISITS: (Visit | undefined)[] = [];
VISITS.length = VECTORS + 0x100;
VISITS.fill(undefined);
VISITS[OP.unreachable] = (w) => {
  const { phase, mustTest } = w.live();
  if (phase === "normal" && mustTest) w.fail("traps where it is to be tested");
  w.die();
};
VISITS[OP.nop] = (w) => (w.isMarked ? w.work(1) : undefined);
VISITS[OP.block] = openBlock;
VISITS[OP.loop] = openLoop;
VISITS[OP.if] = openIf;
VISITS[OP.else] = otherArm;
VISITS[OP.end] = end;
VISITS[OP.br] = jump;
VISITS[OP.brIf] = branchIf;
VISITS[OP.brTable] = branchTable;
VISITS[OP.return] = (w) => returnGas(w, w.isMarked);
VISITS[OP.call] = call;
VISITS[OP.callIndirect] = callIndirect;
VISITS[OP.drop] = values.drop;
VISITS[OP.select] = values.select;
VISITS[OP.selectTyped] = values.select;
VISITS[OP.localGet] = values.localGet;
VISITS[OP.localSet] = values.localSet;
VISITS[OP.localTee] = values.localTee;
VISITS[OP.globalGet] = values.globalGet;
VISITS[OP.globalSet] = values.globalSet;
VISITS[OP.tableGet] = values.tableGet;
VISITS[OP.tableSet] = values.tableSet;
for (let opcode = 0; opcode < VISITS.length; opcode++) {
  const follows = operationOf(opcode)?.immediate;
  if (follows === "access" || follows === "lane-access") VISITS[opcode] = values.access;
}
VISITS[OP.memorySize] = values.memorySize;
VISITS[OP.i32Const] = values.i32Const;
VISITS[OP.i64Const] = values.i64Const;
VISITS[OP.f32Const] = values.f32Const;
VISITS[OP.f64Const] = values.f64Const;
VISITS[OP.v128Const] = values.v128Const;
VISITS[OP.v128Bitselect] = values.bitselect;
VISITS[OP.refNull] = values.refNull;
VISITS[OP.refFunc] = (w) => w.fail("a reference to a function, not out of the table");
VISITS[OP.memoryGrow] = unknown;
VISITS[OP.memoryInit] = unknown;
VISITS[OP.memoryCopy] = unknown;
VISITS[OP.memoryFill] = unknown;
VISITS[OP.tableInit] = unknown;
VISITS[OP.tableCopy] = unknown;
VISITS[OP.tableFill] = unknown;
