import { gas } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import {
  compileExample,
  createSeedVm,
  EXAMPLE_COUNT,
  playScenario,
  prepareSeedModule,
  restoreSeedVm,
} from "../../bench/peers/seed/index.ts";
import { printDevice } from "../../bench/print-device.ts";
import { loadOurs, play } from "../support/two-engines.ts";

const EXPECTED = Array.from({ length: EXAMPLE_COUNT }, (_, index) => index);

describe("the published pipeline", () => {
  it("pauses the example after 10,000 gas, somewhere in its loop", async () => {
    const printed: number[] = [];
    using vm = createSeedVm(prepareSeedModule(await compileExample()), { devices: [printDevice(printed)] });
    expect(vm.state).toBe("ready");
    expect(vm.runSlice(gas(10_000)).kind).toBe("out-of-gas");
    expect(vm.state).toBe("paused");
    expect(printed).toEqual(EXPECTED.slice(0, printed.length));
    expect(printed.length).toBeGreaterThan(0);
  });

  it("prints the same numbers for every size of slice", async () => {
    const module = prepareSeedModule(await compileExample());
    const totals = new Set<bigint>();
    for (const slice of [100, 777, 10_000, 123_456, 100_000_000]) {
      const printed: number[] = [];
      using vm = createSeedVm(module, { devices: [printDevice(printed)] });
      runToEnd(vm, slice);
      expect(printed).toEqual(EXPECTED);
      totals.add(vm.gasUsed);
    }
    expect(totals.size).toBe(1);
  });

  it("goes on in a second instance without a gap", async () => {
    const module = prepareSeedModule(await compileExample());
    const printed: number[] = [];
    const devices = [printDevice(printed)];
    using first = createSeedVm(module, { devices });
    first.runSlice(gas(10_000));
    const before = printed.length;
    using second = restoreSeedVm(module, first.snapshot(), { devices });
    first.dispose();
    runToEnd(second, 10_000);
    expect(printed).toEqual(EXPECTED);
    expect(before).toBeLessThan(EXAMPLE_COUNT);
  });

  it("goes on after a move at every pause", async () => {
    const module = prepareSeedModule(await compileExample());
    const printed: number[] = [];
    const devices = [printDevice(printed)];
    let vm = createSeedVm(module, { devices });
    while (vm.runSlice(gas(10_000)).kind === "out-of-gas") {
      const next = restoreSeedVm(module, vm.snapshot(), { devices });
      vm.dispose();
      vm = next;
    }
    vm.dispose();
    expect(printed).toEqual(EXPECTED);
  });

  it("leaves a copied instance able to go on by itself", async () => {
    const module = prepareSeedModule(await compileExample());
    const printed: number[] = [];
    using vm = createSeedVm(module, { devices: [printDevice(printed)] });
    vm.runSlice(gas(10_000));
    vm.snapshot();
    runToEnd(vm, 10_000);
    expect(printed).toEqual(EXPECTED);
  });

  it("plays the demo to a line that says ok", async () => {
    const lines: string[] = [];
    expect(await playScenario((line) => lines.push(line))).toBe(true);
    expect(lines.at(-1)).toMatch(/^ok: 0 to 199 without a gap/);
  });
});

describe("the published example on our engine", () => {
  it("prints the same, and pauses in its loop too", async () => {
    for (const slice of [5, 1_000]) {
      const ours = await loadOurs(await compileExample());
      const outcome = play(ours, { slice, move: true });
      expect(outcome.end).toMatchObject({ kind: "exited", exitCode: 0 });
      expect(outcome.slices).toBeGreaterThan(2);
      expect(ours.printed).toEqual(EXPECTED);
    }
  });

  it("costs the same gas whether moved, sliced or run at once", async () => {
    const wasm = await compileExample();
    const totals = new Set<bigint>();
    for (const slice of [7, 1_000, 1_000_000]) {
      for (const move of [false, true]) totals.add(play(await loadOurs(wasm), { slice, move }).gasUsed);
    }
    expect([...totals]).toHaveLength(1);
  });
});

/** Runs to the end, at most 100,000 slices. */
function runToEnd(vm: ReturnType<typeof createSeedVm>, slice: number): void {
  for (let slices = 0; slices < 100_000; slices += 1) {
    const result = vm.runSlice(gas(slice));
    if (result.kind !== "out-of-gas") {
      expect(result).toMatchObject({ kind: "exited", exitCode: 0 });
      return;
    }
  }
  expect.fail("The program has not ended after 100,000 slices");
}
