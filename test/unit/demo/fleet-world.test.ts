// The field of a thousand rovers, without a page: its rules, and every program that it offers.

import { readFileSync } from "node:fs";

import { ComputerWorld, Motor, Radar } from "gasworks/computer";
import { describe, expect, it } from "vitest";

import { sharedCompiler as compiler } from "../../../bench/compile-freestanding.ts";
import { CellGrid, FIELD } from "../../../src/game/demo/fleet/fleet-field.ts";
import { FleetWorld, type FleetRover } from "../../../src/game/demo/fleet/fleet-world.ts";
import { Transponder } from "../../../src/game/demo/fleet/transponder.ts";
import { parseLevel } from "../../../src/game/demo/rules/level.ts";

/** A level of 24 × 24 tiles with nothing in it. */
const HALL = parseLevel(
  Array.from({ length: 24 }, (_, y) =>
    y === 0 || y === 23 ? "#".repeat(24) : `#${".".repeat(21)}${y === 1 ? "B" : "."}#`,
  ),
);

/** Does what the motor does for a cell or a turn. */
function move(rover: FleetRover, kind: "forward" | "turn-left" | "turn-right", ticks = 4): void {
  for (let ticksDone = 1; ticksDone <= ticks; ticksDone++) rover.advance({ kind, ticksDone, ticksTotal: 4 });
}

function facing(world: FleetWorld, rover: FleetRover, heading: number): FleetRover {
  while (rover.heading !== heading) move(rover, "turn-right");
  expect(world.grid.isOpen(rover.cell)).toBe(true);
  return rover;
}

/** Where everybody is and would be: what no two may share. */
function claims(world: FleetWorld): number[] {
  return (world.save() as { readonly rovers: readonly number[][] }).rovers.flatMap(([cell = -1, , , ahead = -1]) =>
    ahead < 0 ? [cell] : [cell, ahead],
  );
}

describe("FleetWorld", () => {
  it("begins with every rover and every piece of ore on a cell of its own, the same each time", () => {
    const world = new FleetWorld(FIELD, 1_000);
    const cells = [...world.rovers.map(({ cell }) => cell), ...world.ore];
    expect(new Set(cells).size).toBe(1_160);
    expect(cells.every((cell) => world.grid.isOpen(cell))).toBe(true);
    expect(new FleetWorld(FIELD, 1_000).save()).toEqual(world.save());
  });

  it("refuses a fleet that has no room", () => {
    for (const count of [0, 1.5, 100_000]) expect(() => new FleetWorld(FIELD, count)).toThrow(RangeError);
  });

  it("drives a rover onto the next cell at the last tick, and claims the cell from the first", () => {
    const world = new FleetWorld(HALL, 1);
    const [rover] = world.rovers as [FleetRover];
    facing(world, rover, 1);
    const from = rover.cell;
    expect(rover.canMove()).toBe(true);
    expect(world.isTaken(from + 1)).toBe(true);
    move(rover, "forward", 3);
    expect([rover.cell, rover.motion]).toEqual([from, { kind: "forward", ticksDone: 3, ticksTotal: 4 }]);
    rover.advance({ kind: "forward", ticksDone: 4, ticksTotal: 4 });
    expect([rover.cell, rover.motion]).toEqual([from + 1, undefined]);
    expect([world.isTaken(from), world.isTaken(from + 1)]).toEqual([false, true]);
  });

  it("tells a rover's motor the column and the row that it stands in", () => {
    const world = new FleetWorld(HALL, 1);
    const [rover] = world.rovers as [FleetRover];
    facing(world, rover, 3);
    const { width } = world.grid;
    const { x, y, heading } = rover.pose();
    expect([y * width + x, heading]).toEqual([rover.cell, "west"]);
    expect(world.grid.isOpen(y * width + x - 1)).toBe(rover.canMove());
  });

  it("gives a claimed cell back when the program is stopped on the way", () => {
    const world = new FleetWorld(HALL, 1);
    const [rover] = world.rovers as [FleetRover];
    facing(world, rover, 2);
    rover.canMove();
    move(rover, "forward", 2);
    rover.halt();
    expect(rover.motion).toBeUndefined();
    expect(claims(world)).toEqual([rover.cell]);
    expect(world.isTaken(world.grid.next(rover.cell, 2))).toBe(false);
  });

  it("lets mined ore turn up elsewhere, on a free cell", () => {
    const world = new FleetWorld(HALL, 1);
    const [rover] = world.rovers as [FleetRover];
    for (let step = 0; step < 400; step++) {
      const seen = rover.scan();
      if (seen.sight === "wall" && seen.distance === 0) move(rover, step % 3 === 0 ? "turn-left" : "turn-right");
      else if (rover.canMove()) move(rover, "forward");
    }
    expect(rover.mined).toBeGreaterThan(5);
    expect(new Set(world.ore).size).toBe(160);
    expect(world.ore.every((cell) => world.grid.isOpen(cell) && world.hasOre(cell))).toBe(true);
    expect(world.hasOre(rover.cell)).toBe(false);
  });

  it("refuses states of other fleets and broken ones, and changes nothing", () => {
    const world = new FleetWorld(FIELD, 3);
    const before = world.save() as { dice: number; ore: number[]; rovers: number[][] };
    const wall = 0;
    for (const bad of [
      null,
      new FleetWorld(FIELD, 4).save(),
      { ...before, dice: -1 },
      { ...before, ore: before.ore.slice(1) },
      { ...before, rovers: before.rovers.with(0, [wall, 0, 0, -1, -1, 0, 0]) },
      { ...before, rovers: before.rovers.with(0, [before.rovers[0]?.[0] ?? 0, 4, 0, -1, -1, 0, 0]) },
      { ...before, rovers: before.rovers.with(0, [0.5, 0, 0, -1, -1, 0, 0]) },
    ]) {
      expect(() => world.load(bad)).toThrow(TypeError);
      expect(world.save()).toEqual(before);
    }
  });
});

describe("the field", () => {
  it("can be driven from every free cell to every other one", () => {
    const grid = new CellGrid(FIELD);
    const reached = new Set(grid.free.slice(0, 1));
    for (const cell of reached) {
      for (const heading of [0, 1, 2, 3]) {
        const next = grid.next(cell, heading);
        if (grid.isOpen(next)) reached.add(next);
      }
    }
    expect(reached.size).toBe(grid.free.length);
  });
});

describe("every program of the fleet", () => {
  const SIZE = 60;

  async function fleetWith(program: string): Promise<{ computers: ComputerWorld; field: FleetWorld }> {
    const field = new FleetWorld(FIELD, SIZE);
    const computers = new ComputerWorld({ compiler, memory: "arena" });
    const source = readFileSync(new URL(`../../../src/game/demo/programs/fleet/${program}`, import.meta.url), "utf8");
    await Promise.all(
      field.rovers.map((rover) => {
        const devices = {
          motor: Motor.attach(rover),
          radar: Radar.attach(rover),
          transponder: Transponder.attach({ number: rover.number, fleetSize: SIZE }),
        };
        const id = `rover-${String(rover.number).padStart(4, "0")}`;
        return computers.add({ id, gasPerTick: 10_000, memoryPages: 4, devices }).load({ "main.c": source });
      }),
    );
    return { computers, field };
  }

  it.each(["prospect.c", "patrol.c", "think.c"])("%s drives for ever, never two on one cell", async (program) => {
    const { computers, field } = await fleetWith(program);
    const starts = field.rovers.map(({ cell }) => cell);
    const moved = new Set<number>();
    for (let tick = 0; tick < 400; tick++) {
      computers.runTick();
      const claimed = claims(field);
      expect(new Set(claimed).size).toBe(claimed.length);
      for (const { cell, number } of field.rovers) if (cell !== starts[number]) moved.add(number);
    }
    expect(moved.size).toBe(SIZE);
    const kinds = new Set(computers.computers.map(({ state }) => state.kind));
    expect([...kinds].filter((kind) => kind !== "running" && kind !== "waiting")).toEqual([]);
    computers.dispose();
  });

  it("goes on from a save in the middle of all loops as if nothing had happened", async () => {
    const { computers, field } = await fleetWith("prospect.c");
    for (let tick = 0; tick < 150; tick++) computers.runTick();
    const save = { computers: computers.capture(), field: structuredClone(field.save()) };
    const follow = (): unknown[] =>
      Array.from({ length: 100 }, () => {
        computers.runTick();
        return field.save();
      });
    const straight = follow();
    field.load(save.field);
    await computers.restore(save.computers);
    expect(field.save()).toEqual(save.field);
    expect(follow()).toEqual(straight);
    computers.dispose();
  });
});
