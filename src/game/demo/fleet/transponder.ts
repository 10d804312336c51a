// A device of the demo's own: it tells a program which machine it is in, so that one program makes a thousand do different
// things.

import { defineDevice, query, type DeviceDefinition } from "gasworks/computer";

export interface TransponderPort {
  /** Of the machine, from 0. */
  readonly number: number;
  /** Machines in the fleet. */
  readonly fleetSize: number;
}

/** The transponder: `transponder_number`, `transponder_fleet_size`. */
export const Transponder: DeviceDefinition<TransponderPort> = defineDevice<TransponderPort>({
  type: "transponder",
  doc: "Knows the fleet.",
  queries: {
    number: query(
      { doc: "Tells which machine of the fleet this is.", returns: "the number, from 0", cost: 0 },
      (port) => port.number,
    ),
    fleet_size: query(
      { doc: "Counts the machines of the fleet.", returns: "how many there are", cost: 0 },
      (port) => port.fleetSize,
    ),
  },
});
