// What all scenes of one game share: the store, the preparer and the encoder of autosaves. Ends with the game, and takes the plugin out of Phaser's
// cache then: the cache is global and first come, first served, so the next game on the page would get the old class.

import * as Phaser from "phaser";

import {
  BrowserStore,
  createBackgroundEncoder,
  type BackgroundEncoder,
  type SaveStore,
} from "../../persistence/index.ts";
import { createBrowserPreparer, createLocalPreparer, type Preparer } from "../computer/index.ts";

/** What a developer may have given. What is not given is made on demand, and disposed of with the game. */
export interface ServiceOptions {
  readonly store?: SaveStore;
  readonly preparer?: Preparer;
  readonly encoder?: BackgroundEncoder;
}

/** A class of plugin, as Phaser's cache holds it. */
type PluginClass = abstract new (...args: never[]) => Phaser.Plugins.ScenePlugin;

const services = new WeakMap<Phaser.Game, GameService>();

/** How many living games use a class: the cache may only forget it with the last one. */
const users = new WeakMap<PluginClass, number>();

/** The service of a game, made at the first call. The options of the first call hold. */
export function serviceOf(game: Phaser.Game, pluginClass: PluginClass, options: ServiceOptions): GameService {
  const known = services.get(game);
  if (known !== undefined) return known;
  const service = new GameService(options);
  services.set(game, service);
  users.set(pluginClass, (users.get(pluginClass) ?? 0) + 1);
  const keys = game.plugins.scenePlugins.filter((key) => isCached(key, pluginClass));
  warnOfOtherClass(game, pluginClass);
  game.events.once(Phaser.Core.Events.DESTROY, () => {
    services.delete(game);
    service[Symbol.dispose]();
    const left = (users.get(pluginClass) ?? 1) - 1;
    users.set(pluginClass, left);
    if (left > 0) return;
    for (const key of keys) if (isCached(key, pluginClass)) Phaser.Plugins.PluginCache.remove(key);
  });
  return service;
}

/**
 * Phaser gives a game the class that another living game has entered under the key, without a word: the game's own options
 * would be ignored.
 */
function warnOfOtherClass(game: Phaser.Game, pluginClass: PluginClass): void {
  const wanted = game.config.installScenePlugins as readonly { readonly key?: string; readonly plugin?: unknown }[];
  for (const { key = "", plugin } of wanted) {
    if (plugin === pluginClass || !isCached(key, pluginClass)) continue;
    // oxlint-disable-next-line no-console -- a page has no other place for it, and the game goes on.
    console.warn(
      `The scene plugin "${key}" of this game is ignored: another game of the page, which has not ended, has a plugin of ` +
        "that key, and Phaser gives its class to both. Give both games the same class, this game another key, or start it " +
        "when the other has told Phaser.Core.Events.DESTROY",
    );
  }
}

function isCached(key: string, pluginClass: PluginClass): boolean {
  const { PluginCache } = Phaser.Plugins;
  return PluginCache.hasCore(key) && (PluginCache.getCore(key) as { plugin?: unknown }).plugin === pluginClass;
}

/** See the file's head. */
export class GameService implements Disposable {
  readonly #options: ServiceOptions;
  #ownStore: SaveStore | undefined;
  #ownPreparer: Preparer | undefined;
  #ownEncoder: BackgroundEncoder | undefined;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  get store(): SaveStore {
    return this.#options.store ?? (this.#ownStore ??= new BrowserStore());
  }

  get preparer(): Preparer {
    const { preparer } = this.#options;
    if (preparer !== undefined) return preparer;
    return (this.#ownPreparer ??= typeof Worker === "undefined" ? createLocalPreparer() : createBrowserPreparer());
  }

  get encoder(): BackgroundEncoder {
    return this.#options.encoder ?? (this.#ownEncoder ??= createBackgroundEncoder());
  }

  [Symbol.dispose](): void {
    this.#ownPreparer?.[Symbol.dispose]();
    this.#ownEncoder?.[Symbol.dispose]();
  }
}
