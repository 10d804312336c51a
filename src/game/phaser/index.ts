// The Phaser side: the plugin and what a page needs beside the canvas.

export {
  ComputerPlugin,
  type AddComputerOptions,
  type ComputerPluginOptions,
  type MakeComputerConfig,
  type WorldHooks,
} from "./computer-plugin.ts";
export { createOverlayHost, type OverlayHost, type OverlayHostOptions } from "./overlay-host.ts";
export type { AddFromTiledOptions, TiledComputer, TiledComputers, TiledPlace } from "./tiled/add-from-tiled.ts";
