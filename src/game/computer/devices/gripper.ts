// A hand that takes things and puts them down: between what it carries and what the game says is in reach.

import { defineDevice, port } from "../device/define-device.ts";
import { DEVICE_ERRORS } from "../device/device-errors.ts";
import { i32, u32 } from "../device/fields.ts";
import { done, pending, query, task, type DeviceContext } from "../device/members.ts";
import { ANY_KIND, countOf, type Inventory } from "./inventory.ts";

/** One tick of a movement: when `ticksDone` reaches `ticksTotal`, the thing changes hands. */
export interface GripperMotion {
  readonly kind: "grab" | "drop";
  /** 1 to `ticksTotal`. */
  readonly ticksDone: number;
  readonly ticksTotal: number;
}

/** What a gripper needs from the game. */
export interface GripperPort {
  /** Ticks that it takes to grab or to drop a thing. An integer ≥ 1; read when it begins. */
  readonly ticksPerMove: number;
  /** What it carries. */
  readonly cargo: Inventory;
  /** What it can take from and put into now; `undefined` if nothing is there. */
  reach(): Inventory | undefined;
  /** Draw it like this. @defaultValue nothing to draw */
  show?(motion: GripperMotion): void;
  /** The program broke a movement off: the hand goes back empty. @defaultValue nothing to draw */
  halt?(): void;
}

const STATE = { order: u32("Counts what it was told to do: what was told last counts") } as const;

type GripperContext = DeviceContext<typeof STATE>;

const MOVE = {
  order: u32("Which movement it is"),
  thing: i32("What kind of thing, or GRIPPER_ANY", { min: ANY_KIND }),
  ticksDone: i32("Ticks of the movement that are over", { min: 0 }),
  ticksTotal: i32("Ticks that the movement takes", { min: 1 }),
} as const;

type Move = Readonly<Record<keyof typeof MOVE, number>>;

const KIND = i32("What kind of thing, or GRIPPER_ANY", { min: ANY_KIND });

/** The gripper: `gripper_grab`, `gripper_drop`, `gripper_count`, `gripper_kind`, `gripper_capacity`, `gripper_in_reach`. */
export const Gripper = defineDevice(
  {
    type: "gripper",
    doc: "Takes things that are in reach, carries them and puts them down. A thing has a kind, which is a number. Of two movements at once, the one that was begun last counts.",
    port: port<GripperPort>(),
    constants: { ANY: { value: ANY_KIND, doc: "Whatever comes first." } },
    state: STATE,
  },
  {
    queries: {
      count: query(
        { doc: "Counts what it carries.", args: { kind: KIND }, returns: "how many things", cost: 500 },
        ({ cargo }, { kind }) => countOf(cargo, kind),
      ),
      kind: query(
        {
          doc: "Tells of what kind a thing is that it carries. The first has the number 0.",
          args: { index: i32("Which thing", { min: 0 }) },
          returns: "its kind, or ERR_NOT_FOUND if it does not carry so many",
          cost: 500,
        },
        ({ cargo }, { index }) => cargo.items[index] ?? DEVICE_ERRORS.notFound.value,
      ),
      capacity: query(
        { doc: "Tells how many things it can carry.", returns: "how many, those counted that it carries", cost: 0 },
        ({ cargo }) => cargo.capacity,
      ),
      in_reach: query(
        { doc: "Counts what it could take now.", args: { kind: KIND }, returns: "how many things", cost: 500 },
        (gripperPort, { kind }) => {
          const within = gripperPort.reach();
          return within === undefined ? 0 : countOf(within, kind);
        },
      ),
    },
    tasks: {
      grab: task(
        {
          doc: "Takes a thing that is in reach.",
          args: { kind: KIND },
          returns:
            "its kind; ERR_NOT_FOUND if there is none; ERR_FULL if it can carry no more; ERR_INTERRUPTED if another movement was begun",
          cost: 2_500,
          state: MOVE,
        },
        {
          start: (gripperPort, { kind }, gripper: GripperContext) => begin(gripperPort, gripper, kind),
          tick: (gripperPort, move, gripper: GripperContext) => advance(gripperPort, gripper, { move, act: grab }),
          cancel: (gripperPort) => gripperPort.halt?.(),
        },
      ),
      drop: task(
        {
          doc: "Puts a thing down that it carries, into what is in reach.",
          args: { kind: KIND },
          returns:
            "its kind; ERR_NOT_FOUND if it carries none; ERR_BLOCKED if there is no room for it; ERR_INTERRUPTED if another movement was begun",
          cost: 2_500,
          state: MOVE,
        },
        {
          start: (gripperPort, { kind }, gripper: GripperContext) => begin(gripperPort, gripper, kind),
          tick: (gripperPort, move, gripper: GripperContext) => advance(gripperPort, gripper, { move, act: drop }),
          cancel: (gripperPort) => gripperPort.halt?.(),
        },
      ),
    },
  },
);

function begin(gripperPort: GripperPort, gripper: GripperContext, thing: number) {
  const ticksTotal = gripperPort.ticksPerMove;
  if (!Number.isInteger(ticksTotal) || ticksTotal < 1) {
    throw new RangeError(`Cannot grip in ${ticksTotal} ticks: expected an integer >= 1`);
  }
  const order = (gripper.state.order + 1) >>> 0;
  gripper.state.order = order;
  return pending({ order, thing, ticksDone: 0, ticksTotal });
}

/** One tick. What is there is looked at when the hand closes or opens: others may have been quicker. */
function advance(
  gripperPort: GripperPort,
  gripper: GripperContext,
  { move, act }: { readonly move: Move; readonly act: typeof grab },
) {
  if (move.order !== gripper.state.order) return done(DEVICE_ERRORS.interrupted.value);
  const { ticksTotal } = move;
  const ticksDone = move.ticksDone + 1;
  gripperPort.show?.({ kind: act === grab ? "grab" : "drop", ticksDone, ticksTotal });
  return ticksDone < ticksTotal ? pending({ ...move, ticksDone }) : done(act(gripperPort, move.thing));
}

function grab(gripperPort: GripperPort, thing: number): number {
  const { cargo } = gripperPort;
  const from = gripperPort.reach();
  const kind = from && firstOf(from, thing);
  if (from === undefined || kind === undefined) return DEVICE_ERRORS.notFound.value;
  if (!cargo.put(kind)) return DEVICE_ERRORS.full.value;
  if (from.take(kind)) return kind;
  cargo.take(kind);
  return DEVICE_ERRORS.notFound.value;
}

function drop(gripperPort: GripperPort, thing: number): number {
  const { cargo } = gripperPort;
  const kind = firstOf(cargo, thing);
  if (kind === undefined) return DEVICE_ERRORS.notFound.value;
  if (gripperPort.reach()?.put(kind) !== true) return DEVICE_ERRORS.blocked.value;
  cargo.take(kind);
  return kind;
}

function firstOf({ items }: Inventory, thing: number): number | undefined {
  return thing === ANY_KIND ? items[0] : items.find((item) => item === thing);
}
