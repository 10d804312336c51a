// What a game says of its plugin, and of a computer that it adds.

import type * as Phaser from "phaser";

import type { Compiler } from "../../../toolchain/index.ts";
import type { BackgroundEncoder, SaveStore } from "../../persistence/index.ts";
import type {
  AnyTrait,
  ComputerOptions,
  ErrorSource,
  FrameLimits,
  MemoryChoice,
  ModSet,
  Preparer,
} from "../computer/index.ts";

/** What all scenes of a game share; given through `ComputerPlugin.with()`. */
export interface ComputerPluginOptions extends FrameLimits {
  /** Turns C into wasm, e.g. `createBrowserCompiler({ baseUrl })`. @defaultValue none: only wasm can be loaded */
  readonly compiler?: Compiler;
  /** Where saves live. @defaultValue a `BrowserStore` */
  readonly store?: SaveStore;
  /** Makes saves. @defaultValue `createBackgroundEncoder()`: a worker, or the page's own thread where there are none */
  readonly encoder?: BackgroundEncoder;
  /** @defaultValue `createBrowserPreparer()`, or the page's own thread where there are no workers */
  readonly preparer?: Preparer;
  /**
   * Where programs have their memories, unless a computer says otherwise. A page has only about a hundred memories, so
   * `arena` puts many programs into few; results and saves are the same. @defaultValue `"auto"`: `arena` in a page
   */
  readonly memory?: MemoryChoice;
  /**
   * Ticks after which a program that waits gives up its memory until it goes on. An integer ≥ 1, or `Infinity` for never.
   *
   * @defaultValue five seconds' worth
   */
  readonly parkAfterTicks?: number;
  /** An integer from 1 to 1,000. @defaultValue 20 */
  readonly ticksPerSecond?: number;
  /**
   * Gas that all computers of one owner (`ComputerOptions.owner`) may use in one tick together, an integer from 1 to 2^40.
   *
   * @defaultValue no quotas
   */
  readonly gasPerOwner?: number;
  /** The game's mods: saves name them, and a save is loaded only where those that it names are there. @defaultValue none */
  readonly mods?: ModSet;
  /** Whether saves have the players' files beside what they were compiled to. @defaultValue true */
  readonly savesSources?: boolean;
  /** Wall-clock time for `savedAt`. @defaultValue the machine's */
  readonly now?: () => Date;
  /**
   * Told what devices and listeners throw, by all scenes; `ComputerPlugin.on("error")` tells of one scene's.
   *
   * @defaultValue rethrown outside the tick, as an uncaught error, unless somebody listens to `error`
   */
  readonly onError?: (error: unknown, where: string, source: ErrorSource) => void;
}

/** As `ComputerOptions`; the id defaults to the game object's name. */
export type AddComputerOptions = Omit<ComputerOptions, "id"> & {
  readonly id?: string;
  /**
   * The game object becomes a device for each of these that fits it, under the name of its type; `devices` of the same name
   * come first. E.g. `[Positioned]`. @defaultValue none
   */
  readonly traits?: readonly AnyTrait[];
};

/** What `this.make.computer()` makes one of: options, with the game object or with an id. */
export type MakeComputerConfig =
  | (AddComputerOptions & { readonly gameObject: Phaser.GameObjects.GameObject })
  | (ComputerOptions & { readonly gameObject?: undefined });
