// Gives any game object a computer, the Phaser way: ticks with the scene's frames, ends with the scene, and saves the game.

import * as Phaser from "phaser";

import type { Compiler } from "../../../toolchain/index.ts";
import {
  Autosaver,
  checkSlotName,
  decodeSave,
  encodeSave,
  resolveKeep,
  SaveError,
  type BackgroundEncoder,
  type GenerationInfo,
  type JsonValue,
  type SaveGame,
  type SaveMeta,
  type SaveRest,
  type SaveStore,
  type SlotInfo,
  type StorageRoom,
  type Thumbnail,
  type UnknownSection,
} from "../../persistence/index.ts";
import {
  type AnyTrait,
  ComputerError,
  ComputerWorld,
  devicesOf,
  ModSet,
  FrameRunner,
  type Computer,
  type ComputerOptions,
  type ComputersSave,
  type ComputersSource,
  type ErrorSource,
  type FrameLimits,
  type MemoryChoice,
  type Preparer,
  type RestoreOptions,
  type WorldEvents,
} from "../computer/index.ts";
import {
  resolveAutosave,
  type AutosaveOptions,
  type LoadedSave,
  type LoadSaveOptions,
  type LoadSlotOptions,
  type PluginEvents,
} from "./autosave.ts";
import { enterFactory, leaveFactory } from "./computer-factory.ts";
import { captureOverFrames } from "./frame-capture.ts";
import { serviceOf, type GameService } from "./game-service.ts";
import { SaveListeners } from "./save-listeners.ts";
import { addFromTiled, type AddFromTiledOptions, type TiledComputers } from "./tiled/add-from-tiled.ts";

/** What all scenes of a game share; given through {@link ComputerPlugin.with}. */
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
   * Told what devices and listeners throw, by all scenes; {@link ComputerPlugin.on} `"error"` tells of one scene's.
   *
   * @defaultValue rethrown outside the tick, as an uncaught error, unless somebody listens to `error`
   */
  readonly onError?: (error: unknown, where: string, source: ErrorSource) => void;
}

/** The game's own part of a save. */
export interface WorldHooks {
  /** Gives everything of the game that must survive, as JSON. Called between ticks. */
  save(): JsonValue;
  /**
   * Puts the game back: recreate game objects and their computers (`add`) here, or move those that are there.
   * Afterwards every computer of the save must exist. No tick runs before it is done. If anything fails later, it is
   * called again with what `save` gave just before.
   */
  load(world: JsonValue): void | Promise<void>;
  /**
   * Gives a small picture of the game for lists of saves, at most 256 KiB, if there is one. Called after `save`, and
   * immediately: drawing one takes longer, so keep the last. @defaultValue none
   */
  picture?(): Thumbnail | undefined;
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

/** What ends a computer with its game object. */
interface Tie {
  readonly gameObject: Phaser.GameObjects.GameObject;
  readonly computer: Computer;
  readonly stopListening: () => void;
}

const NO_MODS = new ModSet();

/** Ids of computers that nobody named. They cannot be saved: after a reload they would mean others. */
const UNNAMED = "unnamed-";

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

  #world: ComputerWorld;
  #hooks: WorldHooks | undefined;
  /** Parts of the loaded save that a later version has written: they go into the next ones. */
  #unknownSections: readonly UnknownSection[] = [];
  #frames: FrameRunner;
  readonly #ties = new Set<Tie>();
  /** In the order in which they were added. */
  readonly #byObject = new Map<Phaser.GameObjects.GameObject, Computer[]>();
  #unnamedCount = 0;
  #isLoading = false;
  /** How many autosaves capture computers: no tick may run meanwhile. */
  #capturing = 0;
  /** How often something was loaded, or begun to be. */
  #loads = 0;
  readonly #saveListeners = new SaveListeners();
  /** What ends with the scene. */
  readonly #endings = new Set<() => void>();
  /** Settles when everything that was asked of the store is done. */
  #storeQueue: Promise<unknown> = Promise.resolve();

  constructor(scene: Phaser.Scene, pluginManager: Phaser.Plugins.PluginManager, pluginKey: string) {
    super(scene, pluginManager, pluginKey);
    this.#world = this.#createWorld();
    this.#frames = new FrameRunner(this.#world, this.options);
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
    return this.#hooks;
  }

  set world(hooks: WorldHooks | undefined) {
    this.#hooks = hooks;
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
    const id = options.id ?? (gameObject.name === "" ? `${UNNAMED}${++this.#unnamedCount}` : gameObject.name);
    const computer = this.#world.add({ ...rest, devices, id });
    this.#tie(gameObject, computer);
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
    for (const tie of this.#ties) if (tie.computer === computer) this.#untie(tie);
    this.#world.remove(computer.id);
  }

  /** The computer of a game object; the first, if it has several. */
  of(gameObject: Phaser.GameObjects.GameObject): Computer | undefined {
    return this.#byObject.get(gameObject)?.[0];
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
    if (event === "autosave") return this.#saveListeners.addAutosave(listener as never);
    if (event === "storage") return this.#saveListeners.addStorage(listener as never, this.#service().store);
    return this.#world.on(event as keyof WorldEvents, listener as never);
  }

  /** Calls `listener` after each tick with its number; ends with the scene. @returns a function that ends it earlier. */
  onTick(listener: (tick: number) => void): () => void {
    return this.#world.onTick(listener);
  }

  /**
   * Captures the state now, and writes it to the store; a worker makes the bytes, where there are workers. If it fails, the
   * state of that moment is captured in its place.
   *
   * @param slot - Where: 1 to 80 bytes of UTF-8.
   * @param name - What the list shows, at most 200 characters. @defaultValue the slot
   * @throws {ComputerError} `computer/busy` while loading, `computer/inside-tick` from a device, `computer/unnamed` if a
   * computer has no id.
   * @throws {SaveError} what the store throws.
   */
  async save(slot: string, name: string = slot): Promise<void> {
    const encoded = this.#encodeAway(name);
    // It may fail while another save is still being written.
    encoded.catch(() => undefined);
    await this.#inTurn(async (store) => {
      const { meta, bytes } = await encoded;
      await store.write(slot, bytes, meta);
    });
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
  async load(slot: string, { generation, safe = false }: LoadSlotOptions = {}): Promise<LoadedSave> {
    return await this.#whileLoading(async () => {
      const stored = await this.#inTurn((store) => store.read(slot, generation));
      if (stored === undefined) {
        throw new ComputerError("computer/empty-slot", `Cannot load the slot "${slot}": it holds no such save`);
      }
      const { bytes, ...loaded } = stored;
      await this.#apply(bytes, { safe });
      if (loaded.damaged.length > 0) {
        const text = `The newest save in “${slot}” is damaged: a copy or an older one was loaded`;
        this.#saveListeners.tellStorage({ code: "store/damaged-generation", text });
      }
      return loaded;
    });
  }

  /** The save as a file: the bytes that {@link ComputerPlugin.save} would write. */
  exportSave(name: string): Uint8Array {
    return this.#encode(name).bytes;
  }

  /** Puts everything back from a file; as {@link ComputerPlugin.load}. */
  async importSave(bytes: Uint8Array, { safe = false }: LoadSaveOptions = {}): Promise<void> {
    await this.#whileLoading(() => this.#apply(bytes.slice(), { safe }));
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
    const resolved = resolveAutosave(options);
    checkSlotName(resolved.slot);
    resolveKeep(resolved);
    const saver = new Autosaver(
      () => this.#autosave(resolved),
      (report) => this.#saveListeners.tellAutosave(report),
    );
    const request = (): void => void saver.request();
    const ticks = Math.max(1, Math.round(resolved.everySeconds * this.ticksPerSecond));
    let left = ticks;
    const stopTicks = this.onTick(() => {
      if (--left > 0) return;
      left = ticks;
      request();
    });
    const onVisibility = (): void => {
      if (document.hidden) request();
    };
    document.addEventListener("visibilitychange", onVisibility);
    this.#endings.add(() => {
      stopTicks();
      document.removeEventListener("visibilitychange", onVisibility);
      saver.stop();
    });
    return saver;
  }

  /** What the store holds, ascending by slot. @throws {SaveError} */
  listSlots(): Promise<readonly SlotInfo[]> {
    return this.#inTurn((store) => store.list());
  }

  /** The saves of a slot, the newest first. @throws {SaveError} */
  generations(slot: string): Promise<readonly GenerationInfo[]> {
    return this.#inTurn((store) => store.generations(slot));
  }

  /** How full the storage is, as far as can be said. */
  async storageRoom(): Promise<StorageRoom | undefined> {
    return await this.#service().store.room?.();
  }

  /** Empties a slot. @throws {SaveError} */
  deleteSlot(slot: string): Promise<void> {
    return this.#inTurn((store) => store.delete(slot));
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
    for (const tie of this.#ties) this.#untie(tie);
    for (const end of this.#endings) end();
    this.#endings.clear();
    this.#saveListeners.clear();
    this.#world.dispose();
    this.#world = this.#createWorld();
    this.#frames = new FrameRunner(this.#world, this.options);
    this.#hooks = undefined;
    this.#unknownSections = [];
    this.#isLoading = false;
    this.isTicking = true;
  };

  readonly #onUpdate = (_time: number, deltaMs: number): void => {
    if (!this.isTicking || this.#isLoading || this.#capturing > 0) return;
    const world = this.#world;
    // A listener may have paused the game or ended the scene.
    this.#frames.runFrame(deltaMs, () => this.isTicking && !this.#isLoading && this.#world === world);
  };

  #tie(gameObject: Phaser.GameObjects.GameObject, computer: Computer): void {
    const world = this.#world;
    const onDestroy = (_object: Phaser.GameObjects.GameObject, isSceneEnding: boolean): void => {
      // The end of the scene is ours as well: it takes all computers at once, and tells nobody.
      if (isSceneEnding) return;
      this.#untie(tie);
      // The object is gone: a device that put it back on its tile would touch what is not there.
      world.remove(computer.id, { cancelTask: false });
    };
    const stopListening = (): void => {
      gameObject.off(Phaser.GameObjects.Events.DESTROY, onDestroy);
    };
    const tie: Tie = { gameObject, computer, stopListening };
    gameObject.once(Phaser.GameObjects.Events.DESTROY, onDestroy);
    this.#ties.add(tie);
    const known = this.#byObject.get(gameObject);
    if (known === undefined) this.#byObject.set(gameObject, [computer]);
    else known.push(computer);
  }

  #untie(tie: Tie): void {
    const { gameObject, computer, stopListening } = tie;
    stopListening();
    this.#ties.delete(tie);
    const left = this.#byObject.get(gameObject)?.filter((other) => other !== computer) ?? [];
    if (left.length > 0) this.#byObject.set(gameObject, left);
    else this.#byObject.delete(gameObject);
  }

  #encode(name: string): { readonly meta: SaveMeta; readonly bytes: Uint8Array } {
    this.#requireSavable();
    const { tick, programs, computers } = this.#world.captureEach();
    const meta = this.#metaOf(name, tick);
    return {
      meta,
      bytes: encodeSave({ meta, ...this.#gameOf(), programs, computers }),
    };
  }

  /** As `#encode()`, of what is now, on another thread. */
  async #encodeAway(name: string): Promise<{ readonly meta: SaveMeta; readonly bytes: Uint8Array }> {
    this.#requireSavable();
    const world = this.#world;
    const { tick, programs, computers } = world.captureEach();
    const meta = this.#metaOf(name, tick);
    const save = this.#service().encoder.begin();
    try {
      for (const computer of computers) save.add(computer);
      return { meta, bytes: await save.finish({ meta, ...this.#gameOf(), programs }) };
    } catch (error) {
      save.cancel();
      const isLost = error instanceof SaveError && error.code === "save/encoder-failed";
      if (!isLost || this.#world !== world || this.#isLoading) throw error;
      return this.#encode(name);
    }
  }

  async #autosave({ slot, name, keep, frameShareMs }: Required<AutosaveOptions>): Promise<number> {
    const { meta, encoded } = await this.#captureInFrames(name, frameShareMs);
    const bytes = await encoded;
    return await this.#inTurn((store) => store.write(slot, bytes, meta, { keep }));
  }

  /** What is being encoded is complete when this is fulfilled: ticks may go on. */
  async #captureInFrames(
    name: string,
    shareMs: number,
  ): Promise<{ readonly meta: SaveMeta; readonly encoded: Promise<Uint8Array> }> {
    this.#requireSavable();
    const [world, loads] = [this.#world, this.#loads];
    const isStill = (): boolean => this.#world === world && this.#loads === loads;
    this.#capturing += 1;
    try {
      const game = structuredClone(this.#gameOf());
      const { encoder } = this.#service();
      const nextFrame = (): Promise<void> => this.#nextFrame();
      const { tick, programs, save } = await captureOverFrames({ world, shareMs, nextFrame, isStill }, () =>
        encoder.begin(),
      );
      const meta = this.#metaOf(name, tick);
      return { meta, encoded: save.finish({ meta, ...game, programs }) };
    } finally {
      this.#capturing -= 1;
    }
  }

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

  #requireSavable(): void {
    if (this.#isLoading) throw new ComputerError("computer/busy", "Cannot save the game while it is being loaded");
    const unnamed = this.computers.find(({ id }) => id.startsWith(UNNAMED));
    if (unnamed !== undefined) {
      throw new ComputerError("computer/unnamed", `Cannot save the game: a computer has no id, and its object no name`);
    }
  }

  /** What a save has beside computers and programs. */
  #gameOf(): Pick<SaveRest, "mods" | "world" | "thumbnail" | "unknownSections"> {
    const world = this.#hooks?.save() ?? null;
    const thumbnail = this.#hooks?.picture?.();
    const picture = thumbnail === undefined ? {} : { thumbnail };
    return { mods: this.#mods.saved, world, unknownSections: this.#unknownSections, ...picture };
  }

  #metaOf(name: string, tick: number): SaveMeta {
    const now = this.options.now?.() ?? new Date();
    return { name, tick, savedAt: now.toISOString() };
  }

  async #apply(bytes: Uint8Array, options: RestoreOptions): Promise<void> {
    const save = decodeSave(bytes);
    this.#mods.requireFor(save.mods);
    const world = this.#world;
    const hooks = this.#hooks;
    // A hook may give what it goes on changing. As bytes, because thousands of memories are mostly zeros.
    const before = { world: structuredClone(hooks?.save() ?? null), computers: packComputers(world.captureEach()) };
    try {
      await this.#putBack(world, save.world, computersOf(save), options);
      this.#unknownSections = save.unknownSections ?? [];
    } catch (error) {
      if (this.#world === world) {
        await this.#putBack(world, before.world, computersOf(decodeSave(before.computers))).catch((worse: unknown) => {
          throw new ComputerError("computer/not-put-back", "Cannot load the game, nor put it back as it was", {
            cause: new AggregateError([error, worse]),
          });
        });
      }
      throw error;
    }
  }

  async #putBack(
    world: ComputerWorld,
    data: JsonValue,
    computers: ComputersSave,
    options: RestoreOptions = {},
  ): Promise<void> {
    await this.#hooks?.load(data);
    await world.restore(computers, options);
    this.#frames.reset();
  }

  async #whileLoading<T>(load: () => Promise<T>): Promise<T> {
    if (this.#isLoading) throw new ComputerError("computer/busy", "Cannot load the game while it is being loaded");
    const world = this.#world;
    this.#isLoading = true;
    try {
      this.#loads += 1;
      return await load();
    } finally {
      if (this.#world === world) this.#isLoading = false;
    }
  }

  /** One after the other: a list that is asked for during a save shows it. */
  #inTurn<T>(use: (store: SaveStore) => Promise<T>): Promise<T> {
    const { store } = this.#service();
    const result = this.#storeQueue.then(() => use(store));
    this.#storeQueue = result.catch(() => undefined);
    return result;
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

  #service(): GameService {
    const { store, preparer, encoder } = this.options;
    return serviceOf(this.#systems.game, this.constructor as typeof ComputerPlugin, {
      ...(store === undefined ? {} : { store }),
      ...(preparer === undefined ? {} : { preparer }),
      ...(encoder === undefined ? {} : { encoder }),
    });
  }

  get #mods(): ModSet {
    return this.options.mods ?? NO_MODS;
  }

  get #systems(): Phaser.Scenes.Systems {
    if (this.systems === null) {
      throw new ComputerError("computer/removed", "Cannot use the computers of a scene that was destroyed");
    }
    return this.systems;
  }
}

function packComputers({ tick, programs, computers }: ComputersSource): Uint8Array {
  const meta = { name: "", tick, savedAt: "" };
  return encodeSave({ meta, world: null, programs, computers }, { compress: false });
}

function computersOf(save: SaveGame): ComputersSave {
  return { tick: save.meta.tick, programs: save.programs, computers: save.computers };
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
