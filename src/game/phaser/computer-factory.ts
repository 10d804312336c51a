// `this.add.computer()` and `this.make.computer()`: Phaser's factory and creator are one for all games of a page, so they
// are entered with the first plugin and left with the last, and find the plugin by the scene that asks.

import * as Phaser from "phaser";

import { ComputerError, type Computer, type ComputerOptions } from "../computer/index.ts";
import type { ComputerPlugin } from "./computer-plugin.ts";
import type { AddComputerOptions, MakeComputerConfig } from "./plugin-options.ts";

const KEY = "computer";

const plugins = new WeakMap<Phaser.Scene, ComputerPlugin>();

/** Plugins that have entered and not left; Phaser's own hidden scene has one in each game. */
let count = 0;

/** The plugin of a scene, under whatever mapping; `undefined` if the scene was destroyed, or has none. */
export function findPlugin(scene: Phaser.Scene): ComputerPlugin | undefined {
  return plugins.get(scene);
}

/** Has `scene.add.computer()` and `scene.make.computer()` ask this plugin. Pair it with {@link leaveFactory}. */
export function enterFactory(scene: Phaser.Scene, plugin: ComputerPlugin, manager: Phaser.Plugins.PluginManager): void {
  count += 1;
  plugins.set(scene, plugin);
  manager.registerGameObject(KEY, addComputer, makeComputer);
}

/** Takes both away with the last plugin, unless they are somebody else's. */
export function leaveFactory(scene: Phaser.Scene, manager: Phaser.Plugins.PluginManager): void {
  count -= 1;
  plugins.delete(scene);
  if (count > 0) return;
  const { GameObjectFactory, GameObjectCreator } = Phaser.GameObjects;
  const isOurs = (prototype: object, own: unknown): boolean =>
    Object.getOwnPropertyDescriptor(prototype, KEY)?.value === own;
  manager.removeGameObject(
    KEY,
    isOurs(GameObjectFactory.prototype, addComputer),
    isOurs(GameObjectCreator.prototype, makeComputer),
  );
}

function addComputer(
  this: Phaser.GameObjects.GameObjectFactory,
  owner: Phaser.GameObjects.GameObject | ComputerOptions,
  options?: AddComputerOptions,
): Computer {
  const plugin = pluginOf(this);
  return owner instanceof Phaser.GameObjects.GameObject ? plugin.add(owner, options) : plugin.add(owner);
}

function makeComputer(this: Phaser.GameObjects.GameObjectCreator, config: MakeComputerConfig): Computer {
  const plugin = pluginOf(this);
  const { gameObject, ...options } = config;
  return gameObject === undefined ? plugin.add(options as ComputerOptions) : plugin.add(gameObject, options);
}

/** Phaser says that a factory's scene is for subclasses, and has factory functions that are none use it. */
function pluginOf(factory: unknown): ComputerPlugin {
  const plugin = plugins.get((factory as { readonly scene: Phaser.Scene }).scene);
  if (plugin !== undefined) return plugin;
  throw new ComputerError("computer/removed", "Cannot add a computer: its scene was destroyed, or has no computers");
}
