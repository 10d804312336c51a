import {
  createVm,
  gas,
  prepareModule,
  restoreVm,
  WAIT,
  type DeviceType,
  type GuestModule,
  type Snapshot,
  type VmOptions,
} from "gasworks/vm";
import { beforeAll, describe, expect, it } from "vitest";

import { EVERYTHING_WAT } from "../../support/everything-guest.ts";
import { watGuest } from "../../support/guest.ts";
import { runModule } from "../../support/run-vm.ts";

let module: GuestModule;
let paused: Snapshot;

beforeAll(async () => {
  module = await prepareModule(await watGuest(EVERYTHING_WAT), {});
  const vm = createVm(module);
  for (let i = 0; i < 5; i++) vm.runSlice(gas(100));
  paused = vm.snapshot();
});

describe("Vm.snapshot() and restoreVm()", () => {
  it("go on bit for bit, wherever the run is cut", () => {
    const whole = runModule(module);
    expect(whole.result.kind).toBe("exited");
    // Grown pages are paid for over many tiny slices in which nothing runs: those are not worth a move each.
    for (const [slice, moveEvery] of [
      [1, 499],
      [2, 251],
      [3, 127],
      [7, 61],
      [50, 3],
      [50, 7],
      [997, 1],
      [10_000, 1],
    ]) {
      const cut = runModule(module, { slices: [slice ?? 0], moveEvery: moveEvery ?? 0 });
      expect({ slice, result: cut.result.kind, gas: cut.gasUsed, hash: cut.stateHash }).toEqual({
        slice,
        result: "exited",
        gas: whole.gasUsed,
        hash: whole.stateHash,
      });
    }
  });

  it("share no bytes with the Vm", () => {
    const twin = restoreVm(module, paused);
    const before = twin.stateHash();
    const copy = twin.snapshot();
    copy.memory.fill(0xaa);
    copy.stack.fill(0xaa);
    expect(twin.stateHash()).toBe(before);
  });

  it("keep the debt: saving and loading forgives nothing", async () => {
    const vm = createVm(
      await prepareModule(
        await watGuest(`(module (memory 1 8) (func (export "_start")
      (drop (memory.grow (i32.const 1))) (loop $l (br $l))))`),
        {},
      ),
    );
    vm.runSlice(gas(100));
    expect(vm.snapshot().debt).toBeGreaterThan(8_000);
  });

  it("work before the first slice, after the exit and after a trap", async () => {
    const fresh = createVm(module);
    const early = restoreVm(module, fresh.snapshot());
    expect(early.runSlice(gas(1_000_000))).toEqual(fresh.runSlice(gas(1_000_000)));
    const late = restoreVm(module, fresh.snapshot());
    expect(late.state).toBe("exited");
    expect(late.stateHash()).toBe(fresh.stateHash());
    const trapping = await prepareModule(await watGuest(`(module (func (export "_start") unreachable))`), {});
    const dead = createVm(trapping);
    dead.runSlice(gas(10));
    const stillDead = restoreVm(trapping, dead.snapshot());
    expect(stillDead.state).toBe("trapped");
    expect(() => stillDead.runSlice(gas(10))).toThrow(expect.objectContaining({ code: "vm/not-runnable" }));
  });

  it("keep a waiting device call, and an answer that was not taken yet", async () => {
    const probe: DeviceType = {
      importModule: "device.probe",
      functions: { ask: { params: ["i32"], results: ["i64"], cost: 0, mayWait: true } },
    };
    const asking = await prepareModule(
      await watGuest(`(module (import "device.probe" "ask" (func $ask (param i32) (result i64)))
        (func (export "_start") (result i32) (i32.wrap_i64 (i64.add (call $ask (i32.const 3)) (i64.const 1)))))`),
      { devices: [probe] },
    );
    const options: VmOptions = { devices: [{ type: probe, handle: () => WAIT }] };
    const first = createVm(asking, options);
    expect(first.runSlice(gas(100)).kind).toBe("waiting");
    const second = restoreVm(asking, first.snapshot(), options);
    expect(second.waiting).toEqual({ module: "device.probe", function: "ask", args: [3] });
    second.answer(41n);
    const third = restoreVm(asking, second.snapshot(), options);
    expect(third.runSlice(gas(100))).toMatchObject({ kind: "exited", exitCode: 42 });
  });

  const damaged: readonly (readonly [string, string, (good: Snapshot) => Snapshot])[] = [
    ["another module", "vm/snapshot-mismatch", (s) => ({ ...s, moduleHash: "0".repeat(64) })],
    ["another engine", "vm/snapshot-mismatch", (s) => ({ ...s, engine: "other" })],
    ["another gas schedule", "vm/snapshot-mismatch", (s) => ({ ...s, schedule: 99 })],
    ["memory that is cut", "vm/snapshot-malformed", (s) => ({ ...s, memory: s.memory.slice(0, 100) })],
    ["more memory than allowed", "vm/snapshot-malformed", (s) => ({ ...s, memory: new Uint8Array(9 * 65_536) })],
    ["too few globals", "vm/snapshot-malformed", (s) => ({ ...s, globals: s.globals.slice(1) })],
    ["a pause without a stack", "vm/snapshot-malformed", (s) => ({ ...s, stack: new Uint8Array() })],
    ["a huge stack", "vm/snapshot-malformed", (s) => ({ ...s, stack: new Uint8Array(5_000_000) })],
    ["a phase that is not there", "vm/snapshot-malformed", (s) => ({ ...s, phase: 7 })],
    ["negative debt", "vm/snapshot-malformed", (s) => ({ ...s, debt: -5 })],
    ["an entry that is not there", "vm/no-entry", (s) => ({ ...s, entry: "other" })],
    [
      "a wait in what is not imported",
      "vm/snapshot-malformed",
      (s) => ({ ...s, status: { kind: "waiting", call: { module: "x", function: "y", args: [] } } }),
    ],
  ];
  it.each(damaged)("refuses %s with %s", (_what, code, damage) => {
    expect(() => restoreVm(module, damage(paused))).toThrow(expect.objectContaining({ code }));
  });
});
