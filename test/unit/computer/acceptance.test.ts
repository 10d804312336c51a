// What other games with programmable things got wrong, each as a test under a name of its own (docs/assurance.md lists
// them with those that stand elsewhere). Programs are C and WAT, Vms are real, saves go through their bytes.

import { ComputerWorld, defineDevice, u32, type Computer, type ComputersSave, type Preparer } from "gasworks/computer";
import { copyComputer, decodeSave, encodeSave } from "gasworks/persistence";
import { prepareModule, type GuestModule, type MemoryBackend } from "gasworks/vm";
import { describe, expect, it, vi } from "vitest";

import { sharedCompiler } from "../../../bench/compile-freestanding.ts";
import { BACKENDS } from "../../support/both-backends.ts";
import { IS_LONG, SEED } from "../../support/fuzz-settings.ts";
import { programGuest, watGuest } from "../../support/guest.ts";
import { hashOf } from "../../support/hash-save.ts";
import { Zoo, zooPort } from "../../support/hostile/zoo-device.ts";
import { Random } from "../../support/random.ts";

vi.setConfig({ testTimeout: IS_LONG ? 3_600_000 : 120_000 });

/** Where a program stands, as it says by the register `gate`. */
const PLACES = { recursion: 1, callback: 2, printf: 3, "two tasks": 4, events: 5 } as const;

const BUSY = `
#include <stdio.h>
#include <stdlib.h>
#include "devices.h"

static zoo_registers_t registers;
static zoo_t zoo;
static volatile double nan_kept;
static volatile float small = 1e-40f;

static int down(int n) {
  zoo_walk_t end;
  registers.gate = 1;
  if (n == 0) return zoo_walk(zoo, 2, "recursion", &end);
  int below = down(n - 1);
  return below + (int)(end.tired = n * small);
}

static int compare(const void *a, const void *b) {
  zoo_walk_t end;
  registers.gate = 2;
  int left = *(const int *)a, right = *(const int *)b;
  if ((left + right) % 3 == 0) zoo_walk(zoo, 1 + (unsigned)left % 3, "callback", &end);
  zoo_census_t census;
  zoo_census(zoo, &census);
  return left - right;
}

int main(void) {
  zoo = zoo_open("near");
  zoo_map(zoo, &registers);
  for (int round = 0;; round++) {
    int numbers[6];
    for (int i = 0; i < 6; i++) numbers[i] = (int)(rand_u32() % 50);
    down(5);
    qsort(numbers, 6, sizeof *numbers, compare);
    registers.gate = 3;
    nan_kept = (numbers[0] - numbers[0]) / (double)0 * round;
    for (int i = 0; i < 3; i++) printf("%d %d %f %.10e %g\\n", round, numbers[i], nan_kept, small / 3.0, registers.half);
    registers.gate = 4;
    zoo_walk_t first, second;
    int one = zoo_walk_start(zoo, 5, "one", &first);
    int other = zoo_walk_start(zoo, 3, "other", &second);
    printf("%d %d\\n", task_wait(one), task_wait(other));
    registers.gate = 5;
    event_t event;
    zoo_roar(zoo, 2);
    while (event_wait(&event, 2) > 0) {
      if (event.type == ZOO_ROARED) printf("%.1f ", zoo_roared(&event).loud);
      if (event.type == ZOO_SLEPT) printf("slept %u ", zoo_slept(&event).times);
    }
    printf("lost %d\\n", event_lost());
  }
}
`;

/** The same program in the same wiring in every world: it is prepared once for each kind of memory. */
const prepared = new Map<MemoryBackend, Promise<GuestModule>>();
const preparer: Preparer = {
  prepare: (wasm, policy, options = {}) => {
    const { memory = "own" } = options;
    const module = prepared.get(memory) ?? prepareModule(wasm, policy, options);
    prepared.set(memory, module);
    return module;
  },
  [Symbol.dispose]: () => {},
};

/** A world with one computer that does everything, over and over. */
class Busy {
  readonly world: ComputerWorld;
  readonly computer: Computer;
  readonly #zoo = Zoo.attach(zooPort());

  constructor(memory: MemoryBackend) {
    this.world = new ComputerWorld({ memory, preparer, compiler: sharedCompiler });
    this.computer = this.world.add({ id: "busy", gasPerTick: 3_000, devices: { near: this.#zoo } });
  }

  static async start(memory: MemoryBackend): Promise<Busy> {
    const busy = new Busy(memory);
    await busy.computer.load({ "main.c": BUSY });
    return busy;
  }

  static async from(bytes: Uint8Array, memory: MemoryBackend): Promise<Busy> {
    const busy = new Busy(memory);
    const { meta, programs, computers } = decodeSave(bytes);
    await busy.world.restore({ tick: meta.tick, programs, computers });
    return busy;
  }

  /** With what the game does in that tick, which is the same in every run. */
  tick(): void {
    const { tick } = this.world;
    if (tick % 37 === 5) this.#zoo.raise("slept", { times: tick });
    if (tick % 53 === 7) for (let loud = 0; loud < 40; loud++) this.#zoo.raise("roared", { loud, wide: -1n });
    this.world.runTick();
  }

  save(): Uint8Array {
    const { tick, programs, computers } = this.world.capture();
    return encodeSave({ meta: { name: "", tick, savedAt: "" }, world: null, programs, computers });
  }

  get hash(): string {
    return hashOf(this.world.capture());
  }

  /** Where it stands, one of {@link PLACES}. */
  get place(): number {
    const [saved] = this.world.capture().computers;
    const state = saved?.state as unknown as { power: { run?: { bank: { registers: { address: number }[] } } } };
    const address = state.power.run?.bank.registers[0]?.address;
    // Behind the three that the host writes.
    return address === undefined ? 0 : (saved?.snapshot?.memory[address + 24] ?? 0);
  }
}

const TICKS = IS_LONG ? 10_000 : 320;

describe.each(BACKENDS)("in memory of kind %s:", (memory) => {
  const other = memory === "own" ? "arena" : "own";

  it(`Save inside recursion, inside a callback through a function pointer, inside a blocking task, inside \`printf\`; 10,000 random ticks; continue equals the uninterrupted run (hash); seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const straight = await Busy.start(memory);
    let moved = await Busy.start(other);
    const saved = new Set<number>();
    const savedIn = new Set<string>();
    for (let tick = 0; tick < TICKS; tick++) {
      straight.tick();
      moved.tick();
      expect(moved.hash, `tick ${tick}`).toBe(straight.hash);
      if (!random.chance(IS_LONG ? 0.05 : 0.2)) continue;
      saved.add(moved.place);
      const { state } = moved.computer;
      if (state.kind === "waiting") savedIn.add(`${moved.place} ${state.function}`);
      const memoryNow = random.pick(BACKENDS);
      const bytes = moved.save();
      moved.world.dispose();
      moved = await Busy.from(bytes, memoryNow);
      expect(moved.hash, `restored at tick ${tick}`).toBe(straight.hash);
    }
    expect(moved.computer.console.text).toBe(straight.computer.console.text);
    for (const [name, place] of Object.entries(PLACES)) expect(saved, name).toContain(place);
    expect([...savedIn]).toEqual(
      expect.arrayContaining(["1 walk", "2 walk", "4 walk_start", "5 event_wait"].map(waited)),
    );
  });

  it("Save+load 100× does not change behaviour or grow the file", async () => {
    const straight = await Busy.start(memory);
    for (let tick = 0; tick < 60; tick++) straight.tick();
    const first = straight.save();
    let bytes = first;
    for (let time = 0; time < 100; time++) {
      const again = await Busy.from(bytes, time % 2 === 0 ? other : memory);
      bytes = again.save();
      again.world.dispose();
    }
    expect(bytes).toEqual(first);
    const last = await Busy.from(bytes, memory);
    for (let tick = 0; tick < 60; tick++) {
      straight.tick();
      last.tick();
    }
    expect(last.save()).toEqual(straight.save());
  });

  it("Long replay stays exact across a save/load boundary", async () => {
    const recorded = await Busy.start(memory);
    const hashes: string[] = [];
    let half: Uint8Array | undefined;
    for (let tick = 0; tick < TICKS / 2; tick++) {
      if (tick === TICKS / 4) half = recorded.save();
      recorded.tick();
      hashes.push(recorded.hash);
    }
    const again = await Busy.from(half ?? new Uint8Array(), other);
    for (let tick = TICKS / 4; tick < TICKS / 2; tick++) {
      again.tick();
      expect(again.hash, `tick ${tick}`).toBe(hashes[tick]);
    }
  });
});

/** `task_wait` is told as the task that it waits for. */
function waited(place: string): string {
  return place.replace("walk_start", "walk");
}

const TWO_ZOOS = `(module
  (import "gasworks" "device_open" (func $open (param i32) (result i32)))
  (import "device.zoo" "walk" (func $walk (param i32 i32 i32 i32) (result i32)))
  (import "device.zoo" "feed" (func $feed (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "near\\00\\00\\00\\00far\\00")
  (func (export "_start")
    (drop (call $open (i32.const 8)))
    (drop (call $open (i32.const 0)))
    (loop $again
      (i32.store (i32.const 64) (call $walk (i32.const 1) (i32.const 3) (i32.const 0) (i32.const 600)))
      (i32.store (i32.const 68) (call $feed (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 4)))
      (br $again))))`;

async function twoZoos(): Promise<ComputerWorld> {
  const world = new ComputerWorld();
  const devices = { near: Zoo.attach(zooPort()), far: Zoo.attach(zooPort()) };
  await world.add({ id: "a", gasPerTick: 1_000, devices }).load(await watGuest(TWO_ZOOS));
  for (let tick = 0; tick < 5; tick++) world.runTick();
  return world;
}

async function loaded(save: ComputersSave, labels: readonly string[]) {
  const world = new ComputerWorld();
  const devices = Object.fromEntries(labels.map((label) => [label, Zoo.attach(zooPort())]));
  const computer = world.add({ id: "a", gasPerTick: 1_000, devices });
  const lost: string[] = [];
  computer.on("device-lost", ({ label }) => lost.push(label));
  await world.restore(structuredClone(save));
  return { world, computer, lost };
}

function wordAt({ world }: { readonly world: ComputerWorld }, address: number): number {
  const memory = world.capture().computers[0]?.snapshot?.memory ?? new Uint8Array(address + 4);
  return new DataView(memory.buffer, memory.byteOffset).getInt32(address, true);
}

describe("Device removed / renamed / reordered between save and load", () => {
  it("reordered: goes on as it was", async () => {
    const world = await twoZoos();
    const { world: other, lost } = await loaded(world.capture(), ["far", "near"]);
    for (let tick = 0; tick < 10; tick++) {
      world.runTick();
      other.runTick();
      const sorted = other.capture().computers.map(({ snapshot }) => snapshot);
      expect(hashOf(sorted)).toBe(hashOf(world.capture().computers.map(({ snapshot }) => snapshot)));
    }
    expect(lost).toEqual([]);
  });

  it("removed, or renamed: the calls of that one give ERR_GONE, the others go on, and the game is told", async () => {
    const save = (await twoZoos()).capture();
    for (const labels of [["near"], ["near", "farther"]]) {
      const scene = await loaded(save, labels);
      for (let tick = 0; tick < 4; tick++) scene.world.runTick();
      expect([wordAt(scene, 64), wordAt(scene, 68)]).toEqual([-4, 0]);
      expect(scene.lost).toEqual(["far"]);
      expect(scene.computer.state.kind).toBe("running");
    }
  });

  it("removed while its program is not running: comes back, and the program starts without it", async () => {
    const world = await twoZoos();
    for (const end of ["stopped", "exited"]) {
      if (end === "stopped") world.get("a")?.stop();
      else {
        const program = `(module (import "device.zoo" "open" (func $open (param i32) (result i32)))
          (memory (export "memory") 1) (func (export "_start") (drop (call $open (i32.const 0)))))`;
        await world.get("a")?.load(await watGuest(program));
        world.runTick();
      }
      const { computer, world: other } = await loaded(world.capture(), []);
      expect(computer.state).toEqual(world.get("a")?.state);
      computer.start();
      other.runTick();
      expect(["running", "exited"]).toContain(computer.state.kind);
    }
  });
});

it("Load after code/toolchain change → refused with choice, no crash", async () => {
  const world = await twoZoos();
  const save = world.capture();
  const forged = (change: object): ComputersSave => ({
    ...save,
    computers: save.computers.map((saved) => ({ ...saved, snapshot: { ...saved.snapshot!, ...change } })),
  });
  const before = hashOf(world.capture());
  for (const change of [{ engine: "an older one" }, { schedule: 9_999 }, { moduleHash: "0".repeat(64) }]) {
    await expect(world.restore(forged(change))).rejects.toMatchObject({ code: "vm/snapshot-mismatch" });
    expect(hashOf(world.capture())).toBe(before);
  }
  // The choice: the world as it stands goes on, or the program of the save begins anew.
  world.runTick();
  const [program] = save.programs;
  const fresh = new ComputerWorld();
  const computer = fresh.add({ id: "a", devices: { near: Zoo.attach(zooPort()), far: Zoo.attach(zooPort()) } });
  await computer.load(program?.wasm ?? new Uint8Array());
  fresh.runTick();
  expect(computer.state.kind).toBe("waiting");
});

it("Unserialisable device state rejected at attach, named", () => {
  const errors: { readonly error: unknown; readonly where: string }[] = [];
  const Leaky = defineDevice(
    { type: "leaky", doc: "Keeps what cannot be saved.", state: { count: u32("A number") } },
    {
      lifecycle: {
        attach: (_port, leaky) => {
          leaky.state.count = (() => 1) as unknown as number;
        },
      },
    },
  );
  const world = new ComputerWorld({ onError: (error, where) => errors.push({ error, where }) });
  const computer = world.add({ id: "a", devices: { tank: Leaky.attach() } });
  expect(errors).toMatchObject([
    {
      error: { message: expect.stringContaining("count of the state of leaky") as string },
      where: expect.stringContaining('"tank"') as string,
    },
  ]);
  expect(computer.devices["tank"]).toHaveProperty("state.count", 0);
});

it("Debugger pause of 10 min: no time-out, no lost events without a count", async () => {
  const world = new ComputerWorld();
  const zoo = Zoo.attach(zooPort());
  const program = `(module
    (import "gasworks" "event_wait" (func $wait (param i32 i32) (result i32)))
    (import "gasworks" "event_lost" (func $lost (result i32)))
    (import "device.zoo" "open" (func $open (param i32) (result i32)))
    (memory (export "memory") 1) (data (i32.const 0) "near\\00") (global $taken (mut i32) (i32.const 0))
    (func (export "_start")
      (drop (call $open (i32.const 0)))
      (loop $again
        (if (call $wait (i32.const 128) (i32.const 100))
          (then (i32.store (i32.const 64) (i32.add (i32.load (i32.const 64)) (i32.const 1))))
          (else (i32.store (i32.const 68) (i32.add (i32.load (i32.const 68)) (i32.const 1)))))
        (i32.store (i32.const 72) (i32.add (i32.load (i32.const 72)) (call $lost)))
        (br $again))))`;
  await world.add({ id: "a", gasPerTick: 5_000, devices: { near: zoo } }).load(await watGuest(program));
  for (let tick = 0; tick < 20; tick++) world.runTick();
  // Ten minutes of the wall's, none of the world's: the game raises events and runs no tick.
  for (let event = 0; event < 12_000; event++) zoo.raise("left");
  for (let tick = 0; tick < 20; tick++) world.runTick();
  const [taken, timeouts, lost] = [64, 68, 72].map((address) => wordAt({ world }, address));
  expect(timeouts).toBe(0);
  expect((taken ?? 0) + (lost ?? 0)).toBe(12_000);
  expect(taken).toBeGreaterThan(0);
});

it("Copying a computer runs its init exactly once, no double charge", async () => {
  const world = new ComputerWorld();
  const program = await programGuest(
    '#include <stdio.h>\nint main(void) { puts("init"); fflush(stdout); for (volatile int i = 0;; i++); }',
  );
  await world.add({ id: "a", gasPerTick: 5_000 }).load(program);
  for (let tick = 0; tick < 10; tick++) world.runTick();
  const { tick, programs, computers } = world.capture();
  const meta = { name: "", tick, savedAt: "" };
  const save = decodeSave(encodeSave({ meta, world: null, programs, computers }));
  const copied = copyComputer(save, "a", save, { as: "b" });
  world.add({ id: "b", gasPerTick: 5_000 });
  await world.restore({ tick, programs: copied.programs, computers: copied.computers });
  const [a, b] = world.computers as readonly [Computer, Computer];
  for (let more = 0; more < 10; more++) {
    expect([b.gasUsed, b.gasUsedLastTick, b.gasBank]).toEqual([a.gasUsed, a.gasUsedLastTick, a.gasBank]);
    world.runTick();
  }
  expect([a.console.text, b.console.text]).toEqual(["init\n", "init\n"]);
});

it("Crash-looping boot program stops after N reboots; safe-mode load works", async () => {
  const world = new ComputerWorld();
  const computer = world.add({ id: "a", restarts: { most: 3, afterTicks: 2 } });
  const told: string[] = [];
  computer.on("watchdog", ({ kind, restarts }) => told.push(`${kind} ${restarts}`));
  await computer.load(await watGuest('(module (memory (export "memory") 1) (func (export "_start") unreachable))'));
  for (let tick = 0; tick < 100; tick++) world.runTick();
  expect(told).toEqual(["restarted 1", "restarted 2", "restarted 3", "gave-up 3"]);
  // The save of a computer that keeps crashing is loaded without anything of it running.
  await world.restore(world.capture());
  for (let tick = 0; tick < 20; tick++) world.runTick();
  expect(computer.state.kind).toBe("crashed");
  await computer.load(await watGuest('(module (memory (export "memory") 1) (func (export "_start") (loop br 0)))'), {
    start: false,
  });
  world.runTick();
  expect(computer.state).toEqual({ kind: "off", hasProgram: true });
  computer.start();
  world.runTick();
  expect(computer.state.kind).toBe("running");
  expect(told).toHaveLength(4);
});

it("A `printf` a tick costs no extra tick", async () => {
  const world = new ComputerWorld({ compiler: sharedCompiler });
  const computer = world.add({ id: "a", gasPerTick: 20_000 });
  const program =
    '#include <stdio.h>\n#include "devices.h"\nint main(void) { for (;;) { printf("%lld\\n", tick_now()); yield_tick(); } }';
  await computer.load({ "main.c": program });
  for (let tick = 0; tick < 50; tick++) world.runTick();
  const lines = computer.console.text.trim().split("\n").map(Number);
  expect(lines.length).toBeGreaterThan(40);
  expect(lines).toEqual(lines.map((_, at) => (lines[0] ?? 0) + at));
});
