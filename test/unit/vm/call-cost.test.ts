// What a policy charges for calls, whatever devices declare; and saves that were made at other prices.

import { createVm, gas, prepareModule, restoreVm, type Device, type DeviceType, type GuestModule } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { watGuest } from "../../support/guest.ts";

const BELL: DeviceType = {
  importModule: "device.bell",
  functions: { ring: { params: [], results: [], cost: 7, mayWait: false } },
};
const bell: Device = { type: BELL, handle: () => undefined };

const IMPORTS = `(import "device.bell" "ring" (func $ring))
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))`;

const LOOP = watGuest(`(module ${IMPORTS}
  (func (export "_start") (local $n i32)
    (loop $again
      (call $ring)
      (drop (call $yield))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.ne (local.get $n) (i32.const 100))))))`);

/** A call, and behind it more than two stretches of code in one line. */
const LINE = watGuest(`(module ${IMPORTS} (global $g (mut i32) (i32.const 0))
  (func (export "_start")
    (call $ring)
    ${"(global.set $g (i32.const 1)) ".repeat(20_000)}))`);

async function prepared(program: Promise<Uint8Array>, callCost?: number): Promise<GuestModule> {
  const price = callCost === undefined ? {} : { callCost };
  return prepareModule(await program, { devices: [BELL], wasi: true, ...price });
}

function gasOf(module: GuestModule): bigint {
  using vm = createVm(module, { devices: [bell] });
  expect(vm.runSlice(gas(1_000_000)).kind).toBe("exited");
  return vm.gasUsed;
}

describe("the price of a call in a policy", () => {
  it("is charged for each call of an import, WASI included, on top of what it declares", async () => {
    const free = gasOf(await prepared(LOOP));
    expect(gasOf(await prepared(LOOP, 0))).toBe(free);
    expect(gasOf(await prepared(LOOP, 500))).toBe(free + 2n * 100n * 500n);
  });

  it.each([-1, 0.5, 1_000_001, Number.NaN])("cannot be %d", async (callCost) => {
    await expect(prepared(LOOP, callCost)).rejects.toThrow(RangeError);
  });

  it("may be another one after a load: the program goes on at that", async () => {
    const cheap = await prepared(LOOP);
    const vm = createVm(cheap, { devices: [bell] });
    vm.runSlice(gas(3_000));
    const snapshot = vm.snapshot();
    using twin = restoreVm(cheap, snapshot, { devices: [bell] });
    expect(twin.runSlice(gas(1_000_000)).kind).toBe("exited");
    using dear = restoreVm(await prepared(LOOP, 500), snapshot, { devices: [bell] });
    expect(dear.runSlice(gas(1_000_000)).kind).toBe("exited");
    expect(dear.gasUsed).toBeGreaterThan(twin.gasUsed);
    expect((Number(dear.gasUsed) - Number(twin.gasUsed)) % 500).toBe(0);
  });

  it("moves the places to pause in long lines of code behind a call: a save that stands there is refused", async () => {
    const cheap = await prepared(LINE);
    using vm = createVm(cheap, { devices: [bell] });
    expect(vm.runSlice(gas(9_000)).kind).toBe("out-of-gas");
    const snapshot = vm.snapshot();
    using twin = restoreVm(cheap, snapshot, { devices: [bell] });
    expect(twin.runSlice(gas(1_000_000)).kind).toBe("exited");
    const dear = await prepared(LINE, 500);
    expect(() => restoreVm(dear, snapshot, { devices: [bell] })).toThrow(
      expect.objectContaining({ code: "vm/snapshot-malformed" }),
    );
  });
});
