// A program as a computer holds it, and what is needed to run it.

import type { Sources } from "../../../toolchain/index.ts";
import {
  createVm,
  restoreVm,
  type DeviceType,
  type GuestModule,
  type ImportPolicy,
  type Snapshot,
  type Vm,
  type VmOptions,
} from "../../vm/index.ts";
import { HOST_CALL_COST } from "./device/call-price.ts";
import { deviceTypesOf } from "./device/device-bank.ts";
import type { Wiring } from "./device/handle-table.ts";

/** Ready to run, with what it was made from. */
export interface Program {
  readonly module: GuestModule;
  /** The bytes that were prepared; they go into saves. */
  readonly wasm: Uint8Array;
  /** The player's own files; `undefined` for a program that was given as wasm. */
  readonly sources: Sources | undefined;
  /** What it was prepared for: a device may have gone since. */
  readonly types: readonly DeviceType[];
}

/** A program of a save that this version does not run, or not here: it is kept for the player and for later saves. */
export interface RefusedProgram {
  /** SHA-256 of `wasm`, in hex. */
  readonly hash: string;
  readonly wasm: Uint8Array;
  readonly sources: Sources | undefined;
  /** What it was prepared for where it ran. */
  readonly types: readonly DeviceType[];
  /** A sentence. */
  readonly reason: string;
}

/** Makes Vms. A test may give its own. */
export interface VmFactory {
  /** As `createVm()`. */
  create(module: GuestModule, options: VmOptions): Vm;
  /** As `restoreVm()`. */
  restore(module: GuestModule, snapshot: Snapshot, options: VmOptions): Vm;
}

/** The Vms of `gasworks/vm`. */
export const REAL_VMS: VmFactory = { create: createVm, restore: restoreVm };

/**
 * What programs of a computer may import: its devices, the system calls and the WASI subset.
 *
 * @param gone - Types that a program in a save was prepared for; those without a device now answer `ERR_GONE`.
 */
export function policyOf(
  computer: { readonly wiring: Wiring; readonly memoryPages: number },
  gone: readonly DeviceType[] = [],
): ImportPolicy {
  const types = deviceTypesOf(computer.wiring);
  const missing = gone.filter(({ importModule }) => types.every((type) => type.importModule !== importModule));
  return {
    devices: [...types, ...missing],
    wasi: true,
    setjmp: true,
    callCost: HOST_CALL_COST,
    limits: { memoryPages: computer.memoryPages },
  };
}
