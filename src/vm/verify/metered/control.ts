// Blocks, loops, branches and returns. A loop's header is tested in each round, and assumes nothing that its rounds could
// change; a function returns its gas, with nothing paid ahead, or says that it stored a frame.

import { I64_BLOCK } from "../code-cursor.ts";
import { OP } from "../opcodes.ts";
import { branchByPlace, finishGroup, leaveGroup } from "./frames-rebuilt.ts";
import { newLabel, type Label } from "./label.ts";
import { bulkEnd, LOOP_COST } from "./own-code.ts";
import { condition } from "./tests.ts";
import { isGuests } from "./tokens.ts";
import type { Walk } from "./walk.ts";
import { arrive, arriveAt, branch, deliver, departure, meetAll, takeUp, target } from "./ways.ts";

export function openBlock(w: Walk): void {
  w.noValues("a block");
  const state = w.live();
  const { index: type } = w.cursor;
  if (type !== 0 && state.phase !== "entering" && !(type === I64_BLOCK && state.far?.kind === "resuming")) {
    w.fail("a block with a value, out of place");
  }
  w.open(newLabel(OP.block, type));
}

export function openLoop(w: Walk): void {
  w.noValues("a block");
  const state = w.live();
  const isInPlace = state.phase === "normal" && state.gas !== "spent" && !state.mustLoad;
  if (w.cursor.index !== 0 || !isInPlace || state.far?.kind === "unwinding") w.fail("a loop out of place");
  const header = w.locals.segment();
  w.locals.edge(state.segment, w.locals.definitions(state.segment), header);
  w.state = {
    ...state,
    segment: header,
    gas: "unknown",
    mustTest: true,
    owed: LOOP_COST,
    isShared: false,
    call: undefined,
  };
  const opened = newLabel(OP.loop, 0, header);
  opened.countedBit = w.countedBit;
  w.countedBit = undefined;
  opened.balance = state.balance;
  opened.base = state.base;
  w.slot?.room.forgetAll();
  w.open(opened);
}

export function openIf(w: Walk): void {
  if (w.cursor.index !== 0) w.fail("an if with a value");
  const [then, otherwise] = condition(w);
  w.noValues("an if");
  const opened = newLabel(OP.if);
  if (otherwise !== undefined) opened.otherwise = departure(w, otherwise);
  w.open(opened);
  w.state = then;
}

export function otherArm(w: Walk): void {
  const open = w.labels.at(-1);
  if (open?.opcode !== OP.if || open.rest !== undefined) return w.fail("an else without its if");
  fallThrough(w, open);
  w.state = open.otherwise && takeUp(w, open.otherwise);
  open.otherwise = undefined;
  open.opcode = OP.block;
  w.slot?.room.otherwise();
}

export function end(w: Walk): void {
  const { isMarked: isRound } = w;
  const open = w.labels.at(-1) as Label;
  if (w.labels.length === 1) return endFunction(w);
  fallThrough(w, open);
  w.close();
  if (open.otherwise !== undefined) open.incoming.push(open.otherwise);
  w.state = open.incoming.length === 0 ? undefined : meetAll(w, open.incoming);
  if (w.state !== undefined) deliver(w, open, w.state);
  // The rounds of a loop are alike: one of them is traced.
  if (isRound) w.untraced ??= w.labels.findLast(({ opcode }) => opcode === OP.loop);
  if (open === w.untraced) w.untraced = undefined;
  if (isRound && w.state !== undefined) w.work(1);
  if (open.rest !== undefined) bulkEnd(w, open.rest);
}

function fallThrough(w: Walk, open: Label): void {
  if (w.state === undefined) return;
  finishGroup(w);
  const value = w.stack.pop();
  w.noValues("the end of a block");
  arrive(w, open, w.state, value);
}

function endFunction(w: Walk): void {
  if (w.state !== undefined) {
    if (w.state.phase !== "stored") w.fail("a function that ends without returning its gas");
    returnGas(w, false);
  }
  w.close();
}

export function jump(w: Walk): void {
  const depth = w.cursor.index;
  w.work(w.cost);
  leaveGroup(w, depth);
  w.die();
}

export function branchIf(w: Walk): void {
  const [then, otherwise] = condition(w);
  const label = target(w, w.cursor.index);
  const value = label.type === 0 ? undefined : w.stack.at(-1);
  if (value === undefined) w.noValues("a branch");
  if (then !== undefined) arriveAt(w, label, then, value);
  w.state = otherwise;
}

export function branchTable(w: Walk): void {
  const index = w.pop();
  w.noValues("a branch");
  const { labels } = w.cursor;
  if (index.kind === "place") branchByPlace(w, index.less, labels);
  else {
    if (!isGuests(index)) w.fail("a value of ours chooses a branch");
    w.work(w.cost);
    for (const depth of new Set(labels)) branch(w, depth, w.live(), undefined);
  }
  w.die();
}

/** @param isBranch - It stands for a branch to the function's end, which costs gas. */
export function returnGas(w: Walk, isBranch: boolean): void {
  const gas = w.pop();
  for (let i = 1; i < w.signature.results.length; i++) w.popGuests();
  w.noValues("a return");
  const state = w.live();
  if (state.phase === "stored") {
    if (gas.kind !== "biased-gas") w.fail("returns behind a stored frame without saying so");
    return w.die();
  }
  if (gas.kind !== "gas" || gas.change !== 0) w.fail("does not return its gas");
  w.needsRunning();
  if (isBranch) w.work(1);
  if (state.base === 0 && state.balance !== 0) w.fail(`returns with ${state.balance} paid ahead`);
  w.die();
}
