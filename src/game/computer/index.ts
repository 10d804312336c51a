// Everything a computer is, without Phaser: devices, computers and the world that ticks them.

export {
  ComputerWorld,
  type ComputersSave,
  type ComputersSource,
  type ComputerWorldOptions,
  type RemoveOptions,
} from "./computer-world.ts";
export type { Computer, ComputerEvents } from "./computer.ts";
export type { ErrorReport, ErrorSource, WorldEvents } from "./world-events.ts";
export type { ComputerOptions, LoadOptions, MemoryChoice } from "./computer-options.ts";
export type { ComputerState } from "./computer-state.ts";
export type { RestartOptions, RestartVerdict } from "./watchdog.ts";
export {
  CONSOLE_LIMITS,
  ConsoleBuffer,
  type ConsoleChange,
  type ConsoleEntry,
  type ConsoleStream,
} from "./console-buffer.ts";
export { describeCrash, type CrashReport } from "./crash-report.ts";
export {
  command,
  defineDevice,
  done,
  f32,
  f64,
  i32,
  i64,
  pending,
  query,
  task,
  u32,
  type Argument,
  type ArgumentRange,
  type Arguments,
  type ArgumentType,
  type ArgumentValues,
  type AttachedDevice,
  type CallShape,
  type Command,
  type CommandShape,
  type Constant,
  type DeviceDeclaration,
  type DeviceDefinition,
  type DeviceFace,
  type Query,
  type Task,
  type TaskHandlers,
  type TaskStep,
} from "./define-device.ts";
export { Motor, type Motion, type MotorPort } from "./devices/motor.ts";
export { Radar, type RadarPort, type Sight } from "./devices/radar.ts";
export { DEVICE_ERRORS, type DeviceError } from "./device-errors.ts";
export { generateAssemblyScript } from "./assembly-script.ts";
export { generateGasworksHeader, generateHeaders, HEADER_NAMES } from "./device-header.ts";
export { generateDevicePage, generateManual, generateSystemPage } from "./device-manual.ts";
export type { VmFactory } from "./program.ts";
export { createLocalPreparer, type Preparer } from "./preparer.ts";
export { createBrowserPreparer, type BrowserPreparerOptions } from "./browser-preparer.ts";
export { FrameRunner, type FrameLimits, type Overrun } from "./frame-runner.ts";
export { TickClock } from "./tick-clock.ts";
export { CompileError, ComputerError, type ComputerErrorCode } from "./errors.ts";
export {
  DEVICE_ABI,
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
