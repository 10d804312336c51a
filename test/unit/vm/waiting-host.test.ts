// A program that waits in a WASI call is asked for again at each slice: outside its own code, under the same rules.

import { createVm, gas, prepareModule, type Vm } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { watGuest } from "../../support/guest.ts";

const WASI = "wasi_snapshot_preview1";

/** Reads eight bytes into 4096, where the vector at 0 says. */
const READER = `(module (import "${WASI}" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (memory 1) (data (i32.const 0) "\\00\\10\\00\\00\\08\\00\\00\\00")
  (func (export "_start") (result i32) (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16))))`;

/** Sleeps for 5,000 ns. */
const SLEEPER = `(module (import "${WASI}" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory 1) (data (i32.const 124) "\\88\\13")
  (func (export "_start") (result i32) (call $poll (i32.const 100) (i32.const 200) (i32.const 1) (i32.const 16))))`;

async function waiting(wat: string, options: Parameters<typeof createVm>[1] = {}): Promise<Vm> {
  const vm = createVm(await prepareModule(await watGuest(wat), { wasi: true }), options);
  expect(vm.runSlice(gas(1_000)).kind).toBe("waiting");
  return vm;
}

describe("a program that waits for the host", () => {
  it("has what the late answer charges in its slice, and pays before it goes on", async () => {
    const vm = await waiting(READER);
    const before = vm.gasUsed;
    vm.writeInput(new Uint8Array(8));
    expect(vm.runSlice(gas(3))).toEqual({ kind: "out-of-gas", gasUsed: 16 });
    expect(vm.snapshot().debt).toBe(13);
    expect(vm.gasUsed - before).toBe(16n);
    expect(vm.runSlice(gas(1_000))).toMatchObject({ kind: "exited", exitCode: 0 });
    expect(vm.snapshot().memory[16]).toBe(8);
  });

  it("uses its whole slice when it traps behind a late answer", async () => {
    const vm = await waiting(READER.replace("(i32.const 16))))", "(i32.const 16)) (unreachable)))"));
    const before = vm.gasUsed;
    vm.writeInput(new Uint8Array(8));
    expect(vm.runSlice(gas(1_000))).toMatchObject({ kind: "trapped", gasUsed: 1_000 });
    expect(vm.gasUsed - before).toBe(1_000n);
  });

  it("ends with host-error if the clock throws, and the exception stays outside", async () => {
    const seen: unknown[] = [];
    let isBroken = false;
    const now = (): bigint => {
      if (isBroken) throw new Error("no time");
      return 0n;
    };
    const vm = await waiting(SLEEPER, { clock: { now }, onHostError: (error) => void seen.push(error) });
    isBroken = true;
    expect(vm.runSlice(gas(1_000))).toEqual({
      kind: "trapped",
      gasUsed: 1_000,
      trap: expect.objectContaining({ code: "host-error" }),
    });
    expect(seen).toEqual([new Error("no time")]);
    expect(vm.state).toBe("trapped");
  });

  it("cannot be run from inside its own clock", async () => {
    const running: Vm[] = [];
    const codes: unknown[] = [];
    const now = (): bigint => {
      try {
        running[0]?.runSlice(gas(10));
      } catch (error) {
        codes.push((error as { code?: unknown }).code);
      }
      return 0n;
    };
    const vm = await waiting(SLEEPER, { clock: { now } });
    running.push(vm);
    expect(vm.runSlice(gas(1_000)).kind).toBe("waiting");
    expect(codes).toContain("vm/not-runnable");
  });
});
