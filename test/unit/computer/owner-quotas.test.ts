// What one owner's computers use together has a limit, and each of them has its turn.

import { ComputerWorld, type Computer } from "gasworks/computer";
import { describe, expect, it } from "vitest";

import { assembleWat } from "../../support/assemble-wat.ts";
import { BACKENDS } from "../../support/both-backends.ts";
import { fakePreparer, fakeProgram, FakeVms, type FakeStep } from "../../support/fake-vms.ts";
import { seeds } from "../../support/fuzz-settings.ts";
import { Probe } from "../../support/probe-device.ts";
import { playBothWays, playRandomWorld } from "../../support/random-world.ts";

/** Counts for ever. */
const SPINNER = assembleWat(`(module (memory (export "memory") 1)
  (func (export "_start") (local $n i32)
    (loop $again
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br $again))))`);

/** Reads a byte, then counts for ever. */
const READER = assembleWat(`(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "\\40\\00\\00\\00\\01\\00\\00\\00")
  (func (export "_start") (local $n i32)
    (drop (call $read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 300)))
    (loop $again
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br $again))))`);

function gasOf(computers: readonly Computer[]): number {
  return computers.reduce((sum, { gasUsed }) => sum + Number(gasUsed), 0);
}

describe("a world with a quota for owners", () => {
  it("lets an owner's computers use no more than it together, debts apart, and each the same in the end", async () => {
    for (const memory of BACKENDS) {
      const world = new ComputerWorld({ memory, gasPerOwner: 2_500 });
      const owned = Array.from({ length: 7 }, (_, at) => world.add({ id: `m${at}`, owner: "me", gasPerTick: 1_000 }));
      const others = [
        world.add({ id: "m3b", owner: "you", gasPerTick: 1_000 }),
        world.add({ id: "z", gasPerTick: 1_000 }),
      ];
      for (const computer of [...owned, ...others]) await computer.load(await SPINNER);
      for (let tick = 1; tick <= 70; tick++) {
        world.runTick();
        const debts = world.capture().computers.filter(({ id }) => owned.some((own) => own.id === id));
        const debt = debts.reduce((sum, { snapshot }) => sum + (snapshot?.debt ?? 0), 0);
        expect(gasOf(owned) - debt).toBe(2_500 * tick);
      }
      for (const { gasUsed } of owned) expect(Number(gasUsed) / 25_000).toBeCloseTo(1, 1);
      for (const { gasUsed } of others) expect(Number(gasUsed)).toBeGreaterThanOrEqual(70_000);
    }
  });

  it("runs those without an owner first, then owner by owner, and begins with another computer in each tick", async () => {
    const world = new ComputerWorld({ preparer: fakePreparer, vms: new FakeVms(), gasPerOwner: 1_000 });
    const log: string[] = [];
    const asks: FakeStep[] = Array.from({ length: 4 }, () => ({ call: "device.probe.ask", args: [1, 0] }));
    const owners: Readonly<Record<string, string | undefined>> = {
      a: "y",
      b: "x",
      c: undefined,
      d: "y",
      e: "x",
      f: "y",
    };
    for (const [id, owner] of Object.entries(owners)) {
      const port = { log: [], act: () => void log.push(id) };
      const options = owner === undefined ? {} : { owner };
      const computer = world.add({ id, ...options, devices: { probe: Probe.attach(port) } });
      await computer.load(fakeProgram({ call: "device.probe.open", text: "probe" }, ...asks));
    }
    world.runTick();
    const orders = [1, 2, 3].map(() => {
      log.length = 0;
      world.runTick();
      return log.join("");
    });
    expect(orders).toEqual(["cebdfa", "cbefad", "cebadf"]);
  });

  it("keeps the order of the ids without a quota, whoever owns what", async () => {
    const world = new ComputerWorld({ preparer: fakePreparer, vms: new FakeVms() });
    const log: string[] = [];
    for (const [id, owner] of [
      ["a", "y"],
      ["b", "x"],
      ["c", "y"],
    ] as const) {
      const port = { log: [], act: () => void log.push(id) };
      const computer = world.add({ id, owner, devices: { probe: Probe.attach(port) } });
      await computer.load(
        fakeProgram({ call: "device.probe.open", text: "probe" }, { call: "device.probe.ask", args: [1, 0] }),
      );
    }
    for (let tick = 0; tick < 2; tick++) world.runTick();
    expect(log.join("")).toBe("abc");
  });

  it("lets a computer that could not go on for want of it go on later, also one that had waited", async () => {
    const world = new ComputerWorld({ gasPerOwner: 100 });
    const [reader, spinner] = ["a", "b"].map((id) => world.add({ id, owner: "me", gasPerTick: 100, gasBank: 1_000 }));
    await reader?.load(await READER);
    world.runTick();
    await spinner?.load(await SPINNER);
    for (let tick = 0; tick < 6; tick++) world.runTick();
    const asleep = reader?.gasUsed;
    expect(reader?.state.kind).toBe("waiting");
    reader?.type("!");
    for (let tick = 0; tick < 4; tick++) world.runTick();
    expect(reader?.state.kind).toBe("running");
    expect(Number(reader?.gasUsed)).toBeGreaterThan(Number(asleep));
  });

  it("keeps in the bank what a computer could not have", async () => {
    const world = new ComputerWorld({ preparer: fakePreparer, vms: new FakeVms(), gasPerOwner: 30 });
    const computer = world.add({ id: "a", owner: "me", gasPerTick: 100, gasBank: 1_000 });
    await computer.load(fakeProgram({ spend: 30 }, { spend: 30 }));
    for (let tick = 0; tick < 2; tick++) world.runTick();
    expect(computer.gasBank).toBe(140);
  });

  it("can be told only sensible numbers and names", () => {
    for (const gasPerOwner of [0, -1, 0.5, Infinity, Number.NaN, 2 ** 40 + 1]) {
      expect(() => new ComputerWorld({ gasPerOwner })).toThrow(RangeError);
    }
    const world = new ComputerWorld({ gasPerOwner: 1 });
    for (const owner of ["", "x".repeat(201)]) expect(() => world.add({ id: "a", owner })).toThrow(RangeError);
  });

  it("shows and saves the same whether it is looked at in every tick, and wherever its memory is", async () => {
    for (const seed of seeds(4, 3)) {
      const owners = ["me", "you", undefined];
      const computer = (id: string): { readonly owner?: string; readonly gasBank: number } => {
        const owner = owners[Number(id.split("-")[0]) % 3];
        return { ...(owner === undefined ? {} : { owner }), gasBank: 2_000 };
      };
      const options = { seed, ticks: 150, computers: 14, computer };
      const { seen, looked } = await playBothWays({ ...options, world: { gasPerOwner: 500 } });
      expect(seen, `seed ${seed}`).toEqual(looked);
      expect(seen).not.toEqual(await playRandomWorld({ ...options, world: { memory: "own" } }));
    }
  });
});
