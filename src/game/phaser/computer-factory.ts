// `this.add.computer()`: Phaser's factory is one for all games of a page, so it is entered with the first plugin and left
// with the last, and finds the plugin by the scene that asks.

import * as Phaser from "phaser";

import { ComputerError, type Computer, type ComputerOptions } from "../computer/index.ts";
import type { AddComputerOptions, ComputerPlugin } from "./computer-plugin.ts";

const KEY = "computer";

const plugins = new WeakMap<Phaser.Scene, ComputerPlugin>();

/** Plugins that have entered and not left; Phaser's own hidden scene has one in each game. */
let count = 0;

/** Has `scene.add.computer()` ask this plugin. Pair it with {@link leaveFactory}. */
export function enterFactory(scene: Phaser.Scene, plugin: ComputerPlugin, manager: Phaser.Plugins.PluginManager): void {
  count += 1;
  plugins.set(scene, plugin);
  manager.registerGameObject(KEY, addComputer);
}

/** Takes `add.computer()` away with the last plugin, unless it is somebody else's. */
export function leaveFactory(scene: Phaser.Scene, manager: Phaser.Plugins.PluginManager): void {
  count -= 1;
  plugins.delete(scene);
  const registered: unknown = Object.getOwnPropertyDescriptor(
    Phaser.GameObjects.GameObjectFactory.prototype,
    KEY,
  )?.value;
  if (count === 0 && registered === addComputer) manager.removeGameObject(KEY, true, false);
}

function addComputer(
  this: Phaser.GameObjects.GameObjectFactory,
  owner: Phaser.GameObjects.GameObject | ComputerOptions,
  options?: AddComputerOptions,
): Computer {
  const plugin = plugins.get(sceneOf(this));
  if (plugin === undefined) {
    throw new ComputerError("computer/removed", "Cannot add a computer: its scene was destroyed, or has no computers");
  }
  return owner instanceof Phaser.GameObjects.GameObject ? plugin.add(owner, options) : plugin.add(owner);
}

/** Phaser says that a factory's scene is for subclasses, and has factory functions that are none use it. */
function sceneOf(factory: unknown): Phaser.Scene {
  return (factory as { readonly scene: Phaser.Scene }).scene;
}
