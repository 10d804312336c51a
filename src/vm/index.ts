// The machine: checks, instruments, runs, pauses and copies out guest programs. Knows no clock, no randomness, no I/O.

export { prepareModule } from "./prepare/prepare-module.ts";
export { DEFAULT_LIMITS, type ImportPolicy, type ModuleLimits } from "./prepare/import-policy.ts";
export type { GuestModule, ModuleImport } from "./prepare/guest-module.ts";
export { readModule, typeOfFunction, type ParsedModule } from "./binary/read-module.ts";
export { createVm, restoreVm } from "./run/create-vm.ts";
export type { Clock, SliceResult, Stdio, Vm, VmOptions, VmState, WaitingCall } from "./run/vm.ts";
export type { Snapshot, SnapshotStatus, WasiSnapshot } from "./run/snapshot.ts";
export { gas, MAX_SLICE_GAS, type Gas } from "./gas.ts";
export type { Trap, TrapCode } from "./trap.ts";
export {
  WAIT,
  type Device,
  type DeviceType,
  type GuestValue,
  type HostAnswer,
  type HostCall,
  type HostFunctionType,
  type ValueType,
} from "./device/device.ts";
export { ImportDeniedError, VmError, type VmErrorCode } from "./errors.ts";
