// Follows a plain function: no loop, no growth or bulk operation, calls of plain functions only. Computes the gas of its
// dearest way to an end, which is what callers must pay.

import { CodeCursor } from "./code-cursor.ts";
import type { ModuleFacts } from "./facts.ts";
import { CANONICAL_GLUE, OP } from "./opcodes.ts";
import type { PreparedFunction, PreparedModule } from "./read-prepared.ts";
import { Rejection } from "./rejection.ts";
import { PlainOperands } from "./slot/plain-operands.ts";
import { enterSlot } from "./slot/slot-access.ts";
import { TABLE_CHECKS } from "./templates/growth.ts";
import { matchTemplate, template } from "./templates/match.ts";

interface Arm {
  readonly isIf: boolean;
  readonly atStart: number;
  atEnd: number;
}

const UNREACHED = -Infinity;

/** What callers pay at most. */
const MOST = 600;

/** Charge of a form for tables. */
const PAYS_FIRST = template([[OP.localGet, 0], [OP.i32Const, "gas"], [OP.i32Sub], [OP.localSet, 0]]);

const GLUE: ReadonlySet<number> = new Set([OP.br, ...CANONICAL_GLUE]);
const COSTLY: ReadonlySet<number> = new Set([OP.return, OP.i32Const, OP.globalGet, OP.nop]);

/**
 * @param isMetered - Whether it is the form for tables: pays first, and gives back the gas.
 * @returns Gas of the dearest way.
 */
export function checkPlain(
  facts: ModuleFacts,
  fn: PreparedFunction,
  marks: readonly number[],
  isMetered: boolean,
): number {
  const c = new CodeCursor(facts.module.bytes, fn.start, fn.end);
  const fail = (reason: string): never => {
    throw new Rejection(reason, c.start);
  };
  const slot = enterSlot(c, facts, fn);
  const operands = facts.arena === undefined ? undefined : new PlainOperands(facts, c, slot, isMetered ? 2 : 0);
  const paid = isMetered ? matchTemplate(c, PAYS_FIRST) : undefined;
  if (isMetered && paid === undefined) fail("does not pay first");
  const arms: Arm[] = [{ isIf: false, atStart: 0, atEnd: UNREACHED }];
  let cost = 0;
  let worst = 0;
  let nextMark = 0;
  let givesGas = false;
  let wasConstant = false;
  let wasZero = false;
  const branch = (depth: number): void => {
    const arm = arms[arms.length - 1 - depth] ?? fail("a branch to nowhere");
    arm.atEnd = Math.max(arm.atEnd, cost);
  };
  while (arms.length > 0) {
    if (c.done) fail("a function without its end");
    const isLive = cost > UNREACHED;
    const scratch = c.bytes[c.offset] === OP.localTee ? checkedIndex(facts, c) : undefined;
    if (scratch !== undefined) {
      if (isMetered && scratch <= 1) fail("a plain function uses the gas");
      if (isLive) operands?.pass(scratch);
      continue;
    }
    const opcode = c.next();
    const isMarked = marks[nextMark] === c.start - fn.start;
    if (isMarked) nextMark++;
    if (isMarked && !GLUE.has(opcode) && !COSTLY.has(opcode)) fail("a mark on an instruction that is no glue");
    cost += isMarked ? (GLUE.has(opcode) ? 0 : 1) : c.operation.cost;
    const gaveGas = givesGas;
    givesGas = false;
    const arm = arms.at(-1) as Arm;
    switch (opcode) {
      case OP.unreachable:
      case OP.return:
        if (isMetered && opcode === OP.return && !gaveGas) fail("does not return its gas");
        worst = Math.max(worst, cost);
        cost = UNREACHED;
        break;
      case OP.block:
      case OP.if:
        if (c.index !== 0) fail("a block with values");
        arms.push({ isIf: opcode === OP.if, atStart: cost, atEnd: UNREACHED });
        break;
      case OP.loop:
        return fail("a loop in a plain function");
      case OP.else:
        if (!arm.isIf) fail("an else without its if");
        arms[arms.length - 1] = { isIf: false, atStart: UNREACHED, atEnd: Math.max(arm.atEnd, cost) };
        cost = arm.atStart;
        break;
      case OP.end:
        cost = Math.max(cost, arm.atEnd, arm.isIf ? arm.atStart : UNREACHED);
        arms.pop();
        break;
      case OP.br:
        branch(c.index);
        cost = UNREACHED;
        break;
      case OP.brIf:
        branch(c.index);
        break;
      case OP.brTable:
        for (const depth of c.labels) branch(depth);
        cost = UNREACHED;
        break;
      case OP.call: {
        const callee = facts.callable(c.index);
        if (callee?.kind !== "plain") return fail("a plain function calls one that is not");
        cost += callee.cost;
        break;
      }
      case OP.localGet:
      case OP.localSet:
      case OP.localTee:
        if (!isMetered || c.index > 1) break;
        if (opcode !== OP.localGet || c.index !== 0) fail("a plain function uses the gas");
        givesGas = true;
        break;
      case OP.globalGet:
        if (c.index >= facts.own.gas && c.index < facts.own.sizes) fail("a global of ours is read");
        break;
      case OP.globalSet:
        if (c.index === facts.own.cause) cost -= c.operation.cost;
        else if (c.index >= facts.own.gas && !(c.index >= facts.own.sizes && wasZero))
          fail("a global of ours is changed");
        break;
      case OP.tableGet:
      case OP.tableSet: {
        const isReference = opcode === OP.tableGet && wasConstant && c.index === facts.guestTables + 1;
        if (c.index >= facts.guestTables && !isReference) fail("a table of ours is used");
        break;
      }
      case OP.callIndirect:
      case OP.memoryGrow:
      case OP.refFunc:
      case OP.memoryInit:
      case OP.memoryCopy:
      case OP.memoryFill:
      case OP.tableInit:
      case OP.tableCopy:
      case OP.tableFill:
        fail("a plain function does what may take long");
        break;
      default:
    }
    if (gaveGas && opcode !== OP.return) fail("a plain function uses the gas");
    wasConstant = opcode === OP.i32Const;
    wasZero = wasConstant && c.index === 0;
    const behind = c.offset;
    cost += operands?.follow(isLive) ?? 0;
    if (c.offset > behind) wasConstant = wasZero = false;
  }
  if (!c.done) fail("code behind the end of a function");
  if (nextMark < marks.length) fail("a mark without an instruction");
  if (cost > UNREACHED) fail("a function that ends without return");
  if (worst > MOST) fail(`a plain function that may take ${worst} gas`);
  if (paid !== undefined && paid["gas"] !== worst) fail(`pays ${paid["gas"]} for ${worst}`);
  return worst;
}

/** If an index of a table is checked here: the local that it passes through. */
function checkedIndex({ own }: ModuleFacts, c: CodeCursor): number | undefined {
  for (const check of TABLE_CHECKS) {
    const found = matchTemplate(c, check, own);
    if (found === undefined) continue;
    if ((found["size global"] ?? Infinity) < own.sizes)
      throw new Rejection("a size is read from another global", c.start);
    return found["scratch"];
  }
  return undefined;
}

/** The functions that a plain one calls: what must be checked before it. */
export function calledFunctions({ bytes }: PreparedModule, fn: PreparedFunction): number[] {
  const c = new CodeCursor(bytes, fn.start, fn.end);
  const called = new Set<number>();
  while (!c.done) if (c.next() === OP.call) called.add(c.index);
  return [...called];
}
