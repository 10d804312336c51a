// What an instance exports on our behalf, and the part of a snapshot that lies in it: globals, tables, segments.

import type { GuestModule } from "../prepare/guest-module.ts";
import { GuestTables } from "./guest-tables.ts";
import { fromGuestBits, toGuestBits } from "./guest-value.ts";
import type { GuestValue } from "../device/device.ts";
import type { Snapshot } from "./snapshot.ts";

export interface Machine {
  readonly gas: WebAssembly.Global;
  readonly gasIn: WebAssembly.Global;
  readonly cause: WebAssembly.Global;
  /** By phase. */
  readonly run: readonly (() => unknown)[];
  readonly global: (access: "get" | "set", index: number) => (...value: unknown[]) => unknown;
  /** Of programs that handle references, or change tables or segments. */
  readonly tables: GuestTables | undefined;
}

/** The fields of a snapshot that an instance holds. */
export type MachineState = Pick<Snapshot, "globals" | "tables">;

export function machineOf(module: GuestModule, exports: WebAssembly.Exports, phases: readonly string[]): Machine {
  const fn = (name: string): ((...args: unknown[]) => unknown) => exports[name] as (...args: unknown[]) => unknown;
  return {
    gas: exports["gas"] as WebAssembly.Global,
    gasIn: exports["gin"] as WebAssembly.Global,
    cause: exports["cause"] as WebAssembly.Global,
    run: phases.map((phase) => fn(`run.${phase}`)),
    global: (access, index) => fn(`${access}.${index}`),
    tables: module.tables === undefined ? undefined : new GuestTables(module, module.tables, exports),
  };
}

export function readState(module: GuestModule, machine: Machine): MachineState {
  const globals = module.globals.map((type, index) => {
    const value = machine.global("get", index)();
    return type === "funcref" ? BigInt(machine.tables?.numberOf(value) ?? 0) : fromGuestBits(type, value as GuestValue);
  });
  return machine.tables === undefined ? { globals } : { globals, tables: machine.tables.capture() };
}

/** @param state - Checked against the module. */
export function writeState(module: GuestModule, machine: Machine, { globals, tables }: MachineState): void {
  module.globals.forEach((type, index) => {
    const bits = globals[index] ?? 0n;
    const value = type === "funcref" ? machine.tables?.functionOf(Number(bits)) : toGuestBits(type, bits);
    machine.global("set", index)(value);
  });
  if (tables !== undefined) machine.tables?.restore(tables);
}
