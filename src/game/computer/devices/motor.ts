// Drives and turns whatever the game puts behind the port, in tiles and quarter turns.

import { defineDevice, type DeviceDefinition } from "../device/define-device.ts";
import { DEVICE_ERRORS } from "../device/device-errors.ts";
import { i32 } from "../device/fields.ts";
import { done, pending, query, task } from "../device/members.ts";

/** One tick of a movement: when `ticksDone` reaches `ticksTotal`, the machine has arrived. */
export interface Motion {
  readonly kind: "forward" | "turn-left" | "turn-right";
  /** 1 to `ticksTotal`. */
  readonly ticksDone: number;
  readonly ticksTotal: number;
}

/** Ways that a machine may face, clockwise. North is where `y` gets smaller, east where `x` gets larger. */
const HEADINGS = ["north", "east", "south", "west"] as const;

/** Where a machine stands, in tiles, and which way it faces. */
export interface MotorPose {
  /** An i32. */
  readonly x: number;
  /** An i32; it grows to the south. */
  readonly y: number;
  readonly heading: (typeof HEADINGS)[number];
}

/** What a motor needs from the game. Called once a tick at most, always in computer order. */
export interface MotorPort {
  /** Ticks that one tile takes. An integer ≥ 1; read when a tile begins. */
  readonly ticksPerTile: number;
  /** Ticks that a quarter turn takes. An integer ≥ 1; read when a turn begins. */
  readonly ticksPerTurn: number;
  /**
   * Where the machine stands and faces: asked between movements only. Without it `motor_pose` and `motor_move_to` answer
   * with `ERR_UNSUPPORTED`.
   */
  pose?(): MotorPose;
  /** Whether the tile ahead can be entered now. Asked once for each tile, before the first tick of its motion. */
  canMove(): boolean;
  /** Goes on with a movement. At `ticksDone === ticksTotal` the machine stands on the next tile, or faces the new way. */
  advance(motion: Motion): void;
  /** The program was stopped in the middle of a movement: put the machine back on its tile. */
  halt(): void;
}

const LEFT = 0;
const RIGHT = 1;
const AHEAD = 2;

/** What all movements keep: how far the one under way is. */
const TICKS = {
  ticksDone: i32("Ticks of the movement that are over", { min: 0 }),
  ticksTotal: i32("Ticks that the movement takes", { min: 1 }),
} as const;

/** The motor: `motor_forward`, `motor_turn`, `motor_move_to`, `motor_pose`. */
export const Motor: DeviceDefinition<MotorPort> = defineDevice<MotorPort>({
  type: "motor",
  version: 2,
  doc: "Drives the machine over tiles and turns it. The program waits until the movement has ended.",
  constants: {
    LEFT: { value: LEFT, doc: "A quarter turn counter-clockwise." },
    RIGHT: { value: RIGHT, doc: "A quarter turn clockwise." },
    NORTH: { value: 0, doc: "Faces to where y gets smaller." },
    EAST: { value: 1, doc: "Faces to where x gets larger." },
    SOUTH: { value: 2, doc: "Faces to where y gets larger." },
    WEST: { value: 3, doc: "Faces to where x gets smaller." },
  },
  queries: {
    pose: query(
      {
        doc: "Tells where the machine stands and which way it faces. On the way to the next tile it is still on the last one.",
        gives: {
          x: i32("Tiles to the east"),
          y: i32("Tiles to the south"),
          heading: i32("MOTOR_NORTH, MOTOR_EAST, MOTOR_SOUTH or MOTOR_WEST"),
        },
        returns: "0, or ERR_UNSUPPORTED if the machine cannot tell",
        cost: 500,
      },
      (port) => {
        const pose = port.pose?.();
        if (pose === undefined) return DEVICE_ERRORS.unsupported.value;
        return { x: pose.x, y: pose.y, heading: HEADINGS.indexOf(pose.heading) };
      },
    ),
  },
  tasks: {
    forward: task(
      {
        doc: "Drives forward, tile by tile, until all are done or something is in the way.",
        args: { tiles: i32("How many tiles to drive", { min: 0, max: 1_000 }) },
        returns: "the number of tiles really driven; fewer than asked if the way was blocked",
        cost: 2_500,
        state: { tiles: i32("Tiles to drive"), moved: i32("Tiles that are driven"), ...TICKS },
      },
      {
        start: (port, args) => nextTile(port, { tiles: args.tiles, moved: 0 }),
        tick: (port, state) => {
          const ticksDone = state.ticksDone + 1;
          port.advance({ kind: "forward", ticksDone, ticksTotal: state.ticksTotal });
          if (ticksDone < state.ticksTotal) return pending({ ...state, ticksDone });
          return nextTile(port, { tiles: state.tiles, moved: state.moved + 1 });
        },
        cancel: (port) => port.halt(),
      },
    ),
    turn: task(
      {
        doc: "Turns by a quarter.",
        args: { direction: i32("MOTOR_LEFT or MOTOR_RIGHT", { oneOf: ["LEFT", "RIGHT"] }) },
        returns: "0",
        cost: 2_500,
        state: { direction: i32("Which way it turns", { min: LEFT, max: RIGHT }), ...TICKS },
      },
      {
        start: (port, args) =>
          pending({ direction: args.direction, ticksDone: 0, ticksTotal: wholeTicks(port.ticksPerTurn) }),
        tick: (port, state) => {
          const ticksDone = state.ticksDone + 1;
          port.advance({ kind: kindOf(state.direction), ticksDone, ticksTotal: state.ticksTotal });
          return ticksDone < state.ticksTotal ? pending({ ...state, ticksDone }) : done(0);
        },
        cancel: (port) => port.halt(),
      },
    ),
    move_to: task(
      {
        doc: "Drives to a tile: first east or west, then north or south. It goes round nothing: if something is in the way, it stops there.",
        args: { x: i32("Tiles to the east"), y: i32("Tiles to the south") },
        returns:
          "0 when it is there; ERR_BLOCKED if something is in the way; ERR_UNSUPPORTED if the machine cannot tell where it is",
        cost: 2_500,
        state: {
          x: i32("Where it drives to"),
          y: i32("Where it drives to"),
          movement: i32("What it does now", { min: LEFT, max: AHEAD }),
          ...TICKS,
        },
      },
      {
        start: (port, { x, y }) => nextMovement(port, { x, y }),
        tick: (port, state) => {
          const ticksDone = state.ticksDone + 1;
          port.advance({ kind: kindOf(state.movement), ticksDone, ticksTotal: state.ticksTotal });
          return ticksDone < state.ticksTotal ? pending({ ...state, ticksDone }) : nextMovement(port, state);
        },
        cancel: (port) => port.halt(),
      },
    ),
  },
});

/** Begins the next tile, or ends the drive: at its end, or at what is in the way. */
function nextTile(port: MotorPort, { tiles, moved }: { readonly tiles: number; readonly moved: number }) {
  if (moved >= tiles || !port.canMove()) return done(moved);
  return pending({ tiles, moved, ticksDone: 0, ticksTotal: wholeTicks(port.ticksPerTile) });
}

/** Begins the next tile or turn on the way to a tile. Where the machine is, the game knows: nothing is counted here. */
function nextMovement(port: MotorPort, { x, y }: { readonly x: number; readonly y: number }) {
  const pose = port.pose?.();
  if (pose === undefined) return done(DEVICE_ERRORS.unsupported.value);
  if (pose.x === x && pose.y === y) return done(0);
  const alongX = x > pose.x ? "east" : "west";
  const alongY = y > pose.y ? "south" : "north";
  const wanted = HEADINGS.indexOf(pose.x === x ? alongY : alongX);
  const quarters = (wanted - HEADINGS.indexOf(pose.heading) + HEADINGS.length) % HEADINGS.length;
  if (quarters !== 0) {
    const movement = quarters === HEADINGS.length - 1 ? LEFT : RIGHT;
    return pending({ x, y, movement, ticksDone: 0, ticksTotal: wholeTicks(port.ticksPerTurn) });
  }
  if (!port.canMove()) return done(DEVICE_ERRORS.blocked.value);
  return pending({ x, y, movement: AHEAD, ticksDone: 0, ticksTotal: wholeTicks(port.ticksPerTile) });
}

function kindOf(movement: number): Motion["kind"] {
  if (movement === AHEAD) return "forward";
  return movement === LEFT ? "turn-left" : "turn-right";
}

function wholeTicks(ticks: number): number {
  if (!Number.isInteger(ticks) || ticks < 1) {
    throw new RangeError(`Cannot move in ${ticks} ticks: expected an integer >= 1`);
  }
  return ticks;
}
