// A door that takes its time, and that somebody may stand in.

import { defineDevice, port } from "../device/define-device.ts";
import { DEVICE_ERRORS } from "../device/device-errors.ts";
import { u32 } from "../device/fields.ts";
import { done, pending, query, task, type DeviceContext } from "../device/members.ts";

/** What a door needs from the game. */
export interface DoorPort {
  /** Ticks from shut to open. An integer from 1 to 100,000. */
  readonly travelTicks: number;
  /** How far it is open when it is new, 0 to 1. @defaultValue 0 */
  readonly openAtFirst?: number;
  /** Whether something stands in it now: asked in each tick in which it would shut further. @defaultValue never */
  isBlocked?(): boolean;
  /** Draw it like this from now on. Told when it moves, when it is attached, and after a load. @param openness - 0 shut, 1 open */
  show(openness: number): void;
}

const STATE = {
  opened: u32("Ticks of the way that it has opened"),
  order: u32("Counts what it was told to do: what was told last counts"),
} as const;

const EVENTS = {
  opened: { doc: "It has opened all the way." },
  closed: { doc: "It has shut all the way." },
  blocked: { doc: "It would shut, and something stands in it." },
} as const;

type DoorContext = DeviceContext<typeof STATE, typeof EVENTS>;

/** One movement. */
interface Slide {
  readonly order: number;
}

const SLIDE = { order: u32("Which movement it is") } as const;

/**
 * The door: `door_slide_open`, `door_slide_shut`, `door_is_open`, `door_openness`. It stays where it is when the program
 * ends.
 */
export const Door = defineDevice(
  {
    type: "door",
    doc: "Opens and shuts, which takes a while. Of two movements at once, the one that was begun last counts.",
    port: port<DoorPort>(),
    state: STATE,
    events: EVENTS,
  },
  {
    queries: {
      is_open: query(
        { doc: "Tells whether it is open all the way.", returns: "1 if it is, else 0", cost: 0 },
        (doorPort, _args, door) => Number(opennessOf(doorPort, door) === 1),
      ),
      openness: query(
        {
          doc: "Tells how far it is open.",
          returns: "0 if it is shut, 100 if it is open, or what is between",
          cost: 0,
        },
        (doorPort, _args, door) => Math.floor(opennessOf(doorPort, door) * 100),
      ),
    },
    tasks: {
      slide_open: task(
        {
          doc: "Opens it.",
          returns: "0 when it is open; ERR_INTERRUPTED if another movement was begun",
          cost: 2_500,
          state: SLIDE,
        },
        {
          start: (_port, _args, door: DoorContext) => begin(door),
          tick: (doorPort, slide, door: DoorContext) => {
            if (slide.order !== door.state.order) return done(DEVICE_ERRORS.interrupted.value);
            return slideTo(doorPort, door, { slide, by: 1 });
          },
        },
      ),
      slide_shut: task(
        {
          doc: "Shuts it. It stops at what stands in it.",
          returns:
            "0 when it is shut; ERR_BLOCKED if something stands in it; ERR_INTERRUPTED if another movement was begun",
          cost: 2_500,
          state: SLIDE,
        },
        {
          start: (_port, _args, door: DoorContext) => begin(door),
          tick: (doorPort, slide, door: DoorContext) => {
            if (slide.order !== door.state.order) return done(DEVICE_ERRORS.interrupted.value);
            if (door.state.opened > 0 && doorPort.isBlocked?.() === true) {
              door.raise("blocked");
              return done(DEVICE_ERRORS.blocked.value);
            }
            return slideTo(doorPort, door, { slide, by: -1 });
          },
        },
      ),
    },
    lifecycle: {
      attach: (doorPort, door) => {
        door.state.opened = Math.round((doorPort.openAtFirst ?? 0) * travelTicks(doorPort));
        doorPort.show(opennessOf(doorPort, door));
      },
      resume: (doorPort, door) => doorPort.show(opennessOf(doorPort, door)),
    },
  },
);

function begin(door: DoorContext) {
  const order = (door.state.order + 1) >>> 0;
  door.state.order = order;
  return pending({ order });
}

/** One tick of a movement. One that is at its end already ends in its first tick, and is told of no more. */
function slideTo(doorPort: DoorPort, door: DoorContext, { slide, by }: { readonly slide: Slide; readonly by: 1 | -1 }) {
  const total = travelTicks(doorPort);
  const before = Math.min(door.state.opened, total);
  const goal = by === 1 ? total : 0;
  if (before === goal) return done(0);
  door.state.opened = before + by;
  doorPort.show(door.state.opened / total);
  if (door.state.opened !== goal) return pending(slide);
  door.raise(by === 1 ? "opened" : "closed");
  return done(0);
}

function opennessOf(doorPort: DoorPort, { state }: DoorContext): number {
  return Math.min(1, state.opened / travelTicks(doorPort));
}

function travelTicks({ travelTicks: ticks }: DoorPort): number {
  if (Number.isInteger(ticks) && ticks >= 1 && ticks <= 100_000) return ticks;
  throw new RangeError(`Cannot open a door in ${ticks} ticks: expected an integer from 1 to 100,000`);
}
