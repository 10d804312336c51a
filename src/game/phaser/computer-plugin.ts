// Gives any game object a computer, the Phaser way.

import type * as Phaser from "phaser";

import type { Compiler } from "../../../toolchain/index.ts";
import type { JsonValue, SaveStore, SlotInfo } from "../../persistence/index.ts";
import type { Computer, ComputerOptions, Preparer } from "../computer/index.ts";

/** What all scenes of a game share; given through {@link ComputerPlugin.with}. */
export interface ComputerPluginOptions {
  /** Turns C into wasm, e.g. `createBrowserCompiler({ baseUrl })`. @defaultValue none: only wasm can be loaded */
  readonly compiler?: Compiler;
  /** Where saves live. @defaultValue an `IndexedDbStore` */
  readonly store?: SaveStore;
  /** @defaultValue `createBrowserPreparer()`, or the page's own thread where there are no workers */
  readonly preparer?: Preparer;
  /** @defaultValue 20 */
  readonly ticksPerSecond?: number;
  /** Most ticks that one frame runs; what a slow frame owes beyond that is dropped. @defaultValue 5 */
  readonly maxTicksPerFrame?: number;
  /** Wall-clock time for `savedAt`. @defaultValue the machine's */
  readonly now?: () => Date;
}

/** The game's own part of a save. */
export interface WorldHooks {
  /** Gives everything of the game that must survive, as JSON. Called between ticks. */
  save(): JsonValue;
  /**
   * Puts the game back: recreate game objects and their computers (`add`) here, or move those that are there.
   * Afterwards every computer of the save must exist. Called between ticks; no tick runs before it is done.
   */
  load(world: JsonValue): void | Promise<void>;
}

/** As `ComputerOptions`; the id defaults to the game object's name. */
export type AddComputerOptions = Omit<ComputerOptions, "id"> & { readonly id?: string };

export declare class ComputerPlugin extends Phaser.Plugins.ScenePlugin {
  /** The plugin with options of your own: `{ key: "computers", plugin: ComputerPlugin.with({ compiler }), mapping: "computers" }`. */
  static with(options: ComputerPluginOptions): typeof ComputerPlugin;
  /** Ticks run in this scene since it started, or since the world that was loaded began. */
  readonly tick: number;
  readonly ticksPerSecond: number;
  /** How far the clock stands between two ticks, 0 to 1: for drawing movements smoothly. */
  readonly tickFraction: number;
  /** The game's own part of saves. @defaultValue nothing is saved but the computers */
  world: WorldHooks | undefined;
  /** Gives a game object a computer, which goes when the object is destroyed. */
  add(gameObject: Phaser.GameObjects.GameObject, options?: AddComputerOptions): Computer;
  get(id: string): Computer | undefined;
  /** The computer of a game object. */
  of(gameObject: Phaser.GameObjects.GameObject): Computer | undefined;
  /** In tick order. */
  readonly computers: readonly Computer[];
  /** Whether ticks run with the frames. Turn off to pause the game's time, e.g. behind a menu. @defaultValue true */
  isTicking: boolean;
  /** Calls `listener` after each tick with its number; ends with the scene. @returns a function that ends it earlier. */
  onTick(listener: (tick: number) => void): () => void;
  /** Captures the state at once and writes it. @param name - What the list shows. @defaultValue the slot */
  save(slot: string, name?: string): Promise<void>;
  /** Reads a slot and puts everything back. On any error the game is as it was. */
  load(slot: string): Promise<void>;
  listSlots(): Promise<readonly SlotInfo[]>;
  deleteSlot(slot: string): Promise<void>;
}

declare module "phaser" {
  interface Scene {
    /** Present where the game was configured with {@link ComputerPlugin} under this mapping. */
    computers: ComputerPlugin;
  }
}
