// Gives any game object a computer, the Phaser way: ticks with the scene's frames, ends with the scene, and saves the game.

import * as Phaser from "phaser";

import type { Autosaver, GenerationInfo, SlotInfo, StorageRoom } from "../../persistence/index.ts";
import {
  ComputerError,
  ComputerWorld,
  devicesOf,
  FrameRunner,
  ModSet,
  type Computer,
  type ComputerOptions,
  type WorldEvents,
} from "../computer/index.ts";
import type { AutosaveOptions, LoadedSave, LoadSaveOptions, LoadSlotOptions, PluginEvents } from "./autosave.ts";
import { enterFactory, leaveFactory } from "./computer-factory.ts";
import { serviceOf, type GameService } from "./game-service.ts";
import { ObjectTies } from "./object-ties.ts";
import type { AddComputerOptions, ComputerPluginOptions, MakeComputerConfig } from "./plugin-options.ts";
import { SceneSaves } from "./scene-saves.ts";
import { StoreQueue } from "./store-queue.ts";
import { addFromTiled, type AddFromTiledOptions, type TiledComputers } from "./tiled/add-from-tiled.ts";
import type { WorldHooks } from "./world-hooks.ts";

const NO_MODS = new ModSet();

/** What is waited for a frame, where frames may have stopped. */
const LONGEST_FRAME_MS = 100;

/**
 * The computers of a scene.
 *
 *   new Game ─► boot ─► (start ─► frames ─► shutdown)* ─► destroy
 *
 * Between two starts nothing is left: `shutdown` removes all computers, listeners and hooks. A paused or sleeping scene
 * has no frames, so its computers stand still.
 *
 * @example
 * ```ts
 * new Phaser.Game({
 *   plugins: { scene: [{ key: "computers", plugin: ComputerPlugin.with({ compiler }), mapping: "computers" }] },
 *   scene: class extends Phaser.Scene {
 *     create() {
 *       const rover = this.add.sprite(80, 80, "rover").setName("rover-1");
 *       const computer = this.computers.add(rover, { devices: { left: Motor.attach(roverMotor) } });
 *       void computer.load({ "main.c": source });
 *     }
 *   },
 * });
 * ```
 */
export class ComputerPlugin extends Phaser.Plugins.ScenePlugin {
  /** Turn off to pause the game's time, e.g. behind a menu. Back to `true` when the scene starts. */
  isTicking = true;

  readonly #ties = new ObjectTies();
  readonly #storeQueue = new StoreQueue();
  // New at each start of the scene.
  #world: ComputerWorld;
  #frames: FrameRunner;
  #saves: SceneSaves;

  constructor(scene: Phaser.Scene, pluginManager: Phaser.Plugins.PluginManager, pluginKey: string) {
    super(scene, pluginManager, pluginKey);
    this.#world = this.#createWorld();
    this.#frames = new FrameRunner(this.#world, this.options);
    this.#saves = this.#createSaves();
  }

  /** The plugin with options of your own. Call it once a game: each call makes another class. */
  static with(options: ComputerPluginOptions): typeof ComputerPlugin {
    return class extends ComputerPlugin {
      protected override get options(): ComputerPluginOptions {
        return options;
      }
    };
  }

  /** What {@link ComputerPlugin.with} was given. */
  protected get options(): ComputerPluginOptions {
    return {};
  }

  override boot(): void {
    const systems = this.#systems;
    // Made now and not at the first save: it is what takes the plugin out of Phaser's cache when the game ends.
    this.#service();
    enterFactory(systems.scene, this, systems.plugins);
    systems.events.on(Phaser.Scenes.Events.START, this.#onStart);
    systems.events.once(Phaser.Scenes.Events.DESTROY, this.#onDestroy);
    // A plugin that is installed at run time has missed the start.
    if (systems.settings.active) this.#onStart();
  }

  override destroy(): void {
    const { events, scene, plugins } = this.#systems;
    this.#onShutdown();
    leaveFactory(scene, plugins);
    events.off(Phaser.Scenes.Events.START, this.#onStart);
    events.off(Phaser.Scenes.Events.DESTROY, this.#onDestroy);
    super.destroy();
  }

  /** Ticks run since the scene started, or since the world that was loaded began. */
  get tick(): number {
    return this.#world.tick;
  }

  get ticksPerSecond(): number {
    return this.#world.ticksPerSecond;
  }

  /** How far the time stands between two ticks, 0 to 1: for drawing movements smoothly. */
  get tickFraction(): number {
    return this.#frames.fraction;
  }

  /** In tick order. */
  get computers(): readonly Computer[] {
    return this.#world.computers;
  }

  /** The game's own part of saves; `undefined` saves the computers only. Set it in `create`. */
  get world(): WorldHooks | undefined {
    return this.#saves.hooks;
  }

  set world(hooks: WorldHooks | undefined) {
    this.#saves.hooks = hooks;
  }

  /**
   * Gives a game object a computer, which goes when the object is destroyed; with options alone, gives the scene one that
   * goes with the scene. It is switched off until `load()`. The same as `this.add.computer()`.
   *
   * @throws {ComputerError} `computer/duplicate-id`
   * @throws {RangeError} {@link TypeError} if an option is out of its range.
   */
  add(gameObject: Phaser.GameObjects.GameObject, options?: AddComputerOptions): Computer;
  add(options: ComputerOptions): Computer;
  add(owner: Phaser.GameObjects.GameObject | ComputerOptions, options: AddComputerOptions = {}): Computer {
    if (!(owner instanceof Phaser.GameObjects.GameObject)) return this.#world.add(owner);
    const gameObject = owner;
    const { traits = [], ...rest } = options;
    const devices = { ...devicesOf(gameObject, traits), ...options.devices };
    const world = this.#world;
    const computer = world.add({ ...rest, devices, id: options.id ?? this.#ties.idFor(gameObject) });
    // The object is gone: a device that put it back on its tile would touch what is not there.
    this.#ties.tie(gameObject, computer, () => world.remove(computer.id, { cancelTask: false }));
    return computer;
  }

  /**
   * Gives each object of a layer that has `computer` properties a computer with devices and a program; docs/plugin.md has
   * a table of the properties. If an object is wrong, nothing is added.
   *
   * @throws {ComputerError} `computer/tiled-layer`, `computer/tiled-property`, `computer/tiled-program`,
   * `computer/tiled-device`, `computer/tiled-id`, and what your own functions throw.
   */
  addFromTiled(map: Phaser.Tilemaps.Tilemap, layer: string, options: AddFromTiledOptions = {}): TiledComputers {
    return addFromTiled(this, { map, name: layer }, options);
  }

  get(id: string): Computer | undefined {
    return this.#world.get(id);
  }

  /** Stops and forgets a computer, and leaves its game object; those of other scenes are ignored. */
  remove(computer: Computer): void {
    if (this.#world.get(computer.id) !== computer) return;
    this.#ties.untie(computer);
    this.#world.remove(computer.id);
  }

  /** The computer of a game object; the first, if it has several. */
  of(gameObject: Phaser.GameObjects.GameObject): Computer | undefined {
    return this.#ties.of(gameObject);
  }

  /**
   * Tells of all computers of the scene, those included that are added later: each event of `Computer.on` with the
   * `computer`, and `tick`, `overrun` and `error`. Told between ticks; ends with the scene. `storage` and `autosave` tell of
   * saves.
   *
   * @returns a function that ends it earlier.
   *
   * @example
   * ```ts
   * this.computers.on("trap", ({ computer, report }) => this.showFault(computer.id, report.title));
   * ```
   */
  on<K extends keyof PluginEvents>(event: K, listener: (payload: PluginEvents[K]) => void): () => void {
    // What the listener takes follows from the event, which the compiler does not see.
    if (event === "autosave") return this.#saves.listeners.addAutosave(listener as never);
    if (event === "storage") return this.#saves.listeners.addStorage(listener as never, this.#service().store);
    return this.#world.on(event as keyof WorldEvents, listener as never);
  }

  /** Calls `listener` after each tick with its number; ends with the scene. @returns a function that ends it earlier. */
  onTick(listener: (tick: number) => void): () => void {
    return this.#world.onTick(listener);
  }

  /**
   * Captures the state now, and writes it to the store; a worker makes the bytes, where there are workers. Many computers are
   * captured over some frames, in which no tick runs. If a load or the end of the scene comes first, the rest is captured just
   * before. If the worker fails, the state of that moment is captured in its place.
   *
   * @param slot - Where: 1 to 80 bytes of UTF-8.
   * @param name - What the list shows, at most 200 characters. @defaultValue the slot
   * @throws {ComputerError} `computer/busy` while loading, `computer/inside-tick` from a device, `computer/unnamed` if a
   * computer has no id.
   * @throws {SaveError} what the store throws.
   */
  async save(slot: string, name: string = slot): Promise<void> {
    await this.#saves.save(slot, name);
  }

  /**
   * Reads a slot and puts everything back. No tick runs meanwhile. On any error the game is as it was, unless its own hook
   * cannot take back what `save` gave just before: `computer/not-put-back`.
   *
   * If the newest save of the slot is damaged, the newest that is whole is loaded; `damaged` and the event `storage` tell.
   *
   * @throws {MissingModsError} if the save needs mods that are not there; nothing has been touched then.
   * @throws {ComputerError} `computer/empty-slot`, `computer/busy`, and what `ComputerWorld.restore()` throws.
   * @throws {SaveError} what the store and the decoder throw.
   */
  async load(slot: string, options: LoadSlotOptions = {}): Promise<LoadedSave> {
    return await this.#saves.load(slot, options);
  }

  /** The save as a file: the bytes that {@link ComputerPlugin.save} would write. */
  exportSave(name: string): Uint8Array {
    return this.#saves.exportSave(name);
  }

  /** Puts everything back from a file; as {@link ComputerPlugin.load}. */
  async importSave(bytes: Uint8Array, options: LoadSaveOptions = {}): Promise<void> {
    await this.#saves.importSave(bytes, options);
  }

  /**
   * Saves by itself from now on: every `everySeconds` of ticks, when the page is hidden, and when `request()` is called.
   * Computers are captured a little in each frame, while no tick runs, and the rest is done by a worker. Ends with the scene;
   * the event `autosave` tells how each save ended.
   *
   * @throws {SaveError} `save/bad-slot-name`
   * @throws {RangeError} if an option is out of its range.
   *
   * @example
   * ```ts
   * this.computers.autosave({ everySeconds: 30 });
   * this.computers.on("autosave", ({ kind }) => this.showDisk(kind === "saved"));
   * ```
   */
  autosave(options: AutosaveOptions = {}): Autosaver {
    return this.#saves.autosave(options);
  }

  /** What the store holds, ascending by slot. @throws {SaveError} */
  listSlots(): Promise<readonly SlotInfo[]> {
    return this.#storeQueue.inTurn(this.#service().store, (store) => store.list());
  }

  /** The saves of a slot, the newest first. @throws {SaveError} */
  generations(slot: string): Promise<readonly GenerationInfo[]> {
    return this.#storeQueue.inTurn(this.#service().store, (store) => store.generations(slot));
  }

  /** How full the storage is, as far as can be said. */
  async storageRoom(): Promise<StorageRoom | undefined> {
    return await this.#service().store.room?.();
  }

  /** Empties a slot. @throws {SaveError} */
  deleteSlot(slot: string): Promise<void> {
    return this.#storeQueue.inTurn(this.#service().store, (store) => store.delete(slot));
  }

  readonly #onDestroy = (): void => this.destroy();

  readonly #onStart = (): void => {
    const { events } = this.#systems;
    events.on(Phaser.Scenes.Events.UPDATE, this.#onUpdate);
    events.once(Phaser.Scenes.Events.SHUTDOWN, this.#onShutdown);
  };

  /** Leaves the plugin as new: Phaser uses the same object for the next start. */
  readonly #onShutdown = (): void => {
    const { events } = this.#systems;
    events.off(Phaser.Scenes.Events.UPDATE, this.#onUpdate);
    events.off(Phaser.Scenes.Events.SHUTDOWN, this.#onShutdown);
    this.#ties.clear();
    this.#saves.end();
    this.#world.dispose();
    this.#world = this.#createWorld();
    this.#frames = new FrameRunner(this.#world, this.options);
    this.#saves = this.#createSaves();
    this.isTicking = true;
  };

  readonly #onUpdate = (_time: number, deltaMs: number): void => {
    const [world, saves] = [this.#world, this.#saves];
    // A listener may have paused the game or ended the scene.
    const mayTick = (): boolean => this.isTicking && !saves.holdsTicks && this.#world === world;
    if (mayTick()) this.#frames.runFrame(deltaMs, mayTick);
  };

  /** Resolves in the next frame; soon, where none comes: a scene that sleeps, a page that is hidden. */
  #nextFrame(): Promise<void> {
    const { events } = this.#systems;
    return new Promise((resolve) => {
      const go = (): void => {
        clearTimeout(timer);
        events.off(Phaser.Scenes.Events.UPDATE, go);
        resolve();
      };
      const timer = setTimeout(go, document.hidden ? 0 : LONGEST_FRAME_MS);
      events.once(Phaser.Scenes.Events.UPDATE, go);
    });
  }

  #createWorld(): ComputerWorld {
    const { compiler, memory, parkAfterTicks, ticksPerSecond, gasPerOwner, savesSources, onError } = this.options;
    return new ComputerWorld({
      ...(savesSources === undefined ? {} : { savesSources }),
      ...(ticksPerSecond === undefined ? {} : { ticksPerSecond }),
      ...(gasPerOwner === undefined ? {} : { gasPerOwner }),
      ...(compiler === undefined ? {} : { compiler }),
      ...(memory === undefined ? {} : { memory }),
      ...(parkAfterTicks === undefined ? {} : { parkAfterTicks }),
      ...(onError === undefined ? {} : { onError }),
      preparer: {
        prepare: (wasm, policy, options) => this.#service().preparer.prepare(wasm, policy, options),
        [Symbol.dispose]: () => {},
      },
    });
  }

  #createSaves(): SceneSaves {
    const frames = this.#frames;
    return new SceneSaves({
      world: this.#world,
      service: () => this.#service(),
      queue: this.#storeQueue,
      mods: this.options.mods ?? NO_MODS,
      now: this.options.now ?? (() => new Date()),
      nextFrame: () => this.#nextFrame(),
      onRestored: () => frames.reset(),
    });
  }

  #service(): GameService {
    const { store, preparer, encoder } = this.options;
    return serviceOf(this.#systems.game, this.constructor as typeof ComputerPlugin, {
      ...(store === undefined ? {} : { store }),
      ...(preparer === undefined ? {} : { preparer }),
      ...(encoder === undefined ? {} : { encoder }),
    });
  }

  get #systems(): Phaser.Scenes.Systems {
    if (this.systems === null) {
      throw new ComputerError("computer/removed", "Cannot use the computers of a scene that was destroyed");
    }
    return this.systems;
  }
}

declare module "phaser" {
  interface Scene {
    /** Present where the game was configured with {@link ComputerPlugin} under this mapping. */
    computers: ComputerPlugin;
  }
  namespace GameObjects {
    interface GameObjectFactory {
      /**
       * Gives a game object a computer, as `this.computers.add()` does; or, with options alone, gives the scene one that
       * belongs to no object and ends with the scene.
       *
       * @throws {ComputerError} `computer/duplicate-id`
       * @throws {RangeError} {@link TypeError} if an option is out of its range.
       */
      computer(gameObject: Phaser.GameObjects.GameObject, options?: AddComputerOptions): Computer;
      computer(options: ComputerOptions): Computer;
    }
    interface GameObjectCreator {
      /**
       * As `this.add.computer()`, out of one object: `{ gameObject, ...options }`, or options with an `id`.
       *
       * @throws {ComputerError} `computer/duplicate-id`
       * @throws {RangeError} {@link TypeError} if an option is out of its range.
       */
      computer(config: MakeComputerConfig): Computer;
    }
  }
}
