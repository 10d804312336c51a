// Where a thing is.

import { defineTrait, type Trait } from "../device/define-device.ts";
import { f64 } from "../device/fields.ts";
import { query } from "../device/members.ts";

/** A thing of the game that has a place, in whatever the game counts in. */
export interface Placed {
  /** Finite. */
  readonly x: number;
  /** Finite. */
  readonly y: number;
}

/**
 * For everything that has a place: `positioned_place`. Programs that ask see what is there in that tick; what moves between
 * ticks, by a tween for instance, makes runs differ.
 */
export const Positioned: Trait<Placed> = defineTrait<Placed>(
  {
    type: "positioned",
    doc: "Tells where the thing is that the computer belongs to.",
    fits: (thing): thing is Placed => {
      const { x, y } = (thing ?? {}) as Partial<Placed>;
      return typeof x === "number" && typeof y === "number";
    },
  },
  {
    queries: {
      place: query(
        { doc: "Tells where it is.", gives: { x: f64("To the right"), y: f64("Downwards") }, returns: "0", cost: 500 },
        ({ x, y }) => ({ x, y }),
      ),
    },
  },
);
