import {
  createVm,
  gas,
  prepareModule,
  restoreVm,
  VmError,
  WAIT,
  type Device,
  type DeviceType,
  type GuestModule,
  type Snapshot,
  type Vm,
  type WaitingCall,
} from "gasworks/vm";
import { beforeAll, describe, expect, it } from "vitest";

import { decodeFrames, encodeFrames } from "../../../src/vm/run/frame-codec.ts";
import type { Frame, FrameValue } from "../../../src/vm/run/frames.ts";
import { watGuest } from "../../support/guest.ts";
import { Random } from "../../support/random.ts";

/**
 * Paused in $loop its frames are, outermost first: _start (call), $walk (call) three times, $pick (call, indirect), $loop
 * (loop). $walk has a live local of each type, a pending value, a constant and a copy of a local on the operand stack.
 */
const WAT = `(module (memory 1 4)
  (type $leaf (func (param i32) (result i32)))
  (type $other (func (param i64)))
  (table 4 funcref) (elem (i32.const 0) $loop $other $twin $walker)
  (global $seen (mut i32) (i32.const 0))
  (func $loop (type $leaf) (local $i i32)
    nop
    (loop $again
      (global.set $seen (i32.add (global.get $seen) (local.get 0)))
      (i32.store (i32.const 8) (local.get $i))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 40))))
    (local.get $i))
  (func $twin (type $leaf) (loop (br_if 0 (i32.load (i32.const 12)))) (local.get 0))
  (func $other (type $other) (loop (br_if 0 (i32.load (i32.const 12)))))
  (func $walker (param i32 i64 f32 f64) (result i32)
    (call $walk (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
  (func $pick (param i32) (result i32)
    (i32.add (i32.const 17) (call_indirect (type $leaf) (local.get 0) (i32.const 0))))
  (func $walk (param $n i32) (param $a i64) (param $b f32) (param $c f64) (result i32)
    (if (i32.eqz (local.get $n)) (then (return (call $pick (i32.const 3)))))
    (i32.load (i32.const 4))
    (i32.const 99)
    (local.get $n)
    (call $walk (i32.sub (local.get $n) (i32.const 1)) (local.get $a) (local.get $b) (local.get $c))
    i32.add i32.add (i32.sub (local.get $n)) i32.add
    (i64.store (i32.const 16) (local.get $a)) (f32.store (i32.const 24) (local.get $b))
    (f64.store (i32.const 32) (local.get $c)))
  (func (export "_start") (result i32) (loop (br_if 0 (i32.load (i32.const 12))))
    (call $walk (i32.const 2) (i64.const -5) (f32.const 1.5) (f64.const 2.5))))`;

const LOOP = 0;
const TWIN = 1;
const OTHER = 2;
const PICK = 4;
const WALK = 5;
const START = 6;

let module: GuestModule;
let paused: Snapshot;
let frames: Frame[];
let whole: { readonly exitCode: number; readonly hash: string };

function finish(vm: Vm): { readonly exitCode: number; readonly hash: string } {
  const result = vm.runSlice(gas(1_000_000));
  if (result.kind !== "exited") throw new Error(`The program ended with ${result.kind}`);
  return { exitCode: result.exitCode, hash: vm.stateHash() };
}

beforeAll(async () => {
  module = await prepareModule(await watGuest(WAT), {});
  whole = finish(createVm(module));
  const vm = createVm(module);
  do vm.runSlice(gas(20));
  while (decodeFrames(vm.snapshot().stack).at(-1)?.function !== LOOP);
  vm.runSlice(gas(100));
  paused = vm.snapshot();
  frames = decodeFrames(paused.stack);
});

/** The paused program with another stack. */
function forged(change: (frames: Frame[]) => readonly Frame[]): Snapshot {
  return { ...paused, stack: encodeFrames(change([...frames])) };
}

/** The same with one frame changed, counted from the outermost; negative from the innermost. */
function withFrame(at: number, change: (frame: Frame) => Partial<Frame>): Snapshot {
  const index = at < 0 ? frames.length + at : at;
  return forged((all) => all.map((frame, depth) => (depth === index ? { ...frame, ...change(frame) } : frame)));
}

function withLocal(frame: Frame, index: number, value: FrameValue): Partial<Frame> {
  return { locals: new Map([...frame.locals, [index, value]]) };
}

function withOperand(frame: Frame, at: number, value: FrameValue | undefined): Partial<Frame> {
  return { operands: frame.operands.map((operand, height) => (height === at ? value : operand)) };
}

const i32 = (value: number): FrameValue => ({ type: "i32", bits: BigInt(value) });

describe("a forged call stack", () => {
  it("starts out as a true one, which goes on to the true end", () => {
    expect(frames.map(({ function: index, kind }) => `${index} ${kind}`)).toEqual([
      `${START} call`,
      `${WALK} call`,
      `${WALK} call`,
      `${WALK} call`,
      `${PICK} call`,
      `${LOOP} loop`,
    ]);
    expect(frames[1]?.operands).toHaveLength(3);
    expect([...(frames[1]?.locals.values() ?? [])].map(({ type }) => type)).toEqual(["i32", "i64", "f32", "f64"]);
    expect(finish(restoreVm(module, paused))).toEqual(whole);
  });

  const FORGERIES: readonly (readonly [what: string, snapshot: () => Snapshot])[] = [
    ["of a function that does not exist", () => withFrame(-1, () => ({ function: 4_000_000 }))],
    ["of another function that may be called there", () => withFrame(-1, () => ({ function: TWIN }))],
    ["of another function in the middle", () => withFrame(1, () => ({ function: PICK }))],
    ["at the next offset", () => withFrame(-1, ({ offset }) => ({ offset: offset + 1 }))],
    ["at the offset before", () => withFrame(2, ({ offset }) => ({ offset: offset - 1 }))],
    ["at offset 0", () => withFrame(0, () => ({ offset: 0 }))],
    ["at the largest offset", () => withFrame(-1, () => ({ offset: 0xffff_ffff }))],
    ["at another call of the same function", () => withFrame(2, () => ({ offset: frames[3]?.offset ?? 0 }))],
    ...(["entry", "check", "call", "after-call", "import", "bulk"] as const).map(
      (kind) => [`that is of kind ${kind} at a loop`, () => withFrame(-1, () => ({ kind }))] as const,
    ),
    ["whose call has returned, with a callee", () => withFrame(1, () => ({ kind: "after-call" }))],
    ["with a local too many", () => withFrame(-1, (frame) => withLocal(frame, 77, i32(1)))],
    ["without a local", () => withFrame(1, ({ locals }) => ({ locals: new Map([...locals].slice(1)) }))],
    [
      "with a local under another index",
      () =>
        withFrame(1, ({ locals }) => ({ locals: new Map([...locals].map(([index, value]) => [index + 1, value])) })),
    ],
    ["with an i64 in an i32 local", () => withFrame(-1, (frame) => withLocal(frame, 0, { type: "i64", bits: 1n }))],
    ["with an i32 in an i64 local", () => withFrame(1, (frame) => withLocal(frame, 1, i32(1)))],
    ["with an f64 in an f32 local", () => withFrame(1, (frame) => withLocal(frame, 2, { type: "f64", bits: 1n }))],
    ["with an i64 in an f64 local", () => withFrame(1, (frame) => withLocal(frame, 3, { type: "i64", bits: 1n }))],
    ["with an operand too many", () => withFrame(1, ({ operands }) => ({ operands: [...operands, i32(1)] }))],
    ["with an operand too few", () => withFrame(1, ({ operands }) => ({ operands: operands.slice(1) }))],
    ["with operands where there are none", () => withFrame(-1, () => ({ operands: [i32(1)] }))],
    ["without a pending operand", () => withFrame(1, (frame) => withOperand(frame, 0, undefined))],
    [
      "with an operand of another type",
      () => withFrame(1, (frame) => withOperand(frame, 0, { type: "f32", bits: 1n })),
    ],
    ["with another constant", () => withFrame(1, (frame) => withOperand(frame, 1, i32(98)))],
    ["without a constant", () => withFrame(1, (frame) => withOperand(frame, 1, undefined))],
    [
      "with a constant of another type",
      () => withFrame(1, (frame) => withOperand(frame, 1, { type: "i64", bits: 99n })),
    ],
    ["with a copy of a local that is another value", () => withFrame(1, (frame) => withOperand(frame, 2, i32(7)))],
    ["with its frames upside down", () => forged((all) => all.toReversed())],
    ["with two frames exchanged", () => forged(([a, b, c, d, e, f]) => [a, b, c, e, d, f] as Frame[])],
    ["without its innermost frame", () => forged((all) => all.slice(0, -1))],
    ["without its outermost frame", () => forged((all) => all.slice(1))],
    ["without a frame in the middle", () => forged((all) => all.filter((_, depth) => depth !== 4))],
    ["with a frame twice at the end", () => forged((all) => [...all, all.at(-1) as Frame])],
    ["with a frame twice in the middle", () => forged((all) => [...all.slice(0, 5), ...all.slice(4)])],
    ["with the function that runs called once more", () => forged((all) => [all[0] as Frame, ...all])],
    ["of no frames", () => forged(() => [])],
    ["of a frame whose callee is of another type", () => forged((all) => calledByPick(all, OTHER))],
    ["of a frame whose callee is not in the table", () => forged((all) => calledByPick(all, WALK))],
    [
      "that is deeper than any stack",
      () => forged((all) => [...all.slice(0, 1), ...Array<Frame>(40_000).fill(all[1] as Frame), ...all.slice(3)]),
    ],
  ];

  /** The innermost frame is at the entry of a function that $pick may or may not call. */
  function calledByPick(all: readonly Frame[], index: number): Frame[] {
    const entry = module.frames[index]?.[0];
    if (entry === undefined || entry === null) throw new Error("The function has no frames");
    const locals = new Map(entry.values.map(({ at, type }) => [at, { type, bits: 0n }]));
    return [...all.slice(0, -1), { function: index, kind: "entry", offset: entry.offset, locals, operands: [] }];
  }

  it.each(FORGERIES)("%s is refused, and disturbs nobody", (_, snapshot) => {
    const bystander = restoreVm(module, paused);
    expect(() => restoreVm(module, snapshot())).toThrow(
      expect.objectContaining({ name: "VmError", code: "vm/snapshot-malformed" }),
    );
    expect(finish(bystander)).toEqual(whole);
  });

  it("may hold what the program itself could have done: another callee of the same type, other values", () => {
    const twin = restoreVm(
      module,
      forged((all) => calledByPick(all, TWIN)),
    );
    expect(twin.runSlice(gas(100_000)).kind).toBe("exited");
    const other = restoreVm(
      module,
      withFrame(1, (frame) => withLocal(frame, 1, { type: "i64", bits: 7n })),
    );
    expect(other.runSlice(gas(100_000)).kind).toBe("exited");
  });

  it("that recurses to the end of the stack budget is a stack-overflow, not an exception", () => {
    const deep = forged((all) => [...all.slice(0, 1), ...Array<Frame>(15_000).fill(all[1] as Frame), ...all.slice(3)]);
    const bystander = restoreVm(module, paused);
    const vm = restoreVm(module, deep);
    expect(vm.runSlice(gas(1_000))).toMatchObject({ kind: "trapped", trap: { code: "stack-overflow" } });
    expect(finish(bystander)).toEqual(whole);
  });
});

describe("a forged wait", () => {
  const type: DeviceType = {
    importModule: "device.bell",
    functions: {
      ring: { params: ["i32", "f64"], results: ["i64"], cost: 1, mayWait: true },
      tune: { params: [], results: [], cost: 1, mayWait: true },
    },
  };
  const device: Device = { type, handle: () => WAIT };
  const call: WaitingCall = { module: "device.bell", function: "ring", args: [5, 0.5] };
  let ringing: GuestModule;
  let looping: Snapshot;
  let waiting: Snapshot;

  beforeAll(async () => {
    const wat = `(module
      (import "device.bell" "ring" (func $ring (param i32 f64) (result i64)))
      (import "device.bell" "tune" (func $tune))
      (memory 1)
      (func (export "_start") (local $i i32)
        (loop (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100))))
        (i64.store (i32.const 0) (call $ring (i32.const 5) (f64.const 0.5)))
        (call $tune)))`;
    ringing = await prepareModule(await watGuest(wat), { devices: [type] });
    const vm = createVm(ringing, { devices: [device] });
    vm.runSlice(gas(50));
    looping = vm.snapshot();
    vm.runSlice(gas(10_000));
    waiting = vm.snapshot();
  });

  it("starts out as a true one", () => {
    const vm = restoreVm(ringing, waiting, { devices: [device] });
    vm.answer(9n);
    expect(vm.runSlice(gas(100))).toMatchObject({ kind: "waiting", waiting: { function: "tune" } });
    expect(new DataView(vm.snapshot().memory.buffer).getBigInt64(0, true)).toBe(9n);
  });

  it.each<[string, () => Snapshot]>([
    ["where the program stands at a loop", () => ({ ...looping, status: { kind: "waiting", call } })],
    ["that was answered at a loop", () => ({ ...looping, status: { kind: "answered", call, value: 1n } })],
    [
      "in another call",
      () => ({ ...waiting, status: { kind: "waiting", call: { ...call, function: "tune", args: [] } } }),
    ],
    [
      "in what is not imported",
      () => ({ ...waiting, status: { kind: "waiting", call: { ...call, function: "toll" } } }),
    ],
    ["with too few arguments", () => ({ ...waiting, status: { kind: "waiting", call: { ...call, args: [5] } } })],
    [
      "with arguments of other types",
      () => ({ ...waiting, status: { kind: "waiting", call: { ...call, args: [5n, 1] } } }),
    ],
    ["with an answer of another type", () => ({ ...waiting, status: { kind: "answered", call, value: 1 } })],
    ["without its answer", () => ({ ...waiting, status: { kind: "answered", call, value: null } })],
  ])("%s is refused", (_, snapshot) => {
    expect(() => restoreVm(ringing, snapshot(), { devices: [device] })).toThrow(
      expect.objectContaining({ name: "VmError", code: "vm/snapshot-malformed" }),
    );
  });
});

describe("a damaged call stack", () => {
  it("is refused, or goes on within all limits, for 800 random changes", () => {
    const random = new Random(20_261);
    const outcomes = new Map<string, number>();
    const bystander = restoreVm(module, paused);
    const before = bystander.stateHash();
    for (let round = 0; round < 800; round++) {
      const stack = paused.stack.slice();
      for (let flips = 1 + random.below(3); flips > 0; flips--) {
        const at = random.below(stack.length);
        stack[at] = (stack[at] ?? 0) ^ (1 << random.below(8));
      }
      const outcome = outcomeOf({ ...paused, stack });
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      expect(bystander.stateHash()).toBe(before);
    }
    expect([...outcomes.keys()].filter((outcome) => outcome.startsWith("vm/"))).toEqual(["vm/snapshot-malformed"]);
    expect(outcomes.get("vm/snapshot-malformed")).toBeGreaterThan(200);
    expect(outcomes.get("exited")).toBeGreaterThan(50);
    expect(finish(bystander)).toEqual(whole);
  });

  it("is refused wherever it was cut or made longer", () => {
    for (let length = 0; length < paused.stack.length; length++) {
      expect(outcomeOf({ ...paused, stack: paused.stack.slice(0, length) })).toBe("vm/snapshot-malformed");
    }
    expect(outcomeOf({ ...paused, stack: Uint8Array.from([...paused.stack, 0]) })).toBe("vm/snapshot-malformed");
  });

  /** How a program with this state ends: a code if it is refused, a kind of result otherwise. */
  function outcomeOf(snapshot: Snapshot): string {
    let vm: Vm;
    try {
      vm = restoreVm(module, snapshot);
    } catch (error) {
      if (error instanceof VmError) return error.code;
      throw error;
    }
    let used = 0;
    for (let slice = 0; slice < 20; slice++) {
      const result = vm.runSlice(gas(2_000));
      used += result.gasUsed;
      expect(used).toBeLessThanOrEqual((slice + 1) * 2_000 + 16_384);
      if (result.kind !== "out-of-gas") return result.kind;
    }
    expect(vm.snapshot().memory.length).toBeLessThanOrEqual(4 * 65_536);
    return "out-of-gas";
  }
});
