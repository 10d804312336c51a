// The machine: checks, instruments, runs, pauses and copies out guest programs. Knows no clock, no randomness, no I/O.

export { prepareModule, type PrepareOptions } from "./prepare/prepare-module.ts";
export { instrument, readPreparedFile, writePreparedFile, type PreparedBytes } from "./prepare/prepared-file.ts";
export { verifyModule, type PreparedClaims, type VerifierFinding } from "./verify/index.ts";
export type { MemoryBackend } from "./prepare/memory-backend.ts";
export { DEFAULT_LIMITS, type ImportPolicy, type ModuleLimits } from "./prepare/import-policy.ts";
export { describeGas, type FunctionGas } from "./prepare/describe-gas.ts";
export type { ChangingTables, GuestModule, ModuleImport } from "./prepare/guest-module.ts";
export type { GuestType } from "./binary/guest-type.ts";
export { readModule, typeOfFunction, type ParsedModule } from "./binary/read-module.ts";
export { locateCode, readDebugInfo, type CodePlace, type ModuleDebugInfo } from "./binary/debug-info.ts";
export { lineAt, readLineTable, type LineTable, type SourceLine } from "./binary/read-lines.ts";
export { readNames, type ModuleNames } from "./binary/read-names.ts";
export { createVm, restoreVm } from "./run/create-vm.ts";
export {
  inspectVm,
  type InspectedFrame,
  type InspectedGlobal,
  type InspectedValue,
  type Inspection,
} from "./run/inspect.ts";
export type { FrameKind } from "./prepare/frame-map.ts";
export type { Clock, SliceResult, Stdio, Vm, VmOptions, VmState, WaitingCall, WaitReason } from "./run/vm.ts";
export type { JumpsSnapshot, Snapshot, SnapshotStatus, TablesSnapshot, WasiSnapshot } from "./run/snapshot.ts";
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
export { Entropy } from "./wasi/entropy.ts";
export { ImportDeniedError, VmError, type VmErrorCode } from "./errors.ts";
