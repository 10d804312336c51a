// The Phaser side: the plugin and what a page needs beside the canvas.

export { ComputerPlugin } from "./computer-plugin.ts";
export type { AddComputerOptions, ComputerPluginOptions, MakeComputerConfig } from "./plugin-options.ts";
export type { WorldHooks } from "./world-hooks.ts";
export type { AutosaveOptions, LoadedSave, LoadSaveOptions, LoadSlotOptions, PluginEvents } from "./autosave.ts";
export { createOverlayHost, type OverlayHost, type OverlayHostOptions } from "./overlay-host.ts";
export type { AddFromTiledOptions, TiledComputer, TiledComputers, TiledPlace } from "./tiled/add-from-tiled.ts";
export { ComputerDisplay, type ComputerDisplayOptions } from "./objects/computer-display.ts";
export { ComputerTerminal, type ComputerTerminalOptions } from "./objects/computer-terminal.ts";
export { FaultLight, type FaultLightOptions, type FaultSignal } from "./objects/fault-light.ts";
export { GasGauge, type GasGaugeOptions } from "./objects/gas-gauge.ts";
