import type { GuestModule } from "../prepare/guest-module.ts";
import { checkSnapshot } from "./check-snapshot.ts";
import { newVm } from "./guest-vm.ts";
import { phasesOf } from "./phases.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Vm, VmOptions } from "./vm.ts";

/**
 * Creates a Vm that stands before the program's first instruction.
 *
 * The start section and constructors run in the first slices, metered and pausable like everything else.
 *
 * @throws {VmError} `vm/no-entry` if the module exports no function of that name without parameters.
 * @throws {VmError} `vm/device-missing` if the program imports from a device that was not given.
 * @throws {VmError} `vm/out-of-memory` if the engine gives no memory.
 */
export function createVm(module: GuestModule, options: VmOptions = {}): Vm {
  return newVm(module, options);
}

/**
 * Creates a Vm that goes on where the snapshot was taken, whichever memory backend it had there.
 *
 * @param options - As for {@link createVm}; `entry`, `args` and `entropySeed` come from the snapshot instead.
 * @throws {VmError} `vm/snapshot-mismatch` if it was taken of another module, engine or gas schedule.
 * @throws {VmError} `vm/snapshot-malformed` if its parts contradict the module or each other.
 * @throws {VmError} `vm/device-missing` and `vm/out-of-memory` as for {@link createVm}.
 */
export function restoreVm(module: GuestModule, snapshot: Snapshot, options: VmOptions = {}): Vm {
  checkSnapshot(module, snapshot, phasesOf(module, snapshot.entry).length);
  return newVm(module, { ...options, entry: snapshot.entry, args: snapshot.args }, snapshot);
}
