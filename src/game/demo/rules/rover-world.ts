// The rules of the yard: one rover on a grid, ore to fetch, a base to bring it to. No Phaser, no clock: everything
// happens in ticks that the computers' devices count.

import type { Motion, MotorPort, MotorPose, RadarPort, Sight } from "gasworks/computer";
import type { JsonValue } from "gasworks/persistence";

import type { Level, Tile } from "./level.ts";

/** Clockwise, so that turning right adds one. */
export const HEADINGS = ["north", "east", "south", "west"] as const;

export type Heading = (typeof HEADINGS)[number];

/** Step of one tile in each heading; y grows to the south. */
export const STEPS: Readonly<Record<Heading, Tile>> = {
  north: { x: 0, y: -1 },
  east: { x: 1, y: 0 },
  south: { x: 0, y: 1 },
  west: { x: -1, y: 0 },
};

/** Where the rover is, and what of a movement is done. */
export interface Rover extends Tile {
  readonly heading: Heading;
  /** Pieces of ore on board, 0 to {@link CARGO_LIMIT}. */
  readonly cargo: number;
  /** The movement it is in the middle of: for drawing only, the rules know whole tiles. */
  readonly motion: Motion | null;
}

/** Everything of the yard that a save has to hold. Plain data. */
export interface RoverWorldState {
  readonly rover: Rover;
  /** Ore still lying there, in the level's order. */
  readonly ore: readonly Tile[];
  /** Pieces of ore brought to the base. */
  readonly delivered: number;
  /** Tiles driven. */
  readonly driven: number;
}

/** What the scene may want to show. None of it is needed to draw the world right: that is all in the state. */
export type RoverEvent =
  | { readonly kind: "mined"; readonly at: Tile }
  | { readonly kind: "delivered"; readonly pieces: number }
  | { readonly kind: "bumped"; readonly at: Tile }
  | { readonly kind: "scanned"; readonly tiles: number }
  | { readonly kind: "replaced" };

/** Pieces of ore that fit on the rover. */
export const CARGO_LIMIT = 4;

/** Free tiles that the radar can see. */
export const RADAR_RANGE = 12;

/** At 20 ticks a second: four tiles a second. */
const TICKS_PER_TILE = 5;
const TICKS_PER_TURN = 3;

/**
 * The yard and its rover. It is the port of the rover's motor and of its radar.
 *
 * A program is in the middle of a drive when the game is saved: how many tiles are left is the motor's state, saved with
 * the computer; where the rover stands is the world's, saved by {@link RoverWorld.save}.
 */
export class RoverWorld implements MotorPort, RadarPort {
  readonly level: Level;
  readonly ticksPerTile: number = TICKS_PER_TILE;
  readonly ticksPerTurn: number = TICKS_PER_TURN;
  readonly #listeners = new Set<(event: RoverEvent) => void>();
  #state: RoverWorldState;

  constructor(level: Level) {
    this.level = level;
    this.#state = startOf(level);
  }

  get state(): RoverWorldState {
    return this.#state;
  }

  /** Tells of events from now on. @returns Ends it. */
  subscribe(listener: (event: RoverEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Puts everything back to where it was in the beginning. */
  reset(): void {
    this.#state = startOf(this.level);
    this.#tell({ kind: "replaced" });
  }

  // The motor's port.

  pose(): MotorPose {
    const { x, y, heading } = this.#state.rover;
    return { x, y, heading };
  }

  canMove(): boolean {
    const { rover } = this.#state;
    const ahead = neighbor(rover, rover.heading);
    if (this.level.kindAt(ahead) !== "wall") return true;
    this.#tell({ kind: "bumped", at: ahead });
    return false;
  }

  advance(motion: Motion): void {
    const { rover } = this.#state;
    if (motion.ticksDone < motion.ticksTotal) {
      this.#state = { ...this.#state, rover: { ...rover, motion } };
      return;
    }
    switch (motion.kind) {
      case "forward":
        this.#enter(neighbor(rover, rover.heading));
        return;
      case "turn-left":
      case "turn-right":
        this.#state = {
          ...this.#state,
          rover: { ...rover, heading: turned(rover.heading, motion.kind === "turn-left" ? -1 : 1), motion: null },
        };
        return;
      default:
        motion.kind satisfies never;
    }
  }

  halt(): void {
    this.#state = { ...this.#state, rover: { ...this.#state.rover, motion: null } };
  }

  // The radar's port.

  scan(): { readonly distance: number; readonly sight: Sight } {
    const seen = this.#lookAhead();
    this.#tell({ kind: "scanned", tiles: seen.distance + (seen.sight === "nothing" ? 0 : 1) });
    return seen;
  }

  // The save.

  /** Copies everything that {@link RoverWorld.load} needs. */
  save(): JsonValue {
    return structuredClone(this.#state) as RoverWorldState & JsonValue;
  }

  /**
   * Takes over a state that {@link RoverWorld.save} gave.
   *
   * @throws {TypeError} if it is no such state, or the rover would stand in a wall; nothing is changed then.
   */
  load(state: unknown): void {
    this.#state = checkedState(state, this.level);
    this.#tell({ kind: "replaced" });
  }

  #lookAhead(): { readonly distance: number; readonly sight: Sight } {
    const { rover } = this.#state;
    let tile: Tile = rover;
    for (let distance = 0; distance <= RADAR_RANGE; distance++) {
      tile = neighbor(tile, rover.heading);
      const kind = this.level.kindAt(tile);
      if (kind !== "ground") return { distance, sight: kind };
      if (this.#oreAt(tile)) return { distance, sight: "ore" };
    }
    return { distance: RADAR_RANGE, sight: "nothing" };
  }

  #enter(tile: Tile): void {
    const { rover, ore, delivered, driven } = this.#state;
    const moved = { ...rover, x: tile.x, y: tile.y, motion: null };
    this.#state = { ore, rover: moved, delivered, driven: driven + 1 };
    if (this.#oreAt(tile) && rover.cargo < CARGO_LIMIT) {
      this.#state = {
        ...this.#state,
        rover: { ...moved, cargo: rover.cargo + 1 },
        ore: ore.filter((piece) => !isSame(piece, tile)),
      };
      this.#tell({ kind: "mined", at: tile });
    } else if (this.level.kindAt(tile) === "base" && rover.cargo > 0) {
      this.#state = { ...this.#state, rover: { ...moved, cargo: 0 }, delivered: delivered + rover.cargo };
      this.#tell({ kind: "delivered", pieces: rover.cargo });
    }
  }

  #oreAt(tile: Tile): boolean {
    return this.#state.ore.some((piece) => isSame(piece, tile));
  }

  #tell(event: RoverEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** The tile next to another one. */
export function neighbor(tile: Tile, heading: Heading): Tile {
  return { x: tile.x + STEPS[heading].x, y: tile.y + STEPS[heading].y };
}

/** The heading after so many quarter turns clockwise. */
export function turned(heading: Heading, quarters: -1 | 1): Heading {
  return HEADINGS[(HEADINGS.indexOf(heading) + quarters + 4) % 4] ?? heading;
}

function isSame(a: Tile, b: Tile): boolean {
  return a.x === b.x && a.y === b.y;
}

function startOf(level: Level): RoverWorldState {
  return {
    rover: { ...level.start, heading: "east", cargo: 0, motion: null },
    ore: level.ore,
    delivered: 0,
    driven: 0,
  };
}

function checkedState(value: unknown, level: Level): RoverWorldState {
  const state = record(value, "the yard");
  const rover = record(state["rover"], "the rover");
  const at = checkedTile(rover, "the rover");
  const heading = HEADINGS.find((name) => name === rover["heading"]);
  if (heading === undefined) throw refusal("the rover's heading", rover["heading"], HEADINGS.join(", "));
  if (level.kindAt(at) === "wall") throw refusal("the rover's tile", `${at.x},${at.y}`, "a tile without a wall");
  if (!Array.isArray(state["ore"])) throw refusal("the ore", state["ore"], "a list of tiles");
  return {
    rover: {
      ...at,
      heading,
      cargo: count(rover["cargo"], "the rover's cargo", CARGO_LIMIT),
      motion: rover["motion"] === null ? null : checkedMotion(rover["motion"]),
    },
    ore: state["ore"].map((piece) => checkedTile(record(piece, "a piece of ore"), "a piece of ore")),
    delivered: count(state["delivered"], "the delivered ore"),
    driven: count(state["driven"], "the tiles driven"),
  };
}

function checkedMotion(value: unknown): Motion {
  const motion = record(value, "the rover's motion");
  const kind = (["forward", "turn-left", "turn-right"] as const).find((name) => name === motion["kind"]);
  if (kind === undefined) throw refusal("the rover's motion", motion["kind"], "forward, turn-left or turn-right");
  const ticksTotal = count(motion["ticksTotal"], "the motion's ticks");
  return { kind, ticksTotal, ticksDone: count(motion["ticksDone"], "the motion's ticks", ticksTotal) };
}

function checkedTile(value: Readonly<Record<string, unknown>>, what: string): Tile {
  return { x: count(value["x"], what), y: count(value["y"], what) };
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) throw refusal(what, value, "an object");
  return value as Readonly<Record<string, unknown>>;
}

function count(value: unknown, what: string, max: number = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw refusal(what, value, max === Number.MAX_SAFE_INTEGER ? "an integer >= 0" : `an integer from 0 to ${max}`);
}

function refusal(what: string, found: unknown, expected: string): TypeError {
  return new TypeError(`Cannot load ${what}: found ${JSON.stringify(found) ?? "nothing"}, expected ${expected}`);
}
