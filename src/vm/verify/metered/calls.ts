// Calls: each takes what its callee is owed. Metered functions take the gas and the stack budget, and are tested behind;
// host functions find the gas in its global; plain ones are paid for by their callers.

import { isMetered, type MeteredForm } from "../facts.ts";
import type { Signature } from "../read-prepared.ts";
import { resumed } from "./frames-rebuilt.ts";
import { save } from "./frames-stored.ts";
import { ANY, isGuests } from "./tokens.ts";
import { CALL_COST, type Walk } from "./walk.ts";

const CALL_INDIRECT_COST = 20;

export function call(w: Walk): void {
  const { index } = w.cursor;
  const callee = w.facts.callable(index);
  if (callee === undefined) return w.fail(`a call of function ${index}, which there is not`);
  const type = w.facts.typeOf(index);
  switch (callee.kind) {
    case "host":
      return callHost(w, type, callee);
    case "plain":
      return callPlain(w, type, callee.cost);
    case "metered":
      return callMetered(w, index, type, callee.form);
    case "enter":
      return enter(w);
    case "pop":
      if (w.form !== "resume") w.fail("a stored frame is looked at out of place");
      return resumed(w, { kind: "place", less: 0 });
    case "peek":
      return resumed(w, { kind: "callee" });
    case "mask":
      return w.pop().kind === "masks" ? undefined : w.fail("a mask out of place");
    case "restore":
      return resumed(w, { kind: "restored" });
    case "save":
      return save(w, type, callee.isLast);
    case "chunks":
    case "rest":
    case "grow":
    case "host-only":
      return w.fail(`a call of function ${index}, which is not for this`);
    default:
      return callee satisfies never;
  }
}

function callPlain(w: Walk, { params, results }: Signature, cost: number): void {
  for (const _ of params) w.popGuests();
  w.work(CALL_COST + cost);
  for (const _ of results) w.stack.push(ANY);
}

interface HostFunction {
  readonly cost: number;
  readonly returnsTwice: boolean;
}

function callHost(w: Walk, { params, results }: Signature, { cost, returnsTwice }: HostFunction): void {
  for (const _ of params) w.popGuests();
  w.noValues("a call of a host function");
  w.needsRunning();
  w.work(w.hostCallCost + cost, CALL_COST);
  const state = w.live();
  if (returnsTwice && state.base === 0 && state.balance !== 0) {
    w.fail("what is behind a call that may come back once more was paid before");
  }
  if (!state.isShared) w.fail("a host function is called without the gas");
  state.mustLoad = true;
  state.mustTest = true;
  for (const _ of results) w.stack.push(ANY);
}

function callMetered(w: Walk, index: number, type: Signature, form: MeteredForm | "table"): void {
  const { runs } = w.live();
  if (runs && form === "resume") w.fail("a call of a function that only rebuilds frames");
  if (!runs && form !== "resume" && form !== "whole") w.fail("a frame is rebuilt by another function");
  pass(w, type, index);
}

export function callIndirect(w: Walk): void {
  const { index: typeIndex, second: table } = w.cursor;
  const { guestTables, module } = w.facts;
  const type = module.types[typeIndex];
  const index = w.pop();
  const { runs } = w.live();
  if (type === undefined) return w.fail("a call of no type");
  if (runs ? table >= guestTables || !isGuests(index) : table !== guestTables || index.kind !== "callee") {
    w.fail("an indirect call out of place");
  }
  pass(w, type, -1 - typeIndex);
}

/** Gas and stack budget go along, and the gas comes back; or the sentinel goes along, and a frame is rebuilt. */
function pass(w: Walk, type: Signature, callee: number): void {
  if (!isMetered(type)) w.fail("a call of a function that is not metered");
  for (let i = 2; i < type.params.length; i++) w.popGuests();
  const budget = w.pop();
  const gas = w.pop();
  w.noValues("a call");
  if (budget.kind !== "budget") w.fail("a call without the stack budget");
  const state = w.live();
  for (let i = 1; i < type.results.length; i++) w.stack.push(ANY);
  w.stack.push({ kind: "returned-gas" });
  if (!state.runs) {
    const group = state.far?.kind === "resuming" ? state.far.group : undefined;
    if (gas.kind !== "sentinel" || group === undefined) return w.fail("a call out of place");
    w.rebuilt.again = { callee, places: group, results: [] };
    return;
  }
  if (gas.kind !== "gas" || gas.change !== 0) w.fail("a call without the gas");
  w.work(callee < 0 ? CALL_INDIRECT_COST : CALL_COST);
  state.gas = "unknown";
  state.far = { kind: "unwinding" };
  state.mustTest = true;
  state.isShared = false;
  state.isMoved = true;
  state.call = { callee, results: [] };
}

function enter(w: Walk): void {
  const [budget, gas] = [w.pop(), w.pop()];
  if (w.live().phase !== "blocked" || budget.kind !== "budget" || gas.kind !== "gas" || gas.change !== 0) {
    w.fail("a function starts in an unknown way");
  }
  w.stack.push({ kind: "entered" });
}
