// The part of a snapshot that lies in an instance: globals, tables, segments.

import type { GuestValue } from "../device/device.ts";
import type { GuestModule } from "../prepare/guest-module.ts";
import { fromGuestBits, toGuestBits } from "./guest-value.ts";
import type { Instance } from "./instance.ts";
import type { Snapshot } from "./snapshot.ts";

/** The fields of a snapshot that an instance holds. */
export type MachineState = Pick<Snapshot, "globals" | "tables">;

export function readState(module: GuestModule, instance: Instance): MachineState {
  const globals = module.globals.flatMap((type, index) => {
    const value = instance.fn(`get.${index}`)();
    if (type === "funcref") return [BigInt(instance.tables?.numberOf(value) ?? 0)];
    if (type === "v128") return (value as readonly bigint[]).map((half) => BigInt.asUintN(64, half));
    return [fromGuestBits(type, value as GuestValue)];
  });
  return instance.tables === undefined ? { globals } : { globals, tables: instance.tables.capture() };
}

/** @param state - Checked against the module. */
export function writeState(module: GuestModule, instance: Instance, { globals, tables }: MachineState): void {
  let word = 0;
  const next = (): bigint => globals[word++] ?? 0n;
  module.globals.forEach((type, index) => {
    const set = instance.fn(`set.${index}`);
    if (type === "funcref") set(instance.tables?.functionOf(Number(next())));
    else if (type === "v128") set(BigInt.asIntN(64, next()), BigInt.asIntN(64, next()));
    else set(toGuestBits(type, next()));
  });
  if (tables !== undefined) instance.tables?.restore(tables);
}
