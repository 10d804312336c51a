// Computers that wait are left alone until they can go on. Nothing of that may be seen but the time it saves.

import { ComputerWorld, type VmFactory } from "gasworks/computer";
import { createVm, restoreVm, type Vm } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { assembleWat } from "../../support/assemble-wat.ts";
import { seeds } from "../../support/fuzz-settings.ts";
import { lookAtAll, playRandomWorld } from "../../support/random-world.ts";

describe("a world that leaves waiting computers alone", () => {
  it("shows and saves the same as one that looks at all of them in every tick", async () => {
    for (const seed of seeds(4, 3)) {
      const options = { seed, ticks: 150, computers: 12 };
      const seen = await playRandomWorld(options);
      expect(seen, `seed ${seed}`).toEqual(await playRandomWorld({ ...options, beforeTick: lookAtAll }));
    }
  });
});

/** Real Vms that tell how often they were asked to run, and to give up their memory. */
class CountedVms implements VmFactory {
  slices = 0;
  parks = 0;
  readonly create: VmFactory["create"] = (module, options) => this.#count(createVm(module, options));
  readonly restore: VmFactory["restore"] = (module, snapshot, options) =>
    this.#count(restoreVm(module, snapshot, options));

  #count(vm: Vm): Vm {
    const runSlice = vm.runSlice.bind(vm);
    vm.runSlice = (budget) => {
      this.slices += 1;
      return runSlice(budget);
    };
    const park = vm.park.bind(vm);
    vm.park = () => {
      this.parks += 1;
      park();
    };
    return vm;
  }
}

/** A program that makes one call and exits with 5. */
function callerOf(imported: string, call: string): Promise<Uint8Array> {
  return assembleWat(`(module ${imported}
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 16) "\\40\\00\\00\\00\\02\\00\\00\\00")
    (data (i32.const 152) "\\00\\ca\\9a\\3b")
    (func (export "_start") (drop ${call}) (call $exit (i32.const 5))))`);
}

const SLEEP = callerOf(
  `(import "gasworks" "sleep_ticks" (func $sleep (param i32) (result i32)))`,
  `(call $sleep (i32.const 20))`,
);
/** A second, by the clock. */
const POLL = callerOf(
  `(import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))`,
  `(call $poll (i32.const 128) (i32.const 256) (i32.const 1) (i32.const 300))`,
);
const READ = callerOf(
  `(import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))`,
  `(call $read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 300))`,
);

describe("a computer that waits", () => {
  it.each([
    { how: "sleeps for 20 ticks", program: SLEEP },
    { how: "sleeps for a second of 20 ticks", program: POLL },
  ])("is asked to run once when it $how, and once after that", async ({ program }) => {
    const vms = new CountedVms();
    const world = new ComputerWorld({ vms });
    const computer = world.add({ id: "a" });
    await computer.load(await program);
    const runs: string[] = [];
    for (let tick = 0; tick < 25; tick++) {
      const before = vms.slices;
      world.runTick();
      if (vms.slices > before) runs.push(`${tick} ${computer.state.kind}`);
    }
    expect(runs.filter((run) => !run.startsWith("1 "))).toEqual(["0 waiting", "20 exited"]);
  });

  it("is not asked to run for input before there is some", async () => {
    const vms = new CountedVms();
    const world = new ComputerWorld({ vms });
    const computer = world.add({ id: "a" });
    await computer.load(await READ);
    for (let tick = 0; tick < 2; tick++) world.runTick();
    const asked = vms.slices;
    for (let tick = 0; tick < 50; tick++) world.runTick();
    expect(vms.slices).toBe(asked);
    computer.type("!");
    world.runTick();
    expect(computer.state).toEqual({ kind: "exited", exitCode: 5 });
  });

  it("goes on sleeping for the ticks that were left when it was saved", async () => {
    const world = new ComputerWorld();
    await world.add({ id: "a" }).load(await SLEEP);
    for (let tick = 0; tick < 8; tick++) world.runTick();
    const save = world.capture();
    for (const ticksBefore of [0, 100]) {
      const other = new ComputerWorld();
      const computer = other.add({ id: "a" });
      for (let tick = 0; tick < ticksBefore; tick++) other.runTick();
      await other.restore(save);
      expect(other.capture()).toEqual(save);
      for (let tick = 8; tick < 20; tick++) {
        expect(computer.state.kind).toBe("waiting");
        other.runTick();
      }
      other.runTick();
      expect(computer.state).toEqual({ kind: "exited", exitCode: 5 });
    }
  });

  it("shows in the next tick that it uses no gas any more", async () => {
    const world = new ComputerWorld();
    const computer = world.add({ id: "a" });
    await computer.load(await SLEEP);
    world.runTick();
    expect(computer.gasUsedLastTick).toBeGreaterThan(0);
    world.runTick();
    expect(computer.gasUsedLastTick).toBe(0);
  });
});

describe("a world of thousands", () => {
  it("runs the ones that can run, in the order of their ids, and none of the others", async () => {
    const vms = new CountedVms();
    const world = new ComputerWorld({ vms });
    const ids = Array.from({ length: 3_000 }, (_, index) => String(index));
    await Promise.all(ids.toReversed().map(async (id) => world.add({ id }).load(await READ)));
    expect(world.computers.map(({ id }) => id)).toEqual(ids.toSorted());
    for (let tick = 0; tick < 3; tick++) world.runTick();
    const asked = vms.slices;
    const ended: string[] = [];
    for (const id of ["7", "1999", "42"]) {
      world.get(id)?.on("exit", () => ended.push(id));
      world.get(id)?.type("!");
    }
    for (let tick = 0; tick < 3; tick++) world.runTick();
    expect(ended).toEqual(["1999", "42", "7"]);
    expect(vms.slices).toBe(asked + 3);
  });
});

describe("a computer that waits for long", () => {
  it("gives up its memory once, and goes on from there", async () => {
    for (const memory of ["own", "arena"] as const) {
      const vms = new CountedVms();
      const world = new ComputerWorld({ vms, memory, parkAfterTicks: 5 });
      const computer = world.add({ id: "a" });
      await computer.load(await READ);
      for (let tick = 0; tick < 5; tick++) world.runTick();
      expect(vms.parks).toBe(0);
      const before = world.capture();
      for (let tick = 0; tick < 20; tick++) world.runTick();
      expect(vms.parks).toBe(1);
      expect(world.capture()).toEqual({ ...before, tick: 25 });
      computer.type("!");
      world.runTick();
      expect(computer.state).toEqual({ kind: "exited", exitCode: 5 });
    }
  });

  it("does so again after it was asked to run in vain", async () => {
    const vms = new CountedVms();
    const world = new ComputerWorld({ vms, parkAfterTicks: 3 });
    const computer = world.add({ id: "a" });
    await computer.load(await READ);
    for (let tick = 0; tick < 10; tick++) world.runTick();
    computer.type("");
    for (let tick = 0; tick < 10; tick++) world.runTick();
    expect(vms.parks).toBe(2);
  });

  it("keeps it if it is told to, or does not wait for as long", async () => {
    for (const [parkAfterTicks, program] of [
      [Infinity, READ],
      [20, SLEEP],
    ] as const) {
      const vms = new CountedVms();
      const world = new ComputerWorld({ vms, parkAfterTicks });
      await world.add({ id: "a" }).load(await program);
      for (let tick = 0; tick < 200; tick++) world.runTick();
      expect(vms.parks).toBe(0);
    }
  });

  it("takes its turn where many wait: no tick parks more than a few", async () => {
    const vms = new CountedVms();
    const world = new ComputerWorld({ vms, parkAfterTicks: 3 });
    await Promise.all(Array.from({ length: 60 }, async (_, at) => world.add({ id: String(at) }).load(await READ)));
    world.remove("7");
    const parks = Array.from({ length: 80 }, () => {
      const before = vms.parks;
      world.runTick();
      return vms.parks - before;
    });
    expect(Math.max(...parks)).toBeLessThan(5);
    expect(vms.parks).toBe(59);
  });

  it("is not to be told from one that keeps its memory", async () => {
    for (const seed of seeds(3, 3)) {
      const options = { seed, ticks: 120, computers: 10 };
      const kept = await playRandomWorld({ ...options, world: { parkAfterTicks: Infinity } });
      for (const memory of ["own", "arena"] as const) {
        const parked = await playRandomWorld({ ...options, world: { memory, parkAfterTicks: 1 } });
        expect(parked, `seed ${seed}, ${memory}`).toEqual(kept);
      }
    }
  });

  it("can be told only sensible times", () => {
    for (const parkAfterTicks of [0, 1.5, -1, Number.NaN]) {
      expect(() => new ComputerWorld({ parkAfterTicks })).toThrow(RangeError);
    }
  });
});
