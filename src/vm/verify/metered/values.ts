// Locals, globals and operators: the guest's values may be anything, and cost what their instructions cost; ours go their
// few ways and meet none of the guest's.

import { OP } from "../opcodes.ts";
import type { FlowState } from "./flow-state.ts";
import { isTakingBack } from "./frames-rebuilt.ts";
import { segmentBulk } from "./own-code.ts";
import { accessSlot, checkAddress, checkLimit, readSlot } from "./slot.ts";
import { ANY, BUDGET, combine, GAS, isGuests, NAN, type Token } from "./tokens.ts";
import type { Walk } from "./walk.ts";

// Locals.

export function localGet(w: Walk): void {
  const { index } = w.cursor;
  const state = w.live();
  if (index === 0) return void w.stack.push(state.phase === "stored" ? { kind: "biased-gas" } : GAS);
  if (index === 1) return void w.stack.push(BUDGET);
  if (index === w.placeLocal) {
    if (state.runs || state.far?.kind !== "resuming") w.fail("a local of ours is read");
    return void w.stack.push({ kind: "place", less: 0 });
  }
  if (!state.runs && state.phase !== "storing") w.fail("a local is read out of place");
  if (w.slot !== undefined && index >= w.slot.base) return readSlot(w, w.slot, index);
  w.readLocal(index);
  if (!checkAddress(w, index)) w.stack.push({ kind: "local", local: index });
}

export function localSet(w: Walk): void {
  const { index } = w.cursor;
  const value = w.pop();
  if (index === 0) return setGas(w, value);
  if (index === 1) return w.fail("the stack budget is changed");
  if (index === w.placeLocal) {
    if (value.kind !== "place" || value.less !== 0) w.fail("a local of ours is changed");
    return;
  }
  if (value.kind === "restored") {
    w.guestLocal(index);
    w.slot?.room.set(index);
    w.rebuilt.locals.push(index);
    return;
  }
  if (!isGuests(value)) w.fail("a value of ours is put into a local");
  if (w.rebuilt.again === undefined) return setGuestLocal(w, index);
  w.guestLocal(index);
  w.slot?.room.set(index);
  w.rebuilt.again.results.push(index);
}

function setGuestLocal(w: Walk, index: number): void {
  w.setLocal(index);
  const state = w.live();
  const { call, rebuilt } = state;
  const isResult = call !== undefined && state.mustTest && rebuilt === undefined;
  if (isResult) state.call = { ...call, results: [...call.results, index] };
}

export function localTee(w: Walk): void {
  const { index } = w.cursor;
  const value = w.pop();
  if (index === 0) {
    setGas(w, value);
    return void w.stack.push(GAS);
  }
  if (index === w.placeLocal && value.kind === "entered") return void w.stack.push(value);
  if (!isGuests(value)) w.fail("a value of ours is put into a local");
  w.setLocal(index);
  if (!checkAddress(w, index)) w.stack.push(value);
}

function setGas(w: Walk, value: Token): void {
  const state = w.live();
  switch (value.kind) {
    case "returned-gas":
      return state.runs ? undefined : w.fail("gas is changed out of place");
    case "biased-gas":
      return state.phase === "stored" ? undefined : w.fail("gas is changed out of place");
    case "loaded-gas":
      return loadGas(w, state);
    case "gas":
      w.noValues("a charge");
      w.pay(-value.change);
      return w.owe(-value.change);
    default:
      return w.fail("gas is set to a value of the guest's");
  }
}

function loadGas(w: Walk, state: FlowState): void {
  const { far } = state;
  if (far?.kind === "resuming" && !state.runs && !far.isLoaded) {
    state.far = { ...far, isLoaded: true, group: undefined };
    return;
  }
  if (!state.mustLoad) w.fail("gas is loaded without a call");
  state.mustLoad = false;
  state.gas = "unknown";
  state.isShared = false;
}

// Globals and tables.

export function globalGet(w: Walk): void {
  if (w.isMarked) w.work(1);
  const { index } = w.cursor;
  const { gas, given, sizes } = w.facts.own;
  // Behind those of ours are sizes of tables and segments, which may be read.
  if (index < gas || index >= sizes) return void w.stack.push(ANY);
  if (index === gas) return void w.stack.push({ kind: "loaded-gas" });
  if (index !== given || w.live().runs) w.fail("a global of ours is read");
  w.stack.push({ kind: "sentinel" });
}

export function globalSet(w: Walk): void {
  const { index, operation } = w.cursor;
  const { gas, cause, sizes } = w.facts.own;
  const value = w.pop();
  if (index < gas) {
    if (!isGuests(value)) w.fail("a value of ours is put into a global");
    return w.work(operation.cost);
  }
  if (index === gas && value.kind === "gas" && value.change === 0) {
    w.live().isShared = true;
    return;
  }
  // The gas of a repeated call, until it is known where to go on.
  if (index === gas && value.kind === "returned-gas" && w.rebuilt.again !== undefined) return;
  // A segment is dropped.
  if (index >= sizes && value.kind === "constant" && value.value === 0) return w.work(operation.cost);
  if (index !== cause || value.kind !== "constant") w.fail("a global of ours is changed");
}

export function tableGet(w: Walk): void {
  const { index } = w.cursor;
  const { guestTables } = w.facts;
  // References are taken from a table of ours, by constants.
  const isReference = index > guestTables && w.stack.at(-1)?.kind === "constant";
  if (!isReference) w.guestTable(index);
  operate(w);
}

export function tableSet(w: Walk): void {
  w.guestTable(w.cursor.index);
  operate(w);
}

// Constants and operators.

export function i32Const(w: Walk): void {
  if (w.isMarked) w.work(1);
  const value = w.cursor.index;
  if (!checkLimit(w, value)) w.stack.push({ kind: "constant", value });
}

export function i64Const(w: Walk): void {
  w.stack.push(isTakingBack(w) ? { kind: "mask", mask: w.cursor.constant64() } : ANY);
}

export function f32Const(w: Walk): void {
  w.stack.push(isImmediate(w, F32_NAN) ? NAN : ANY);
}

export function f64Const(w: Walk): void {
  w.stack.push(isImmediate(w, F64_NAN) ? NAN : ANY);
}

/** Bytes of the canonical NaNs. */
const F32_NAN = [0, 0, 0xc0, 0x7f];
const F64_NAN = [0, 0, 0, 0, 0, 0, 0xf8, 0x7f];

function isImmediate({ cursor: { bytes, start } }: Walk, expected: readonly number[]): boolean {
  return expected.every((byte, at) => bytes[start + 1 + at] === byte);
}

export function refNull(w: Walk): void {
  w.stack.push(ANY);
}

export function v128Const(w: Walk): void {
  w.stack.push(ANY);
}

export function bitselect(w: Walk): void {
  for (let i = 0; i < 3; i++) w.popGuests();
  w.work(w.cost);
  w.stack.push(ANY);
}

/** Loads and stores. */
export function access(w: Walk): void {
  if (w.facts.arena === undefined) operate(w);
  else accessSlot(w);
}

export function memorySize(w: Walk): void {
  if (w.facts.arena !== undefined) w.fail("the arena's size is asked for");
  w.work(w.cost);
  w.stack.push(ANY);
}

export function drop(w: Walk): void {
  const value = w.pop();
  if (value.kind === "entered") {
    const state = w.live();
    if (w.form !== "fast" || state.phase !== "blocked") w.fail("a function starts in an unknown way");
    state.phase = "normal";
    state.gas = "spent";
    return;
  }
  if (!isGuests(value)) w.fail("a value of ours is dropped");
  const loop = w.labels.at(-1);
  if (loop?.opcode !== OP.loop || !loop.isFresh) return;
  loop.isFresh = false;
  segmentBulk(w, loop);
}

export function select(w: Walk): void {
  const [condition, b, a] = [w.popGuests(), w.popGuests(), w.popGuests()];
  // A float that a frame stores, with its NaNs made canonical, is still that local.
  const isStored = w.live().phase === "storing";
  if (isStored && (b.kind !== "nan" || condition.kind !== "any")) w.fail("a frame stores something else than a local");
  w.work(w.cost);
  w.stack.push(isStored ? a : ANY);
}

export function operate(w: Walk): void {
  const { opcode, operation } = w.cursor;
  const b = operation.pops === 2 ? w.pop() : undefined;
  const a = w.pop();
  if (!isGuests(a) || (b !== undefined && !isGuests(b))) {
    return void w.stack.push(combine(opcode, a, b) ?? w.fail("a value of ours is computed with"));
  }
  w.work(w.cost);
  if (operation.pushes > 0) w.stack.push(ANY);
}
