// Games of the real Phaser that draw nothing, and run a frame when a test says so.

import { ComputerPlugin, type ComputerPluginOptions } from "gasworks";
import * as Phaser from "phaser";

/** A game with one scene, and that scene's computers. */
export interface OpenGame {
  readonly game: Phaser.Game;
  readonly scene: Phaser.Scene;
  readonly computers: ComputerPlugin;
  /** Runs a frame. */
  readonly frame: (deltaMs: number) => void;
}

const games: Phaser.Game[] = [];

/** Phaser has one class for all games of a page that live at the same time. */
const plugins = new WeakMap<ComputerPluginOptions, typeof ComputerPlugin>();

function pluginWith(options: ComputerPluginOptions): typeof ComputerPlugin {
  const plugin = plugins.get(options) ?? ComputerPlugin.with(options);
  plugins.set(options, plugin);
  return plugin;
}

/** Opens a game whose scene is called "yard". Games with the same options have the same class of plugin. */
export async function openGame(
  options: ComputerPluginOptions,
  plugin: typeof ComputerPlugin = pluginWith(options),
): Promise<OpenGame> {
  const game = new Phaser.Game({
    type: Phaser.HEADLESS,
    banner: false,
    audio: { noAudio: true },
    plugins: { scene: [{ key: "computers", plugin, mapping: "computers" }] },
    scene: new Phaser.Scene("yard"),
  });
  games.push(game);
  game.events.once(Phaser.Core.Events.DESTROY, () =>
    games.splice(0, games.length, ...games.filter((one) => one !== game)),
  );
  await new Promise<void>((resolve) => game.events.once(Phaser.Core.Events.READY, () => resolve()));
  game.loop.sleep();
  let now = 0;
  const frame = (deltaMs: number): void => {
    now += deltaMs;
    game.headlessStep(now, deltaMs);
  };
  frame(0);
  const scene = game.scene.getScene("yard");
  return { game, scene, computers: scene.computers, frame };
}

export function closeGame(game: Phaser.Game): void {
  const index = games.indexOf(game);
  if (index < 0) return;
  games.splice(index, 1);
  end(game);
}

function end(game: Phaser.Game): void {
  game.destroy(true);
  game.headlessStep(0, 0);
}

/** For the end of each test. */
export function closeGames(): void {
  for (const game of games.splice(0)) end(game);
}

/** How many listen to which event of the game, of its registry and of a scene. */
export function listenerCounts({ game, scene }: OpenGame): Record<string, number> {
  const emitters = { game: game.events, registry: game.registry.events, scene: scene.events };
  return Object.fromEntries(
    Object.entries(emitters).flatMap(([name, emitter]) =>
      emitter.eventNames().map((event) => [`${name} ${String(event)}`, emitter.listenerCount(event)]),
    ),
  );
}
