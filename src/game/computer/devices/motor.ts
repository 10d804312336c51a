// Drives and turns whatever the game puts behind the port, in tiles and quarter turns.

import { defineDevice, type DeviceDefinition } from "../device/define-device.ts";
import { i32 } from "../device/fields.ts";
import { done, pending, task } from "../device/members.ts";

/** One tick of a movement: when `ticksDone` reaches `ticksTotal`, the machine has arrived. */
export interface Motion {
  readonly kind: "forward" | "turn-left" | "turn-right";
  /** 1 to `ticksTotal`. */
  readonly ticksDone: number;
  readonly ticksTotal: number;
}

/** What a motor needs from the game. Called once a tick at most, always in computer order. */
export interface MotorPort {
  /** Ticks that one tile takes. An integer ≥ 1; read when a tile begins. */
  readonly ticksPerTile: number;
  /** Ticks that a quarter turn takes. An integer ≥ 1; read when a turn begins. */
  readonly ticksPerTurn: number;
  /** Whether the tile ahead can be entered now. Asked once for each tile, before the first tick of its motion. */
  canMove(): boolean;
  /** Goes on with a movement. At `ticksDone === ticksTotal` the machine stands on the next tile, or faces the new way. */
  advance(motion: Motion): void;
  /** The program was stopped in the middle of a movement: put the machine back on its tile. */
  halt(): void;
}

const LEFT = 0;
const RIGHT = 1;

/** The motor: `motor_forward`, `motor_turn`. */
export const Motor: DeviceDefinition<MotorPort> = defineDevice<MotorPort>({
  type: "motor",
  doc: "Drives the machine forward and turns it. The program waits until the movement has ended.",
  constants: {
    LEFT: { value: LEFT, doc: "A quarter turn counter-clockwise." },
    RIGHT: { value: RIGHT, doc: "A quarter turn clockwise." },
  },
  tasks: {
    forward: task(
      {
        doc: "Drives forward, tile by tile, until all are done or something is in the way.",
        args: { tiles: i32("How many tiles to drive", { min: 0, max: 1_000 }) },
        returns: "the number of tiles really driven; fewer than asked if the way was blocked",
        cost: 100,
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
        cost: 100,
      },
      {
        start: (port, args) =>
          pending({ direction: args.direction, ticksDone: 0, ticksTotal: wholeTicks(port.ticksPerTurn) }),
        tick: (port, state) => {
          const ticksDone = state.ticksDone + 1;
          const kind = state.direction === LEFT ? "turn-left" : "turn-right";
          port.advance({ kind, ticksDone, ticksTotal: state.ticksTotal });
          return ticksDone < state.ticksTotal ? pending({ ...state, ticksDone }) : done(0);
        },
        cancel: (port) => port.halt(),
      },
    ),
  },
});

/** Begins the next tile, or ends the drive: at its end, or at what is in the way. */
function nextTile(port: MotorPort, drive: { readonly tiles: number; readonly moved: number }) {
  if (drive.moved >= drive.tiles || !port.canMove()) return done(drive.moved);
  return pending({ ...drive, ticksDone: 0, ticksTotal: wholeTicks(port.ticksPerTile) });
}

function wholeTicks(ticks: number): number {
  if (!Number.isInteger(ticks) || ticks < 1) {
    throw new RangeError(`Cannot move in ${ticks} ticks: expected an integer >= 1`);
  }
  return ticks;
}
