import type { GuestModule } from "../prepare/guest-module.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Vm, VmOptions } from "./vm.ts";
export function createVm(_module: GuestModule, _options: VmOptions = {}): Vm {
  throw new Error("Unreachable: not yet");
}
export function restoreVm(_module: GuestModule, _snapshot: Snapshot, _options: VmOptions = {}): Vm {
  throw new Error("Unreachable: not yet");
}
