// Forged saves of computers, put back into a world: each is refused with a code and the world is as it was, or it runs.

import { ComputerError, ComputerWorld } from "gasworks/computer";
import { decodeSave, encodeSave, SaveError } from "gasworks/persistence";
import { VmError } from "gasworks/vm";
import { beforeAll, describe, expect, it } from "vitest";

import { IS_LONG, SEED, seeds, timeLimit } from "../../support/fuzz-settings.ts";
import { watGuest } from "../../support/guest.ts";
import { mutateSave } from "../../support/hostile/mutate-save.ts";
import { Probe } from "../../support/probe-device.ts";
import { Random } from "../../support/random.ts";

const BATCHES = 20;
const BATCH = 100;
const SECONDS = 8;
const GAS = 4_000;

/** Prints, asks, works for some ticks, and begins again. */
const BUSY = `(module
  (import "device.probe" "open" (func $open (param i32) (result i32)))
  (import "device.probe" "ask" (func $ask (param i32 i32) (result i32)))
  (import "device.probe" "work" (func $work (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\08\\00\\00\\00\\05\\00\\00\\00busy\\nprobe\\00")
  (func (export "_start") (local $probe i32)
    (local.set $probe (call $open (i32.const 13)))
    (loop $next
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))
      (drop (call $ask (local.get $probe) (i32.const 1)))
      (drop (call $work (local.get $probe) (i32.const 3)))
      (br $next))))`;

const CRASHING = `(module (memory (export "memory") 1) (func (export "_start") unreachable))`;

let busy: Uint8Array;
let crashing: Uint8Array;

beforeAll(async () => {
  [busy, crashing] = [await watGuest(BUSY), await watGuest(CRASHING)];
});

function createWorld(): ComputerWorld {
  // What a device makes of a forged state of its own is told to the developer, and goes through no tick.
  const world = new ComputerWorld({ memory: "own", onError: () => {} });
  for (const id of ["busy-1", "busy-2", "crashing", "spare"]) {
    world.add({ id, gasPerTick: GAS, gasBank: 10_000, devices: { probe: Probe.attach({ log: [] }) } });
  }
  return world;
}

/** Saves of one world at several ticks: in the middle of tasks and calls, crashed, and off. */
async function takeSaves(): Promise<readonly Uint8Array[]> {
  using world = disposable(createWorld());
  for (const [id, wasm] of [
    ["busy-1", busy],
    ["busy-2", busy],
    ["crashing", crashing],
  ] as const) {
    await world.get(id)?.load(wasm);
  }
  return Array.from({ length: 8 }, () => {
    world.runTick();
    const { tick, programs, computers } = world.capture();
    const meta = { name: "World", tick, savedAt: "" };
    return encodeSave({ meta, world: null, programs, computers }, { compress: false });
  });
}

function disposable(world: ComputerWorld): ComputerWorld & Disposable {
  return Object.assign(world, { [Symbol.dispose]: () => world.dispose() });
}

const stateOf = (world: ComputerWorld): string =>
  JSON.stringify(world.capture(), (_, value: unknown) =>
    typeof value === "bigint"
      ? `${value}n`
      : value instanceof Uint8Array
        ? Buffer.from(value).toString("base64")
        : value,
  );

async function outcomeOf(world: ComputerWorld, bytes: Uint8Array): Promise<string> {
  try {
    const { meta, programs, computers } = decodeSave(bytes);
    await world.restore({ tick: meta.tick, programs, computers });
  } catch (error) {
    if (error instanceof SaveError || error instanceof ComputerError || error instanceof VmError) return error.code;
    throw error;
  }
  for (let tick = 0; tick < 5; tick++) world.runTick();
  const states = world.computers.map(({ state }) => state.kind);
  return states.includes("crashed") ? "accepted" : "accepted, nothing crashed";
}

describe("forged saves of computers", () => {
  it(
    `are refused and leave the world as it was, or run; seeds from ${SEED}`,
    async () => {
      const saves = await takeSaves();
      const outcomes = new Map<string, number>();
      using world = disposable(createWorld());
      let state = stateOf(world);
      for (const seed of IS_LONG ? seeds(SECONDS, BATCHES) : seeds(0, BATCHES)) {
        const random = new Random(seed ^ 0x3071d);
        for (let index = 0; index < BATCH; index++) {
          const bytes = mutateSave(random.pick(saves), random);
          try {
            const outcome = await outcomeOf(world, bytes);
            const isAccepted = outcome.startsWith("accepted");
            const after = stateOf(world);
            if (!isAccepted && after !== state) throw new Error(`The world was changed by what is ${outcome}`);
            state = after;
            outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
          } catch (error) {
            throw new Error(`GASWORKS_SEED=${seed}, mutant ${index}`, { cause: error });
          }
        }
      }
      const counts = [...outcomes].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([what, times]) => `${what} ${times}`);
      if (IS_LONG) console.log(`Forged saves of computers: ${counts.join(", ")}`);
      expect([...outcomes.keys()]).toEqual(
        expect.arrayContaining(["accepted", "computer/save-malformed", "save/malformed", "vm/snapshot-mismatch"]),
      );
    },
    timeLimit(SECONDS),
  );
});
