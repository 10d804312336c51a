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
  const globals = module.globals.flatMap((type, index) => {
    const value = machine.global("get", index)();
    if (type === "funcref") return [BigInt(machine.tables?.numberOf(value) ?? 0)];
    if (type === "v128") return (value as readonly bigint[]).map((half) => BigInt.asUintN(64, half));
    return [fromGuestBits(type, value as GuestValue)];
  });
  return machine.tables === undefined ? { globals } : { globals, tables: machine.tables.capture() };
}

/** @param state - Checked against the module. */
export function writeState(module: GuestModule, machine: Machine, { globals, tables }: MachineState): void {
  let word = 0;
  const next = (): bigint => globals[word++] ?? 0n;
  module.globals.forEach((type, index) => {
    const set = machine.global("set", index);
    if (type === "funcref") set(machine.tables?.functionOf(Number(next())));
    else if (type === "v128") set(BigInt.asIntN(64, next()), BigInt.asIntN(64, next()));
    else set(toGuestBits(type, next()));
  });
  if (tables !== undefined) machine.tables?.restore(tables);
}
