// The saves of a scene between its start and its end: what is captured, and when; what is put back; and that one comes after
// the other.

import {
  Autosaver,
  checkSlotName,
  decodeSave,
  encodeSave,
  resolveKeep,
  SaveError,
  type BackgroundEncoder,
  type EncodingSave,
  type SaveMeta,
  type SaveRest,
  type SaveStore,
  type UnknownSection,
} from "../../persistence/index.ts";
import { ComputerError, type ComputerWorld, type ModSet } from "../computer/index.ts";
import {
  requestAutosaves,
  resolveAutosave,
  type AutosaveOptions,
  type LoadedSave,
  type LoadSaveOptions,
  type LoadSlotOptions,
} from "./autosave.ts";
import { FrameCapture } from "./frame-capture.ts";
import { frameTurns } from "./frame-turns.ts";
import { isUnnamed } from "./object-ties.ts";
import { putBack } from "./put-back.ts";
import { SaveListeners } from "./save-listeners.ts";
import type { StoreQueue } from "./store-queue.ts";
import type { WorldHooks } from "./world-hooks.ts";

/** What a scene's saves need from its plugin. */
export interface SceneSavesSetting {
  readonly world: ComputerWorld;
  /** Those of the game; asked for at each use. */
  readonly service: () => { readonly store: SaveStore; readonly encoder: BackgroundEncoder };
  /** One for all starts of the scene. */
  readonly queue: StoreQueue;
  readonly mods: ModSet;
  readonly now: () => Date;
  /** Resolves in the scene's next frame; soon, where none comes. */
  readonly nextFrame: () => Promise<void>;
  /** Told when a save was put back. */
  readonly onRestored: () => void;
}

/** What a save has beside computers and programs. */
type GamePart = Pick<SaveRest, "mods" | "world" | "thumbnail" | "unknownSections">;

/** A save that is captured, and being made. */
interface Encoding {
  readonly meta: SaveMeta;
  readonly bytes: Promise<Uint8Array>;
}

/** Time in a frame for a save that the player waits for, in milliseconds. */
const ASKED_SHARE_MS = 8;

export class SceneSaves {
  /** The game's own part. */
  hooks: WorldHooks | undefined;
  readonly listeners: SaveListeners = new SaveListeners();
  readonly #setting: SceneSavesSetting;
  /** Parts of the loaded save that a later version has written: they go into the next ones. */
  #unknownSections: readonly UnknownSection[] = [];
  readonly #captures = new Set<FrameCapture<EncodingSave>>();
  /** What ends with the scene. */
  readonly #endings = new Set<() => void>();
  #isLoading = false;
  #hasEnded = false;

  constructor(setting: SceneSavesSetting) {
    this.#setting = setting;
  }

  /** Whether no tick may run now: computers are being captured, or put back. */
  get holdsTicks(): boolean {
    return this.#isLoading || [...this.#captures].some(({ isDone }) => !isDone);
  }

  /** @throws what `ComputerPlugin.save()` throws */
  async save(slot: string, name: string): Promise<void> {
    const { store } = this.#setting.service();
    const encoded = this.#encodeAway(name);
    // It may fail while another save is still being written.
    encoded.catch(() => undefined);
    await this.#setting.queue.inTurn(store, async () => {
      const { meta, bytes } = await encoded;
      await store.write(slot, bytes, meta);
    });
  }

  exportSave(name: string): Uint8Array {
    return this.#encode(name).bytes;
  }

  /** @throws what `ComputerPlugin.load()` throws */
  async load(slot: string, { generation, safe = false }: LoadSlotOptions): Promise<LoadedSave> {
    return await this.#whileLoading(async () => {
      const { queue, service } = this.#setting;
      const stored = await queue.inTurn(service().store, (store) => store.read(slot, generation));
      if (stored === undefined) {
        throw new ComputerError("computer/empty-slot", `Cannot load the slot "${slot}": it holds no such save`);
      }
      const { bytes, ...loaded } = stored;
      await this.#putBack(bytes, safe);
      if (loaded.damaged.length > 0) {
        const text = `The newest save in “${slot}” is damaged: a copy or an older one was loaded`;
        this.listeners.tellStorage({ code: "store/damaged-generation", text });
      }
      return loaded;
    });
  }

  async importSave(bytes: Uint8Array, { safe = false }: LoadSaveOptions): Promise<void> {
    await this.#whileLoading(() => this.#putBack(bytes.slice(), safe));
  }

  /** @throws what `ComputerPlugin.autosave()` throws */
  autosave(options: AutosaveOptions): Autosaver {
    const resolved = resolveAutosave(options);
    checkSlotName(resolved.slot);
    resolveKeep(resolved);
    const saver = new Autosaver(
      () => this.#autosave(resolved),
      (report) => this.listeners.tellAutosave(report),
    );
    this.#endings.add(requestAutosaves(saver, this.#setting.world, resolved.everySeconds));
    return saver;
  }

  /** A save that the player asked for is captured to its end, and written. Before the world is taken down. */
  end(): void {
    this.#hasEnded = true;
    this.#interruptCaptures();
    for (const end of this.#endings) end();
    this.#endings.clear();
    this.listeners.clear();
  }

  async #autosave({ slot, name, keep, frameShareMs }: Required<AutosaveOptions>): Promise<number> {
    const { queue, service } = this.#setting;
    const { store } = service();
    const { meta, bytes } = await this.#captureInFrames(name, frameShareMs, "give-up");
    const encoded = await bytes;
    return await queue.inTurn(store, () => store.write(slot, encoded, meta, { keep }));
  }

  /** As `#encode()`, of what is now, over several frames and on another thread. */
  async #encodeAway(name: string): Promise<{ readonly meta: SaveMeta; readonly bytes: Uint8Array }> {
    try {
      const { meta, bytes } = await this.#captureInFrames(name, ASKED_SHARE_MS, "finish");
      return { meta, bytes: await bytes };
    } catch (error) {
      const isLost = error instanceof SaveError && error.code === "save/encoder-failed";
      if (!isLost || this.#hasEnded || this.#isLoading) throw error;
      return this.#encode(name);
    }
  }

  /** Begins at once. What is being encoded is complete when this is fulfilled: ticks may go on. */
  async #captureInFrames(name: string, shareMs: number, ifInterrupted: "finish" | "give-up"): Promise<Encoding> {
    this.#requireSavable();
    const { world, nextFrame, service } = this.#setting;
    const meta = this.#metaOf(name);
    const { encoder } = service();
    let game: GamePart | undefined;
    const capture = new FrameCapture({
      world,
      begin: (programs) => {
        game ??= copyOf(this.#gameOf());
        return encoder.begin(programs);
      },
      firstMs: shareMs,
      nextTurn: frameTurns({ shareMs, nextFrame }),
      ifInterrupted,
    });
    this.#captures.add(capture);
    try {
      const { programs, save } = await capture.run();
      return { meta, bytes: save.finish({ meta, ...(game as GamePart), programs }) };
    } finally {
      this.#captures.delete(capture);
    }
  }

  #encode(name: string): { readonly meta: SaveMeta; readonly bytes: Uint8Array } {
    this.#requireSavable();
    const { programs, computers } = this.#setting.world.captureEach();
    const meta = this.#metaOf(name);
    return { meta, bytes: encodeSave({ meta, ...this.#gameOf(), programs, computers }) };
  }

  #requireSavable(): void {
    if (this.#isLoading) throw new ComputerError("computer/busy", "Cannot save the game while it is being loaded");
    if (this.#setting.world.computers.some(({ id }) => isUnnamed(id))) {
      throw new ComputerError("computer/unnamed", `Cannot save the game: a computer has no id, and its object no name`);
    }
  }

  #gameOf(): GamePart {
    const world = this.hooks?.save() ?? null;
    const thumbnail = this.hooks?.picture?.();
    const picture = thumbnail === undefined ? {} : { thumbnail };
    return { mods: this.#setting.mods.saved, world, unknownSections: this.#unknownSections, ...picture };
  }

  #metaOf(name: string): SaveMeta {
    return { name, tick: this.#setting.world.tick, savedAt: this.#setting.now().toISOString() };
  }

  async #putBack(bytes: Uint8Array, safe: boolean): Promise<void> {
    if (this.#hasEnded) {
      throw new ComputerError("computer/superseded", "Cannot go on loading the game: its scene has ended");
    }
    const { world, mods, onRestored } = this.#setting;
    const save = decodeSave(bytes);
    mods.requireFor(save.mods);
    await putBack({ world, hooks: this.hooks, isStill: () => !this.#hasEnded, onRestored }, save, { safe });
    this.#unknownSections = save.unknownSections ?? [];
  }

  async #whileLoading<T>(load: () => Promise<T>): Promise<T> {
    if (this.#isLoading) throw new ComputerError("computer/busy", "Cannot load the game while it is being loaded");
    this.#isLoading = true;
    this.#interruptCaptures();
    try {
      return await load();
    } finally {
      this.#isLoading = false;
    }
  }

  #interruptCaptures(): void {
    for (const capture of this.#captures) capture.interrupt();
  }
}

/** @throws {TypeError} if something of it is no data. */
function copyOf<T>(game: T): T {
  try {
    return structuredClone(game);
  } catch (cause) {
    throw new TypeError("Cannot encode the save: its world is not JSON", { cause });
  }
}
