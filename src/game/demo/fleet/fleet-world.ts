// The rules of the field: rovers that stand in each other's way, and ore that turns up elsewhere when it is mined. All of
// it is numbers in a few lists, so that a thousand rovers are saved as cheaply as they move. No Phaser, no clock.

import type { Motion, MotorPort, MotorPose, RadarPort, Sight } from "gasworks/computer";
import type { JsonValue } from "gasworks/persistence";

import { CellGrid } from "./fleet-field.ts";
import type { Level } from "../rules/level.ts";

/** Clockwise: turning right adds one. */
const HEADINGS = ["north", "east", "south", "west"] as const;
const MOTIONS = ["forward", "turn-left", "turn-right"] as const satisfies readonly Motion["kind"][];

/** Free cells that the radar can see. */
const RADAR_RANGE = 16;
/** At 20 ticks a second: five cells a second. */
const TICKS_PER_CELL = 4;
const TICKS_PER_TURN = 3;
/** Pieces of ore that lie in the field at any time. */
const ORE_COUNT = 160;

/** Numbers of a rover in a save, in this order. */
const FIELDS = ["cell", "heading", "mined", "ahead", "motion", "ticksDone", "ticksTotal"] as const;

type RoverNumbers = Record<(typeof FIELDS)[number], number>;

/** One rover: the port of its own motor and radar. */
export class FleetRover implements MotorPort, RadarPort {
  /** Its place in the fleet, from 0. */
  readonly number: number;
  readonly ticksPerTile: number = TICKS_PER_CELL;
  readonly ticksPerTurn: number = TICKS_PER_TURN;
  readonly #world: FleetWorld;
  #state: RoverNumbers;

  /** @internal */
  constructor(world: FleetWorld, number: number, state: RoverNumbers) {
    this.#world = world;
    this.number = number;
    this.#state = state;
  }

  /** The cell that it stands on, row by row. */
  get cell(): number {
    return this.#state.cell;
  }

  /** 0 north, 1 east, 2 south, 3 west. */
  get heading(): number {
    return this.#state.heading;
  }

  /** Pieces of ore that it has mined. */
  get mined(): number {
    return this.#state.mined;
  }

  /** The movement it is in the middle of. */
  get motion(): Motion | undefined {
    const { motion, ticksDone, ticksTotal } = this.#state;
    const kind = MOTIONS[motion];
    return kind === undefined ? undefined : { kind, ticksDone, ticksTotal };
  }

  // The motor's port.

  pose(): MotorPose {
    const { width } = this.#world.grid;
    const heading = HEADINGS[this.heading] ?? "north";
    return { x: this.cell % width, y: Math.floor(this.cell / width), heading };
  }

  canMove(): boolean {
    const ahead = this.#world.grid.next(this.cell, this.heading);
    if (this.#world.isTaken(ahead)) return false;
    // Taken from now on, so that no two rovers drive onto one cell.
    this.#world.take(ahead);
    this.#state = { ...this.#state, ahead };
    return true;
  }

  advance({ kind, ticksDone, ticksTotal }: Motion): void {
    if (ticksDone < ticksTotal) {
      this.#state = { ...this.#state, motion: MOTIONS.indexOf(kind), ticksDone, ticksTotal };
      return;
    }
    const { cell, heading, ahead } = this.#state;
    this.#rest();
    if (kind === "forward") {
      this.#world.leave(cell);
      const mined = this.mined + (this.#world.mine(ahead) ? 1 : 0);
      this.#state = { ...this.#state, cell: ahead, ahead: -1, mined };
    } else {
      const quarters = kind === "turn-right" ? 1 : HEADINGS.length - 1;
      this.#state = { ...this.#state, heading: (heading + quarters) % HEADINGS.length };
    }
  }

  halt(): void {
    if (this.#state.ahead >= 0) this.#world.leave(this.#state.ahead);
    this.#rest();
    this.#state = { ...this.#state, ahead: -1 };
  }

  // The radar's port.

  scan(): { readonly distance: number; readonly sight: Sight } {
    let { cell } = this;
    for (let distance = 0; distance <= RADAR_RANGE; distance++) {
      cell = this.#world.grid.next(cell, this.heading);
      if (this.#world.hasOre(cell)) return { distance, sight: "ore" };
      if (this.#world.isTaken(cell)) return { distance, sight: "wall" };
    }
    return { distance: RADAR_RANGE, sight: "nothing" };
  }

  /** @internal */
  save(): number[] {
    return FIELDS.map((field) => this.#state[field]);
  }

  /** @internal */
  load(state: RoverNumbers): void {
    this.#state = state;
  }

  #rest(): void {
    this.#state = { ...this.#state, motion: -1, ticksDone: 0, ticksTotal: 0 };
  }
}

/** The field, its rovers and its ore. */
export class FleetWorld {
  readonly grid: CellGrid;
  readonly rovers: readonly FleetRover[];
  /** How many rovers and walls claim each cell: at most one. */
  readonly #taken: Uint8Array;
  readonly #isOre: Uint8Array;
  /** Cells with ore. A piece keeps its place in the list when it turns up elsewhere. */
  #ore: readonly number[] = [];
  #dice = 1;

  /** @param count - Rovers, 1 to as many as leave room for the ore. */
  constructor(level: Level, count: number) {
    this.grid = new CellGrid(level);
    const most = this.grid.free.length - 2 * ORE_COUNT;
    if (!Number.isInteger(count) || count < 1 || count > most) {
      throw new RangeError(`Cannot put ${count} rovers into the field: expected an integer from 1 to ${most}`);
    }
    this.#taken = new Uint8Array(this.grid.width * this.grid.height);
    this.#isOre = new Uint8Array(this.#taken.length);
    const places = this.#shuffled(this.grid.free);
    this.rovers = Array.from({ length: count }, (_, number) => {
      const cell = places[number] ?? 0;
      const still = { mined: 0, ahead: -1, motion: -1, ticksDone: 0, ticksTotal: 0 };
      return new FleetRover(this, number, { cell, heading: number % HEADINGS.length, ...still });
    });
    this.#ore = places.slice(count, count + ORE_COUNT);
    this.#mark();
  }

  /** Cells with ore. */
  get ore(): readonly number[] {
    return this.#ore;
  }

  hasOre(cell: number): boolean {
    return this.#isOre[cell] === 1;
  }

  /** Whether a wall or a rover is there, or a rover is about to be. */
  isTaken(cell: number): boolean {
    return this.#taken[cell] === 1 || !this.grid.isOpen(cell);
  }

  /** @internal */
  take(cell: number): void {
    this.#taken[cell] = 1;
  }

  /** @internal */
  leave(cell: number): void {
    this.#taken[cell] = 0;
  }

  /** @internal Takes the ore of a cell, if there is any, and lets it turn up elsewhere. */
  mine(cell: number): boolean {
    if (!this.hasOre(cell)) return false;
    this.#isOre[cell] = 0;
    let elsewhere = cell;
    while (this.hasOre(elsewhere) || this.isTaken(elsewhere)) {
      elsewhere = this.grid.free[this.#roll(this.grid.free.length)] ?? 0;
    }
    this.#isOre[elsewhere] = 1;
    this.#ore = this.#ore.map((piece) => (piece === cell ? elsewhere : piece));
    return true;
  }

  save(): JsonValue {
    return { dice: this.#dice, ore: [...this.#ore], rovers: this.rovers.map((rover) => rover.save()) };
  }

  /**
   * Takes over what {@link FleetWorld.save} gave.
   *
   * @throws {TypeError} if it is of another fleet, or no such state; nothing is changed then.
   */
  load(saved: unknown): void {
    const { dice, ore, rovers } = record(saved);
    const cells = this.#taken.length;
    if (!Array.isArray(rovers) || rovers.length !== this.rovers.length) {
      throw new TypeError(`Cannot load the field: expected a save of ${this.rovers.length} rovers`);
    }
    const states = rovers.map((numbers) => this.#roverFrom(numbers));
    const pieces = integers(ore, [0, cells - 1], ORE_COUNT);
    const [rolled = 0] = integers([dice], [0, 2 ** 32 - 1], 1);
    this.#dice = rolled;
    this.#ore = pieces;
    for (const [number, rover] of this.rovers.entries()) rover.load(states[number] as RoverNumbers);
    this.#mark();
  }

  #roverFrom(saved: unknown): RoverNumbers {
    const numbers = integers(saved, [-1, this.#taken.length - 1], FIELDS.length);
    const state = Object.fromEntries(FIELDS.map((field, at) => [field, numbers[at] ?? 0])) as RoverNumbers;
    const isPlaced = this.grid.isOpen(state.cell) && (state.ahead < 0 || this.grid.isOpen(state.ahead));
    if (isPlaced && state.heading >= 0 && state.heading < HEADINGS.length && state.motion < MOTIONS.length)
      return state;
    throw new TypeError("Cannot load the field: a rover is where none can be");
  }

  /** Writes down anew what is where. */
  #mark(): void {
    this.#taken.fill(0);
    this.#isOre.fill(0);
    for (const rover of this.rovers) {
      this.take(rover.cell);
      const [, , , ahead = -1] = rover.save();
      if (ahead >= 0) this.take(ahead);
    }
    for (const cell of this.#ore) this.#isOre[cell] = 1;
  }

  #shuffled(cells: readonly number[]): number[] {
    const shuffled = [...cells];
    for (let at = shuffled.length - 1; at > 0; at--) {
      const other = this.#roll(at + 1);
      [shuffled[at], shuffled[other]] = [shuffled[other] ?? 0, shuffled[at] ?? 0];
    }
    return shuffled;
  }

  /** The same dice for everybody: what they show next is part of the save. */
  #roll(limit: number): number {
    this.#dice = (Math.imul(this.#dice, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#dice / 2 ** 32) * limit);
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new TypeError("Cannot load the field: expected an object");
}

function integers(value: unknown, [min, max]: readonly [number, number], count: number): number[] {
  const isRight = (item: unknown): item is number =>
    Number.isInteger(item) && (item as number) >= min && (item as number) <= max;
  if (Array.isArray(value) && value.length === count && value.every(isRight)) return value;
  throw new TypeError(`Cannot load the field: expected ${count} integers from ${min} to ${max}`);
}
