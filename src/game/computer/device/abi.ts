// What a compiled program, or one in a save, knows of a device. Prices, words and ranges may change under it; this may not.

import { longHashOf } from "../hash-text.ts";
import type { DeviceFace } from "./define-device.ts";
import { layoutOf } from "./layout.ts";

/** Version of what devices and programs agree on: how calls pass values, what events look like. Mods say which they are for. */
export const DEVICE_ABI = 1;

/** Hash of what programs know of a device, 16 hexadecimal digits. */
export function abiOf(face: Omit<DeviceFace, "abi">): string {
  const { type, constants, registers, events, deviceType, queries, commands, tasks } = face;
  const members = { ...queries, ...commands, ...tasks };
  const known = {
    abi: DEVICE_ABI,
    type,
    functions: sorted(deviceType.functions).map(([name, { params, results, mayWait }]) => {
      const { args = {}, gives = {} } = members[name]?.shape ?? {};
      const types = Object.entries(args).map(([argument, field]) => [argument, field.type]);
      return [name, params, results, mayWait, types, placesOf(layoutOf(gives))];
    }),
    constants: sorted(constants).map(([name, { value }]) => [name, value]),
    registers: placesOf(registers.layout),
    events: sorted(events).map(([name, { payload = {} }]) => [name, placesOf(layoutOf(payload))]),
  };
  return longHashOf(JSON.stringify(known));
}

function sorted<V>(record: Readonly<Record<string, V>>): [string, V][] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function placesOf({ members }: ReturnType<typeof layoutOf>): unknown {
  return members.map(({ name, field, offset }) => [name, field.type, offset]);
}
