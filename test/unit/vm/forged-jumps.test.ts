import {
  createVm,
  gas,
  prepareModule,
  restoreVm,
  type GuestModule,
  type JumpsSnapshot,
  type Snapshot,
} from "gasworks/vm";
import { beforeAll, describe, expect, it } from "vitest";

import { decodeFrames, encodeFrames } from "../../../src/vm/run/frame-codec.ts";
import type { Frame } from "../../../src/vm/run/frames.ts";
import { watGuest } from "../../support/guest.ts";
import { throughSave } from "../../support/through-save.ts";

/** Sets a place in _start and one in $work, turns in a loop, and jumps to what memory says at 24. */
const WAT = `(module
  (import "gasworks.jump" "setjmp" (func $set (param i32) (result i32)))
  (import "gasworks.jump" "longjmp" (func $jump (param i32 i32)))
  (memory 1)
  (func $work (param $n i32) (param $wide i64) (local $i i32) (local $set i32)
    (local.set $set (call $set (i32.const 8)))
    (loop $l (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 50))))
    (i64.store (i32.const 32) (local.get $wide))
    (if (i32.lt_u (local.get $set) (i32.const 2))
      (then (call $jump (i32.load (i32.load (i32.const 24))) (i32.add (local.get $set) (i32.const 1))))))
  (func $other (local $i i32)
    (drop (call $set (i32.const 16)))
    (loop $l (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 50)))))
  (func (export "_start") (result i32) (local $turn i32)
    (i32.store (i32.const 24) (i32.const 8))
    (call $other)
    (local.set $turn (call $set (i32.const 0)))
    (call $work (i32.const 5) (i64.const 77))
    (i32.add (local.get $turn) (i32.wrap_i64 (i64.load (i32.const 32))))))`;

let module: GuestModule;
let wasm: Uint8Array;
let paused: Snapshot;
let jumps: JumpsSnapshot;
let frames: Frame[];

beforeAll(async () => {
  wasm = await watGuest(WAT);
  module = await prepareModule(wasm, { setjmp: true });
  const vm = createVm(module);
  while (vm.snapshot().jumps?.places.length !== 2) vm.runSlice(gas(vm.debt + 1));
  vm.runSlice(gas(vm.debt + 20));
  paused = vm.snapshot();
  if (paused.jumps === undefined) throw new Error("The program has no places");
  jumps = paused.jumps;
  frames = decodeFrames(jumps.frames);
});

const ending = (snapshot: Snapshot): object => restoreVm(module, snapshot).runSlice(gas(100_000));

function forged(change: Partial<JumpsSnapshot>): Snapshot {
  return { ...paused, jumps: { ...jumps, ...change } };
}

function withFrame(at: number, change: (frame: Frame) => Partial<Frame>): Snapshot {
  return forged({
    frames: encodeFrames(frames.map((frame, index) => (index === at ? { ...frame, ...change(frame) } : frame))),
  });
}

function withPlace(at: number, change: Partial<JumpsSnapshot["places"][number]>): Snapshot {
  return forged({ places: jumps.places.map((place, index) => (index === at ? { ...place, ...change } : place)) });
}

const REFUSED: readonly (readonly [what: string, forge: () => Snapshot])[] = [
  ["a frame too few", () => forged({ frames: encodeFrames(frames.slice(1)) })],
  ["a frame too many", () => forged({ frames: encodeFrames([...frames, ...frames]) })],
  ["no frames at all", () => forged({ frames: new Uint8Array() })],
  ["damaged frames", () => forged({ frames: jumps.frames.slice(0, -1) })],
  ["more bytes than any stack", () => forged({ frames: new Uint8Array(2 ** 25) })],
  ["the same number twice", () => withPlace(1, { id: jumps.places[0]?.id ?? 0 })],
  ["number 0", () => withPlace(0, { id: 0 })],
  ["a number that is none", () => withPlace(0, { id: 1.5 })],
  ["a number that is too large", () => withPlace(0, { id: 2 ** 32 })],
  ["a negative depth", () => withPlace(0, { depth: -1 })],
  ["depths that descend", () => withPlace(0, { depth: 7 })],
  ["a sum that is none", () => withPlace(0, { calls: Number.NaN })],
  ["no next number", () => forged({ next: 0 })],
  [
    "nine places in one call",
    () =>
      forged({
        places: Array.from({ length: 9 }, (_, at) => ({ id: at + 1, depth: 0, calls: 0 })),
        frames: encodeFrames(Array.from({ length: 9 }, () => frames[0] as Frame)),
      }),
  ],
  ["a frame of another function", () => withFrame(0, () => ({ function: frames[1]?.function ?? 0 }))],
  ["a frame of no function", () => withFrame(0, () => ({ function: 4_000_000 }))],
  ["a frame behind another call", () => withFrame(0, ({ offset }) => ({ offset: offset + 1 }))],
  ["the frame of a loop", () => withFrame(1, () => decodeFrames(paused.stack).at(-1) as Frame)],
  ["the frame of a call under way", () => withFrame(0, () => decodeFrames(paused.stack)[0] as Frame)],
  [
    "a frame behind longjmp",
    () => {
      const { offset, values } = module.frames[WORK]?.findLast((point) => point?.kind === "import") ?? { offset: 0 };
      expect(values).toEqual([]);
      return withFrame(1, () => ({ function: WORK, kind: "import", offset, locals: new Map(), operands: [] }));
    },
  ],
  ["a frame without its locals", () => withFrame(1, () => ({ locals: new Map() }))],
  [
    "a local of another type",
    () =>
      withFrame(1, ({ locals }) => ({ locals: new Map([...locals].map(([at]) => [at, { type: "f32", bits: 0n }])) })),
  ],
  ["a result too many", () => withFrame(1, ({ operands }) => ({ operands: [...operands, ...operands] }))],
  ["places, and has not begun", () => ({ ...createVm(module).snapshot(), jumps })],
  ["places, and has ended", () => ({ ...ended(), jumps })],
  [
    "a call of setjmp that waits",
    () => ({
      ...paused,
      status: { kind: "waiting", call: { module: "gasworks.jump", function: "setjmp", args: [0] } },
    }),
  ],
];

const WORK = 2;

function ended(): Snapshot {
  const vm = createVm(module);
  vm.runSlice(gas(100_000));
  return vm.snapshot();
}

describe("a snapshot with places to jump to", () => {
  it("goes on as the program would have, also out of a save", () => {
    const whole = createVm(module).runSlice(gas(100_000));
    expect(whole).toMatchObject({ kind: "exited", exitCode: 77 });
    expect(ending(paused)).toMatchObject({ kind: "exited", exitCode: 77 });
    const saved = throughSave({ hash: module.hash, wasm }, paused);
    expect(saved.jumps).toEqual(jumps);
    expect(ending(saved)).toMatchObject({ kind: "exited", exitCode: 77 });
  });

  it.each(REFUSED)("is refused with %s", (_, forge) => {
    expect(() => restoreVm(module, forge())).toThrow(
      expect.objectContaining({ name: "VmError", code: "vm/snapshot-malformed" }),
    );
  });

  it("may have what the program could have had: other values, another depth, another way to it, or no place", () => {
    const wide = withFrame(1, ({ locals }) => ({
      locals: new Map(
        [...locals].map(([at, value]) => [at, value.type === "i64" ? { type: "i64", bits: 88n } : value]),
      ),
    }));
    expect(ending(wide)).toMatchObject({ kind: "exited", exitCode: 88 });
    const bad = { kind: "trapped", trap: { code: "bad-longjmp" } };
    expect(ending(withPlace(1, { depth: 4_000_000 }))).toMatchObject(bad);
    expect(ending(withPlace(1, { depth: 0 }))).toMatchObject(bad);
    expect(ending(withPlace(1, { calls: 5 }))).toMatchObject(bad);
    expect(ending(withPlace(1, { id: 4_000 }))).toMatchObject(bad);
    expect(ending(forged({ places: [], frames: encodeFrames([]) }))).toMatchObject(bad);
    const { jumps: _, ...without } = paused;
    expect(ending(without)).toMatchObject(bad);
  });

  it("begins again at 1 behind the last number", () => {
    const vm = createVm(module);
    while (vm.snapshot().jumps === undefined) vm.runSlice(gas(vm.debt + 1));
    const early = vm.snapshot();
    const late = restoreVm(module, { ...early, jumps: { ...(early.jumps ?? jumps), next: 2 ** 32 - 1 } });
    expect(late.runSlice(gas(100_000))).toMatchObject({ kind: "exited", exitCode: 77 });
    const { buffer } = late.snapshot().memory;
    expect([...new Uint32Array(buffer, 0, 1), ...new Uint32Array(buffer, 8, 1)]).toEqual([2 ** 32 - 1, 1]);
  });
});
