// Real C in a real Vm: a rover that is saved in the middle of a loop, in the middle of a tile, goes on as if nothing had
// happened. The oracle is the run that was never saved.

import { ComputerWorld, Motor, Radar, type Computer, type MotorPort, type RadarPort } from "gasworks/computer";
import { decodeSave, encodeSave, type JsonValue } from "gasworks/persistence";
import { beforeAll, describe, expect, it, vi } from "vitest";

import { sharedCompiler } from "../../../bench/compile-freestanding.ts";
import { programGuest } from "../../support/guest.ts";
import { sharedPreparer } from "../../support/shared-preparer.ts";

// Compiling and preparing take seconds each on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const PROGRAM = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "devices.h"

static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static int sum_of_digits(int n) { return n < 10 ? n : n % 10 + sum_of_digits(n / 10); }

int main(void) {
  motor_t motor = motor_open("wheels");
  radar_t radar = radar_open("eye");
  int *ahead = malloc(4 * sizeof *ahead);
  for (int side = 0; side < 4; side++) {
    ahead[side] = radar_distance(radar);
    int driven = motor_forward(motor, ahead[side] < 3 ? ahead[side] : 3);
    printf("side %d: %d ahead, drove %d, tick %lld, %.3f\\n", side, ahead[side], driven, tick_now(), driven / 3.0);
    if (radar_look(radar) == RADAR_WALL) motor_turn(motor, MOTOR_RIGHT);
  }
  qsort(ahead, 4, sizeof *ahead, compare);
  int work = 0;
  for (int i = 0; i < 20000; i++) work += sum_of_digits(i);
  printf("sorted %d %d %d %d, work %d\\n", ahead[0], ahead[1], ahead[2], ahead[3], work);
  sleep_ticks(3);
  printf("none: %d %s\\n", motor_open("eye"), error_text(motor_forward(motor, -1)));
  return sum_of_digits(12345);
}
`;

/** A field of 6 by 6 tiles with walls around it. */
class Field implements MotorPort, RadarPort {
  readonly ticksPerTile = 4;
  readonly ticksPerTurn = 2;
  place: { x: number; y: number; heading: number; part: number } = { x: 0, y: 0, heading: 0, part: 0 };

  canMove(): boolean {
    return this.scan().distance > 0;
  }

  advance(motion: Parameters<MotorPort["advance"]>[0]): void {
    this.place.part = motion.ticksDone / motion.ticksTotal;
    if (motion.ticksDone < motion.ticksTotal) return;
    const { x, y, heading } = this.place;
    const [dx, dy] = stepOf(heading);
    this.place =
      motion.kind === "forward"
        ? { x: x + dx, y: y + dy, heading, part: 0 }
        : { x, y, heading: (heading + (motion.kind === "turn-right" ? 1 : 3)) % 4, part: 0 };
  }

  halt(): void {
    this.place.part = 0;
  }

  scan(): { distance: number; sight: "wall" } {
    const { x, y, heading } = this.place;
    return { distance: [5 - x, 5 - y, x, y][heading] ?? 0, sight: "wall" };
  }
}

function stepOf(heading: number): readonly [number, number] {
  return (
    (
      [
        [1, 0],
        [0, 1],
        [-1, 0],
        [0, -1],
      ] as const
    )[heading] ?? [0, 0]
  );
}

interface Trip {
  readonly world: ComputerWorld;
  readonly computer: Computer;
  readonly field: Field;
}

function createTrip(): Trip {
  const field = new Field();
  const world = new ComputerWorld({ compiler: sharedCompiler, preparer: sharedPreparer });
  const devices = { wheels: Motor.attach(field), eye: Radar.attach(field) };
  return { field, world, computer: world.add({ id: "rover", gasPerTick: 60_000, devices }) };
}

function factsOf({ world, computer, field }: Trip): unknown {
  return {
    tick: world.tick,
    place: { ...field.place },
    console: computer.console.text,
    state: computer.state,
    gas: [computer.gasUsed, computer.gasUsedLastTick],
  };
}

function save({ world, field }: Trip): Uint8Array {
  const { tick, programs, computers } = world.capture();
  const meta = { name: "test", tick, savedAt: "2026-01-01T00:00:00.000Z" };
  return encodeSave({ meta, world: { ...field.place } as JsonValue, programs, computers });
}

async function load(trip: Trip, bytes: Uint8Array): Promise<void> {
  const { meta, world, programs, computers } = decodeSave(bytes);
  trip.field.place = world as Field["place"];
  await trip.world.restore({ tick: meta.tick, programs, computers });
}

describe("a rover's program", () => {
  const TICKS = 120;
  /** What is true after each tick of the run that is never saved. */
  const reference: unknown[] = [];
  const saves: Uint8Array[] = [];
  /** Another world, as after a reload of the page: it loads again and again, as players do. */
  let other: Trip;

  beforeAll(async () => {
    const trip = createTrip();
    await trip.computer.load({ "main.c": PROGRAM });
    for (let tick = 0; tick <= TICKS; tick++) {
      reference.push(factsOf(trip));
      saves.push(save(trip));
      trip.world.runTick();
    }
    other = createTrip();
  });

  it("drives, prints and exits", () => {
    expect(reference.at(-1)).toMatchObject({
      place: { part: 0 },
      state: { kind: "exited", exitCode: 15 },
      console: expect.stringContaining("sorted 3 3 5 5, work 370000") as string,
    });
  });

  it("goes on from a save of every tick as if it had never been saved", async () => {
    const trip = other;
    for (const [tick, bytes] of saves.entries()) {
      await load(trip, bytes);
      expect(factsOf(trip)).toEqual(reference[tick]);
      // To the end from some, a stretch from all.
      const last = tick % 20 === 0 ? TICKS : Math.min(tick + 5, TICKS);
      for (let next = tick + 1; next <= last; next++) {
        trip.world.runTick();
        expect(factsOf(trip)).toEqual(reference[next]);
      }
    }
  });

  it("is saved and loaded at every single tick without a trace", async () => {
    const trip = other;
    await load(trip, saves[0]!);
    const sizes: number[] = [];
    for (let tick = 0; tick < TICKS; tick++) {
      const bytes = save(trip);
      sizes.push(bytes.length);
      await load(trip, bytes);
      trip.world.runTick();
    }
    expect(factsOf(trip)).toEqual(reference[TICKS]);
    // Each save is the size of the one that the unsaved run would have made: nothing grows by saving.
    expect(sizes).toEqual(saves.slice(0, TICKS).map(({ length }) => length));
  });

  it("stops half-way through a tile, and the rover is put back on it", async () => {
    const trip = other;
    await load(trip, saves[2]!);
    expect(trip.field.place.part).toBeGreaterThan(0);
    trip.computer.stop();
    expect(trip.field.place.part).toBe(0);
  });
});

describe("what is loaded", () => {
  it("gives the compiler's diagnostics for C with an error, and keeps the program before", async () => {
    const { computer } = createTrip();
    await computer.load({ "main.c": "int main(void) { return 3; }" }, { start: false });
    await expect(computer.load({ "main.c": "int main(void) { return x; }" })).rejects.toMatchObject({
      code: "computer/compile-failed",
      diagnostics: [{ file: "main.c", line: 1, severity: "error" }],
    });
    expect(computer.state).toEqual({ kind: "off", hasProgram: true });
  });

  it("compiles the generated headers without a warning", async () => {
    const { computer } = createTrip();
    const { diagnostics } = await computer.load({ "main.c": '#include "devices.h"\nint main(void) { return 0; }' });
    expect(diagnostics).toEqual([]);
  });

  it("refuses a program that wants a device which is not attached", async () => {
    const { computer, world } = createTrip();
    const wasm = await programGuest({
      ...computer.headers,
      "main.c": '#include "devices.h"\nint main(void) { return motor_open("x"); }',
    });
    await expect(world.add({ id: "bare" }).load(wasm)).rejects.toMatchObject({ code: "vm/import-denied" });
  });

  it("crashes in words, not in the tick", async () => {
    const { computer, world } = createTrip();
    await computer.load({ "main.c": "int main(void) { volatile int zero = 0; return 100 / zero; }" });
    for (let tick = 0; tick < 5; tick++) world.runTick();
    expect(computer.state).toMatchObject({ kind: "crashed", report: { code: "integer-divide-by-zero" } });
  });

  it("runs an endless loop in slices and stops it at once", async () => {
    const { computer, world } = createTrip();
    await computer.load({ "main.c": "int main(void) { for (;;) ; }" });
    for (let tick = 0; tick < 20; tick++) world.runTick();
    expect(computer.state).toEqual({ kind: "running" });
    expect(computer.gasUsed).toBeGreaterThan(19n * 60_000n);
    computer.stop();
    expect(computer.state).toEqual({ kind: "off", hasProgram: true });
  });
});
