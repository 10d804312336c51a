// Looks straight ahead.

import { defineDevice, type DeviceDefinition } from "../device/define-device.ts";
import { query } from "../device/members.ts";

/** What a radar can tell apart. */
export type Sight = "nothing" | "wall" | "ore" | "base";

/** What a radar needs from the game. */
export interface RadarPort {
  /** The first thing straight ahead, and how many free tiles are before it. `nothing`: the radar's range ends first. */
  scan(): { readonly distance: number; readonly sight: Sight };
}

const SIGHTS = { nothing: 0, wall: 1, ore: 2, base: 3 } as const satisfies Record<Sight, number>;

/** The radar: `radar_distance`, `radar_look`. */
export const Radar: DeviceDefinition<RadarPort> = defineDevice<RadarPort>({
  type: "radar",
  doc: "Looks straight ahead for the first thing in the way.",
  constants: {
    NOTHING: { value: SIGHTS.nothing, doc: "Nothing within range." },
    WALL: { value: SIGHTS.wall, doc: "A wall, or the edge of the world." },
    ORE: { value: SIGHTS.ore, doc: "Ore. Drive onto it to collect it." },
    BASE: { value: SIGHTS.base, doc: "The base." },
  },
  queries: {
    distance: query(
      {
        doc: "Counts the free tiles between the machine and the first thing ahead.",
        returns: "the number of free tiles, 0 if the next tile has something on it",
        cost: 500,
      },
      (port) => port.scan().distance,
    ),
    look: query(
      {
        doc: "Tells what the first thing ahead is.",
        returns: "RADAR_NOTHING, RADAR_WALL, RADAR_ORE or RADAR_BASE",
        cost: 500,
      },
      (port) => SIGHTS[port.scan().sight],
    ),
  },
});
