// The rules of the yard, tick by tick.

import { describe, expect, test } from "vitest";

import { parseLevel } from "../../../src/game/demo/rules/level.ts";
import { between, poseOf } from "../../../src/game/demo/rules/rover-pose.ts";
import { CARGO_LIMIT, RADAR_RANGE, RoverWorld, type RoverEvent } from "../../../src/game/demo/rules/rover-world.ts";

const LEVEL = parseLevel([
  "##########", //
  "#B.oooooo#",
  "#........#",
  "##########",
]);

/** Does what the motor does: asks, then counts the ticks. @returns tiles really driven */
function drive(world: RoverWorld, tiles: number): number {
  for (let moved = 0; moved < tiles; moved++) {
    if (!world.canMove()) return moved;
    for (let ticksDone = 1; ticksDone <= world.ticksPerTile; ticksDone++) {
      world.advance({ kind: "forward", ticksDone, ticksTotal: world.ticksPerTile });
    }
  }
  return tiles;
}

function turn(world: RoverWorld, kind: "turn-left" | "turn-right", times = 1): void {
  for (let time = 0; time < times; time++) {
    for (let ticksDone = 1; ticksDone <= world.ticksPerTurn; ticksDone++) {
      world.advance({ kind, ticksDone, ticksTotal: world.ticksPerTurn });
    }
  }
}

describe("driving", () => {
  test("tells the motor where it stands and faces", () => {
    const world = new RoverWorld(LEVEL);
    drive(world, 2);
    turn(world, "turn-right");
    expect(world.pose()).toEqual({ x: 3, y: 1, heading: "south" });
  });

  test("a rover is on its old tile until the last tick of a movement", () => {
    const world = new RoverWorld(LEVEL);
    world.advance({ kind: "forward", ticksDone: 4, ticksTotal: 5 });
    expect(world.state.rover).toMatchObject({ x: 1, y: 1 });
    world.advance({ kind: "forward", ticksDone: 5, ticksTotal: 5 });
    expect(world.state.rover).toMatchObject({ x: 2, y: 1, motion: null });
  });

  test("a wall stops it and is told of", () => {
    const world = new RoverWorld(LEVEL);
    const events: RoverEvent[] = [];
    world.subscribe((event) => events.push(event));
    turn(world, "turn-left");
    expect(drive(world, 3)).toBe(0);
    expect(events).toEqual([{ kind: "bumped", at: { x: 1, y: 0 } }]);
  });

  test("four quarter turns end where they began, either way", () => {
    const world = new RoverWorld(LEVEL);
    turn(world, "turn-left", 4);
    expect(world.state.rover.heading).toBe("east");
    turn(world, "turn-right", 3);
    expect(world.state.rover.heading).toBe("north");
  });

  test("a stop in the middle of a tile leaves it on the tile where it was", () => {
    const world = new RoverWorld(LEVEL);
    world.advance({ kind: "forward", ticksDone: 3, ticksTotal: 5 });
    world.halt();
    expect(world.state.rover).toMatchObject({ x: 1, y: 1, motion: null });
  });
});

describe("ore", () => {
  test("driving onto ore takes it aboard, until the rover is full", () => {
    const world = new RoverWorld(LEVEL);
    expect(drive(world, 100)).toBe(7);
    expect(world.state.rover.cargo).toBe(CARGO_LIMIT);
    expect(world.state.ore).toEqual([
      { x: 7, y: 1 },
      { x: 8, y: 1 },
    ]);
  });

  test("driving onto the base delivers all of it", () => {
    const world = new RoverWorld(LEVEL);
    drive(world, 4);
    turn(world, "turn-right", 2);
    drive(world, 4);
    expect(world.state).toMatchObject({ delivered: 3, rover: { x: 1, y: 1, cargo: 0 } });
  });
});

describe("radar", () => {
  test("it tells the first thing ahead and the free tiles before it", () => {
    const world = new RoverWorld(LEVEL);
    expect(world.scan()).toEqual({ distance: 1, sight: "ore" });
    turn(world, "turn-right");
    expect(world.scan()).toEqual({ distance: 1, sight: "wall" });
    drive(world, 1);
    turn(world, "turn-right", 2);
    expect(world.scan()).toEqual({ distance: 0, sight: "base" });
  });

  test("nothing within its range is nothing at its range", () => {
    const world = new RoverWorld(parseLevel([`B${".".repeat(RADAR_RANGE + 1)}`]));
    expect(world.scan()).toEqual({ distance: RADAR_RANGE, sight: "nothing" });
  });

  test("a wall right behind the range is not seen, one at its end is", () => {
    expect(new RoverWorld(parseLevel([`B${".".repeat(RADAR_RANGE)}`])).scan().sight).toBe("wall");
  });
});

describe("saves", () => {
  test("a world that was saved in the middle of a movement is the same after loading", () => {
    const world = new RoverWorld(LEVEL);
    drive(world, 3);
    world.advance({ kind: "forward", ticksDone: 2, ticksTotal: 5 });
    const twin = new RoverWorld(LEVEL);
    twin.load(JSON.parse(JSON.stringify(world.save())));
    expect(twin.state).toEqual(world.state);
  });

  test("a save shares nothing with the world that goes on", () => {
    const world = new RoverWorld(LEVEL);
    const saved = JSON.stringify(world.save());
    drive(world, 5);
    expect(saved).toContain('"cargo":0');
    world.load(JSON.parse(saved));
    expect(world.state.rover).toMatchObject({ x: 1, y: 1, cargo: 0 });
  });

  test.each([
    ["no object", null],
    [
      "a rover in a wall",
      { rover: { x: 0, y: 0, heading: "east", cargo: 0, motion: null }, ore: [], delivered: 0, driven: 0 },
    ],
    [
      "an unknown heading",
      { rover: { x: 1, y: 1, heading: "up", cargo: 0, motion: null }, ore: [], delivered: 0, driven: 0 },
    ],
    [
      "too much cargo",
      { rover: { x: 1, y: 1, heading: "east", cargo: 99, motion: null }, ore: [], delivered: 0, driven: 0 },
    ],
    [
      "half a tile",
      { rover: { x: 1.5, y: 1, heading: "east", cargo: 0, motion: null }, ore: [], delivered: 0, driven: 0 },
    ],
    [
      "ore that is no list",
      { rover: { x: 1, y: 1, heading: "east", cargo: 0, motion: null }, ore: 3, delivered: 0, driven: 0 },
    ],
  ])("a save with %s is refused and leaves the world as it was", (_what, bad) => {
    const world = new RoverWorld(LEVEL);
    drive(world, 2);
    const before = world.state;
    expect(() => world.load(bad)).toThrow(TypeError);
    expect(world.state).toBe(before);
  });
});

describe("drawing", () => {
  test("a pose lies between the ticks around it", () => {
    const world = new RoverWorld(LEVEL);
    const before = poseOf(world.state.rover);
    world.advance({ kind: "forward", ticksDone: 1, ticksTotal: 5 });
    const after = poseOf(world.state.rover);
    expect(after.x).toBeCloseTo(1.2);
    expect(between(before, after, 0.5).x).toBeCloseTo(1.1);
  });

  test("a turn shows the new heading from its middle on", () => {
    const world = new RoverWorld(LEVEL);
    world.advance({ kind: "turn-left", ticksDone: 1, ticksTotal: 4 });
    expect(poseOf(world.state.rover).heading).toBe("east");
    world.advance({ kind: "turn-left", ticksDone: 2, ticksTotal: 4 });
    expect(poseOf(world.state.rover).heading).toBe("north");
  });
});

describe("levels", () => {
  test.each([
    ["rows of two lengths", ["B..", ".."]],
    ["an unknown letter", ["B?."]],
    ["no base", ["..."]],
    ["two bases", ["B.B"]],
  ])("a yard with %s is refused", (_what, rows) => {
    expect(() => parseLevel(rows)).toThrow(RangeError);
  });

  test("everything outside of a yard is wall", () => {
    const level = parseLevel(["B"]);
    expect(level.kindAt({ x: -1, y: 0 })).toBe("wall");
    expect(level.kindAt({ x: 0, y: 1 })).toBe("wall");
  });
});
