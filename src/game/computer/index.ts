// Everything a computer is, without Phaser: devices, computers and the world that ticks them.

export { ComputerWorld, type RemoveOptions } from "./computer-world.ts";
export type { ComputerWorldOptions } from "./world-options.ts";
export type { ComputersSave, ComputersSource } from "./capture-computers.ts";
export type { RestoreOptions } from "./recall-computers.ts";
export type { Computer } from "./computer.ts";
export type { ComputerEvents } from "./computer-host.ts";
export type { ErrorReport, ErrorSource, WorldEvents } from "./world-events.ts";
export type { ComputerOptions, LoadOptions, MemoryChoice } from "./computer-options.ts";
export type { EnergySource } from "./energy-source.ts";
export type { ComputerState } from "./computer-state.ts";
export type { RestartOptions, RestartVerdict } from "./watchdog.ts";
export {
  CONSOLE_LIMITS,
  ConsoleBuffer,
  type ConsoleChange,
  type ConsoleEntry,
  type ConsoleStream,
} from "./console-buffer.ts";
export type { CrashPlace } from "./crash-place.ts";
export { describeCrash, type CrashReport } from "./crash-report.ts";
export {
  defineDevice,
  defineTrait,
  devicesOf,
  port,
  type AnyTrait,
  type Constant,
  type DeviceDeclaration,
  type DeviceDefinition,
  type DeviceFace,
  type DeviceHead,
  type DeviceMembers,
  type Lifecycle,
  type Migration,
  type PortType,
  type Trait,
} from "./device/define-device.ts";
export {
  buffer,
  bytes,
  f32,
  f64,
  flag,
  i32,
  i64,
  list,
  optional,
  record,
  table,
  text,
  u32,
  type ArgumentField,
  type ArgumentFields,
  type NumberField,
  type NumberRange,
  type NumberType,
  type ScalarField,
  type ScalarFields,
  type StateField,
  type StateFields,
  type ValueOf,
  type ValuesOf,
} from "./device/fields.ts";
export {
  command,
  done,
  pending,
  query,
  task,
  type CallShape,
  type Command,
  type CommandShape,
  type DeviceContext,
  type EventShape,
  type EventShapes,
  type Query,
  type Task,
  type TaskHandlers,
  type TaskShape,
  type TaskStep,
} from "./device/members.ts";
export type { AttachedDevice, SavedDevice, TypedDevice } from "./device/attached-device.ts";
export { DEVICE_ABI } from "./device/abi.ts";
export { HOST_CALL_COST } from "./device/call-price.ts";
export { completionsOf, costTableOf, type DeviceCompletion } from "./device/completions.ts";
export { Battery, BatteryCell, type BatteryOptions } from "./devices/battery.ts";
export { Button, PushButton } from "./devices/button.ts";
export { Display, PixelScreen, spreadColor, type ScreenSize } from "./devices/display.ts";
export { Door, type DoorPort } from "./devices/door.ts";
export { Gripper, type GripperMotion, type GripperPort } from "./devices/gripper.ts";
export { Crate, Inventoried, type Holder, type Inventory } from "./devices/inventory.ts";
export { Keyboard, keyNumber, Keys } from "./devices/keyboard.ts";
export { Lamp, type LampLight, type LampPort } from "./devices/lamp.ts";
export { Motor, type Motion, type MotorPort, type MotorPose } from "./devices/motor.ts";
export { Disk, type DiskPort, type DiskState } from "./devices/disk.ts";
export { Entropy } from "./devices/entropy.ts";
export { Positioned, type Placed } from "./devices/positioned.ts";
export { Radio, RadioNetwork, type RadioEvents, type RadioPort, type RadioState } from "./devices/radio.ts";
export { Radar, type RadarPort, type Sight } from "./devices/radar.ts";
export { Timers, type TimersEvents } from "./devices/timers.ts";
export { Console, type ConsoleEvents, type ConsoleState } from "./devices/console.ts";
export { DEVICE_ERRORS, type DeviceError } from "./device/device-errors.ts";
export { generateAssemblyScript } from "./device/assembly-script.ts";
export { generateGasworksHeader, generateHeaders, HEADER_NAMES } from "./device/device-header.ts";
export { generateDevicePage, generateManual, generateSystemPage } from "./device/device-manual.ts";
export type { VmFactory } from "./program.ts";
export { createLocalPreparer, type Preparer } from "./preparer.ts";
export { createBrowserPreparer, type BrowserPreparerOptions } from "./browser-preparer.ts";
export { FrameRunner, type FrameLimits, type Overrun } from "./frame-runner.ts";
export { TickClock } from "./tick-clock.ts";
export { CompileError, ComputerError, type ComputerErrorCode } from "./errors.ts";
export {
  modDevice,
  type Mod,
  type ModDevice,
  type ModDeviceDeclaration,
  type ModManifest,
  type ModModule,
  type ModProgram,
  type TileProperties,
  type TileProperty,
  type TileValues,
} from "./mods/mod.ts";
export { generateModPage } from "./mods/mod-page.ts";
export { importMod, loadMod } from "./mods/load-mod.ts";
export { MissingModsError, ModSet, type MissingMod, type ModPlace, type ModSetOptions } from "./mods/mod-set.ts";
