// Gas that was not used is there later: all of it and no more, whoever looks in between.

import { ComputerWorld, type Computer, type ComputerOptions } from "gasworks/computer";
import type { JsonValue } from "gasworks/persistence";
import { describe, expect, it } from "vitest";

import { assembleWat } from "../../support/assemble-wat.ts";
import { BACKENDS } from "../../support/both-backends.ts";
import { fakePreparer, fakeProgram, FakeVms, type FakeStep } from "../../support/fake-vms.ts";
import { seeds } from "../../support/fuzz-settings.ts";
import { Probe } from "../../support/probe-device.ts";
import { playBothWays } from "../../support/random-world.ts";

/** Sleeps for 10 ticks, then counts for ever. */
const SLEEPER = assembleWat(`(module
  (import "gasworks" "sleep_ticks" (func $sleep (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (local $n i32)
    (drop (call $sleep (i32.const 10)))
    (loop $again
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br $again))))`);

/** Writes down what each tick says of its gas, first what is left, then the bank, for 8 ticks; then exits. */
const TELLER = assembleWat(`(module
  (import "gasworks" "sleep_ticks" (func $sleep (param i32) (result i32)))
  (import "gasworks" "gas_left" (func $left (result i64)))
  (import "gasworks" "gas_bank" (func $bank (result i64)))
  (import "device.probe" "open" (func $open (param i32) (result i32)))
  (import "device.probe" "ask" (func $ask (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "probe\\00")
  (func (export "_start") (local $n i32)
    (drop (call $open (i32.const 0)))
    (loop $again
      (drop (call $ask (i32.const 1) (i32.wrap_i64 (call $left))))
      (drop (call $ask (i32.const 1) (i32.wrap_i64 (call $bank))))
      (drop (call $ask (i32.const 1) (i32.wrap_i64 (call $left))))
      (drop (call $sleep (i32.const 2)))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_s (local.get $n) (i32.const 4))))))`);

function runTicks(world: ComputerWorld, count: number): void {
  for (let tick = 0; tick < count; tick++) world.runTick();
}

async function fakeComputer(
  options: Partial<ComputerOptions>,
  ...steps: readonly FakeStep[]
): Promise<[ComputerWorld, Computer]> {
  const world = new ComputerWorld({ preparer: fakePreparer, vms: new FakeVms() });
  const computer = world.add({ id: "a", gasPerTick: 100, ...options });
  await computer.load(fakeProgram(...steps));
  return [world, computer];
}

describe("a computer with a gas bank", () => {
  it("keeps what a tick did not use, up to the cap", async () => {
    const [world, computer] = await fakeComputer(
      { gasBank: 150 },
      { spend: 40 },
      { spend: 100 },
      { spend: 1 },
      { spend: 90 },
    );
    const banks: number[] = [];
    for (let tick = 0; tick < 4; tick++) {
      world.runTick();
      banks.push(computer.gasBank);
    }
    expect(banks).toEqual([60, 60, 150, 150]);
    expect(computer.gasBankCap).toBe(150);
  });

  it("keeps nothing by default", async () => {
    const [world, computer] = await fakeComputer({}, { spend: 1 });
    world.runTick();
    expect(computer.gasBank).toBe(0);
  });

  it("keeps what it has, and earns nothing, while no program is there", async () => {
    const [world, computer] = await fakeComputer({ gasBank: 10_000 }, { spend: 30 }, { exit: 0 });
    runTicks(world, 2);
    expect(computer.gasBank).toBe(70 + 99);
    runTicks(world, 50);
    expect(computer.gasBank).toBe(169);
    computer.start();
    world.runTick();
    expect(computer.gasBank).toBe(239);
    computer.stop();
    runTicks(world, 50);
    expect(computer.gasBank).toBe(239);
  });

  it("earns while it sleeps, and uses that on top of its gas, at most 8 times as much in a tick", async () => {
    for (const memory of BACKENDS) {
      const world = new ComputerWorld({ memory });
      const computer = world.add({ id: "a", gasPerTick: 10_000, gasBank: 1_000_000 });
      await computer.load(await SLEEPER);
      const used: number[] = [];
      for (let tick = 0; tick < 14; tick++) {
        world.runTick();
        used.push(Math.round(computer.gasUsedLastTick / 10_000));
      }
      expect(used).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 4, 1, 1]);
      expect(computer.gasBank).toBe(0);
      expect(Number(computer.gasUsed)).toBeGreaterThanOrEqual(140_000);
    }
  });

  it("never uses more than was earned, and the debt that the program ends with", async () => {
    const world = new ComputerWorld();
    const computers = Array.from({ length: 30 }, (_, at) =>
      world.add({ id: String(at), gasPerTick: 7 + 13 * at, gasBank: 10_000 }),
    );
    for (const computer of computers) await computer.load(await SLEEPER);
    for (let tick = 1; tick <= 60; tick++) {
      world.runTick();
      const saves = world.capture().computers;
      for (const { gasUsed, gasPerTick, gasBank, id } of computers) {
        const save = saves.find((saved) => saved.id === id);
        const debt = save?.snapshot?.debt ?? 0;
        expect(Number(gasUsed) + gasBank - debt, `${id} in tick ${tick}`).toBe(tick * gasPerTick);
      }
    }
  });

  it("goes on with it after a save, also while it sleeps", async () => {
    const playTo = async (ticks: number, from?: ComputerWorld): Promise<ComputerWorld> => {
      const world = new ComputerWorld();
      const computer = world.add({ id: "a", gasPerTick: 1_000, gasBank: 100_000 });
      if (from === undefined) await computer.load(await SLEEPER);
      else await world.restore(from.capture());
      while (world.tick < ticks) world.runTick();
      return world;
    };
    const reference = (await playTo(13)).capture();
    for (const ticks of [0, 1, 6, 10, 11]) {
      const before = await playTo(ticks);
      const after = await playTo(ticks, before);
      expect(after.get("a")?.gasBank).toBe(before.get("a")?.gasBank);
      expect((await playTo(13, before)).capture()).toEqual(reference);
    }
  });

  it("has an empty bank after a save from before there were banks, and no more than its cap after any", async () => {
    const [world, computer] = await fakeComputer({ gasBank: 1_000 }, { spend: 10 }, { spend: 10 }, { spend: 10 });
    runTicks(world, 3);
    const save = world.capture();
    const withBank = (gasBank: JsonValue): typeof save => ({
      ...save,
      computers: save.computers.map((saved) => ({ ...saved, state: { ...(saved.state as object), gasBank } })),
    });
    const [{ gasBank: _, ...old }] = save.computers.map(({ state }) => state as Record<string, JsonValue>) as [
      Record<string, JsonValue>,
    ];
    await world.restore({ ...save, computers: save.computers.map((saved) => ({ ...saved, state: old })) });
    expect(computer.gasBank).toBe(0);
    await world.restore(withBank(999_999));
    expect(computer.gasBank).toBe(1_000);
    for (const forged of [-1, 0.5, 2 ** 41, "many"]) {
      await expect(world.restore(withBank(forged))).rejects.toMatchObject({ code: "computer/save-malformed" });
    }
  });

  it("says nothing of it in saves where there is none, as before there were banks", async () => {
    const [world] = await fakeComputer({}, { spend: 1 });
    world.runTick();
    expect(Object.keys(world.capture().computers[0]?.state as object)).not.toContain("gasBank");
  });

  it("can be told only sensible caps", () => {
    const world = new ComputerWorld();
    for (const gasBank of [-1, 0.5, 2 ** 40 + 1, Number.NaN, Infinity]) {
      expect(() => world.add({ id: "a", gasBank })).toThrow(RangeError);
    }
  });

  it("shows and saves the same whether it is looked at in every tick, and wherever its memory is", async () => {
    for (const seed of seeds(4, 3)) {
      const options = { seed, ticks: 150, computers: 12, computer: () => ({ gasBank: 3_000 }) };
      const { seen, looked } = await playBothWays(options);
      expect(seen, `seed ${seed}`).toEqual(looked);
      expect(seen.some((line) => line.endsWith(" 3000"))).toBe(true);
    }
  });
});

describe("gas_left() and gas_bank()", () => {
  it("tell programs what is left for the tick, and what was kept before it, wherever their memory is", async () => {
    const heard = await Promise.all(
      BACKENDS.map(async (memory) => {
        const log: string[] = [];
        const world = new ComputerWorld({ memory });
        const computer = world.add({
          id: "a",
          gasPerTick: 10_000,
          gasBank: 25_000,
          devices: { probe: Probe.attach({ log }) },
        });
        await computer.load(await TELLER);
        const spent: number[] = [];
        for (let tick = 0; tick < 8; tick++) {
          const before = log.length;
          world.runTick();
          if (log.length > before) spent.push(computer.gasUsedLastTick);
        }
        return { answers: log.map((line) => Number(line.slice("ask ".length))), spent };
      }),
    );
    expect(heard[1]).toEqual(heard[0]);
    const { answers, spent } = heard[0] ?? { answers: [], spent: [] };
    expect(answers).toHaveLength(12);
    let kept = 0;
    for (let round = 0; round < 4; round++) {
      const [first = 0, bank, second = 0] = answers.slice(3 * round, 3 * round + 3);
      expect(bank).toBe(kept);
      expect(first).toBeLessThan(10_000 + kept);
      // What follows up to the sleep is charged together with the first call.
      expect(second).toBe(first);
      expect(10_000 + kept - second).toBe(spent[round]);
      // The tick that it slept in is earned whole.
      kept = Math.min(25_000, kept + 20_000 - (spent[round] ?? 0));
    }
  });
});
