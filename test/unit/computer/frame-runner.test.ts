// Ticks out of frames on slow machines, with real programs: a frame gives up ticks, never parts of one.

import { ComputerWorld, createLocalPreparer, FrameRunner, type FrameLimits, type Overrun } from "gasworks/computer";
import { afterAll, describe, expect, it } from "vitest";

import { programGuest, watGuest } from "../../support/guest.ts";
import { Probe } from "../../support/probe-device.ts";

const FRAME_MS = 1_000 / 60;
const GAS_PER_TICK = 20_000;
const PAGE_BYTES = 65_536;
const PAGES = 16;

const preparer = createLocalPreparer();
afterAll(() => preparer[Symbol.dispose]());

const WHILE_1 = (): Promise<Uint8Array> => programGuest("int main(void) { while (1); }");

/** Prints how far it has counted, and sleeps, again and again. */
const COUNTING = (): Promise<Uint8Array> =>
  programGuest(`
    #include <stdio.h>
    __attribute__((import_module("gasworks"), import_name("sleep_ticks"))) int sleep_ticks(int);
    int main(void) {
      for (unsigned round = 0, sum = 1;; round++) {
        for (int i = 0; i < 1000; i++) sum = sum * 1664525u + 1013904223u;
        printf("%u %u\\n", round, sum);
        sleep_ticks((int)(round % 3));
      }
    }`);

/** Fills all of its memory, and tells the probe of it, for ever. */
const FILLING = (): Promise<Uint8Array> =>
  watGuest(`(module
    (import "device.probe" "open" (func $open (param i32) (result i32)))
    (import "device.probe" "ask" (func $ask (param i32 i32) (result i32)))
    (memory (export "memory") ${PAGES})
    (data (i32.const 16) "probe\\00")
    (func (export "_start") (local $probe i32) (local $value i32)
      (local.set $probe (call $open (i32.const 16)))
      (loop $for_ever
        (memory.fill (i32.const 0) (local.get $value) (i32.const ${PAGES * PAGE_BYTES}))
        (local.set $value (call $ask (local.get $probe) (local.get $value)))
        (br $for_ever))))`);

/** A clock that shows another tick's worth each time it is looked at, as if ticks were slow. */
function slowClock(msPerLook: number): () => number {
  let now = 0;
  return () => (now += msPerLook);
}

interface Yard {
  readonly world: ComputerWorld;
  readonly frames: FrameRunner;
  readonly overruns: Overrun[];
  readonly fills: string[];
}

/** A world with a computer that counts, and perhaps one that is in nobody's interest. */
async function openYard(limits: FrameLimits, neighbour?: () => Promise<Uint8Array>): Promise<Yard> {
  const world = new ComputerWorld({ preparer, ticksPerSecond: 20 });
  const fills: string[] = [];
  const overruns: Overrun[] = [];
  world.on("overrun", (overrun) => overruns.push(overrun));
  await world.add({ id: "counting", gasPerTick: GAS_PER_TICK, gasBank: GAS_PER_TICK }).load(await COUNTING());
  if (neighbour !== undefined) {
    const devices = { probe: Probe.attach({ log: fills }) };
    const computer = world.add({ id: "neighbour", gasPerTick: GAS_PER_TICK, memoryPages: PAGES, devices });
    await computer.load(await neighbour());
  }
  return { world, frames: new FrameRunner(world, limits), overruns, fills };
}

/** What a computer has come to: everything that a save has of it. */
function stateOf({ world }: Yard, id: string): unknown {
  const saved = world.capture().computers.find((computer) => computer.id === id);
  return { saved, text: world.get(id)?.console.text };
}

describe("the frame cap", () => {
  it("makes no difference to what computers do in a number of ticks", async () => {
    const quick = await openYard({ maxMillisecondsPerFrame: Infinity }, WHILE_1);
    const slow = await openYard({ maxMillisecondsPerFrame: 10, elapsedMs: slowClock(4) }, WHILE_1);
    const ticksOf = { quick: [] as number[], slow: [] as number[] };
    for (const [name, yard] of Object.entries({ quick, slow })) {
      while (yard.world.tick < 60) {
        const before = yard.world.tick;
        yard.frames.runFrame(250);
        ticksOf[name as "quick" | "slow"].push(yard.world.tick - before);
      }
    }
    expect(new Set(ticksOf.quick)).toEqual(new Set([5]));
    expect(new Set(ticksOf.slow)).toEqual(new Set([3]));
    expect(quick.overruns).toEqual([]);
    for (const id of ["counting", "neighbour"]) expect(stateOf(slow, id)).toEqual(stateOf(quick, id));
  });

  it("puts off what a frame has no time for, and drops it where that is too much", async () => {
    const { world, frames, overruns } = await openYard({ elapsedMs: slowClock(6) });
    frames.runFrame(150);
    expect(world.tick).toBe(2);
    expect(overruns).toEqual([{ kind: "put-off", ticks: 1, limit: "maxMillisecondsPerFrame" }]);
    frames.runFrame(50);
    expect(world.tick).toBe(4);
    expect(overruns).toHaveLength(1);
    frames.runFrame(500);
    expect(world.tick).toBe(6);
    expect(overruns.slice(1)).toEqual([
      { kind: "dropped", ticks: 5, limit: "maxTicksPerFrame" },
      { kind: "put-off", ticks: 3, limit: "maxMillisecondsPerFrame" },
    ]);
  });

  it("runs one tick in a frame where one is due, however long ticks take", async () => {
    const { world, frames } = await openYard({ elapsedMs: slowClock(1_000) });
    for (let frame = 1; frame <= 10; frame++) {
      frames.runFrame(100);
      expect(world.tick).toBe(frame);
    }
  });

  it("is ended by whoever pauses the game, and nothing is owed for it", async () => {
    const { world, frames, overruns } = await openYard({});
    frames.runFrame(200, () => world.tick < 2);
    expect(world.tick).toBe(2);
    frames.runFrame(50);
    expect(world.tick).toBe(3);
    expect(overruns).toEqual([]);
  });

  it.each([
    { maxMillisecondsPerFrame: 0 },
    { maxMillisecondsPerFrame: Number.NaN },
    { maxTicksPerFrame: 0 },
    { maxTicksPerFrame: 1.5 },
  ])("refuses limits that are none: %o", (limits) => {
    const world = new ComputerWorld({ preparer });
    expect(() => new FrameRunner(world, limits)).toThrow(RangeError);
  });
});

describe("a program in nobody's interest", () => {
  it("that runs for ever has the gas of each tick, and leaves the others as they are", async () => {
    const alone = await openYard({ maxMillisecondsPerFrame: Infinity });
    const together = await openYard({ maxMillisecondsPerFrame: Infinity }, WHILE_1);
    const hog = together.world.get("neighbour");
    let used = 0n;
    for (let frame = 1; frame <= 120; frame++) {
      const before = together.world.tick;
      alone.frames.runFrame(FRAME_MS);
      together.frames.runFrame(FRAME_MS);
      expect(together.world.tick).toBe(Math.floor((frame * 20) / 60 + 1e-6));
      const gas = Number((hog?.gasUsed ?? 0n) - used);
      used += BigInt(gas);
      expect(gas).toBeLessThanOrEqual((together.world.tick - before) * (GAS_PER_TICK + 100));
    }
    expect(hog?.state.kind).toBe("running");
    expect(used).toBeGreaterThan(39n * BigInt(GAS_PER_TICK));
    expect(stateOf(together, "counting")).toEqual(stateOf(alone, "counting"));
    expect(together.overruns).toEqual([]);
  });

  it("`memory.fill` of the whole memory in a loop cannot exceed the frame cap", async () => {
    // Paid by its length, and paused inside: a tick has the time of its gas, so a cap between ticks is enough.
    const alone = await openYard({ elapsedMs: slowClock(6) });
    const together = await openYard({ elapsedMs: slowClock(6) }, FILLING);
    const filler = together.world.get("neighbour");
    const fillGas = (PAGES * PAGE_BYTES) / 8;
    expect(fillGas).toBeGreaterThan(3 * GAS_PER_TICK);
    for (let frame = 0; frame < 60; frame++) {
      const before = { tick: together.world.tick, gas: filler?.gasUsed ?? 0n };
      alone.frames.runFrame(200);
      together.frames.runFrame(200);
      const [ticks, gas] = [together.world.tick - before.tick, Number((filler?.gasUsed ?? 0n) - before.gas)];
      expect(ticks).toBe(2);
      // One stretch of 64 KiB may be over, and is paid for later.
      expect(gas).toBeLessThanOrEqual(ticks * GAS_PER_TICK + PAGE_BYTES / 8 + 100);
    }
    expect(together.fills.length).toBeGreaterThan(10);
    expect(together.fills.length).toBeLessThanOrEqual(Math.floor((120 * GAS_PER_TICK) / fillGas) + 1);
    expect(stateOf(together, "counting")).toEqual(stateOf(alone, "counting"));
  });
});
