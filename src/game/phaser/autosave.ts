// What a scene's saves say and take beside the plugin's own methods.

import type { Autosaver, AutosaveReport, StoredSave, StoreMessage } from "../../persistence/index.ts";
import type { ComputerWorld, WorldEvents } from "../computer/index.ts";

/** When and where a scene saves by itself. */
export interface AutosaveOptions {
  /** @defaultValue "autosave" */
  readonly slot?: string;
  /** What the list of slots shows, at most 200 characters. @defaultValue "Autosave" */
  readonly name?: string;
  /** How many autosaves the slot keeps, an integer from 2 to 100. @defaultValue 5 */
  readonly keep?: number;
  /** Time that the game has ticked between two saves, in seconds; above 0. @defaultValue 60 */
  readonly everySeconds?: number;
  /** Time in each frame for capturing computers, in milliseconds; above 0. @defaultValue 4 */
  readonly frameShareMs?: number;
}

/** How to load a save. */
export interface LoadSaveOptions {
  /** Leaves all computers off, with their programs, for a save that does harm as soon as it runs. @defaultValue false */
  readonly safe?: boolean;
}

/** How to load a slot. */
export interface LoadSlotOptions extends LoadSaveOptions {
  /** One of `generations()`. @defaultValue the newest that is whole */
  readonly generation?: number;
}

/** Which save of a slot was loaded. */
export type LoadedSave = Omit<StoredSave, "bytes">;

/** What {@link ComputerPlugin.on} tells about: all of a world, and of its saves. */
export interface PluginEvents extends WorldEvents {
  /** Something about the storage that the player should hear; at once what holds already. */
  readonly storage: StoreMessage;
  /** An autosave has ended. */
  readonly autosave: AutosaveReport;
}

const DEFAULTS = { slot: "autosave", name: "Autosave", keep: 5, everySeconds: 60, frameShareMs: 4 } as const;

/** @throws {RangeError} if a time is not above 0. */
export function resolveAutosave(options: AutosaveOptions): Required<AutosaveOptions> {
  const resolved = { ...DEFAULTS, ...options };
  for (const name of ["everySeconds", "frameShareMs"] as const) {
    if (resolved[name] > 0) continue;
    throw new RangeError(`Cannot save with ${name} ${resolved[name]}: expected a number above 0`);
  }
  return resolved;
}

/** Asks for a save every so many seconds of ticks, and when the page is hidden. @returns a function that ends it */
export function requestAutosaves(saver: Autosaver, world: ComputerWorld, everySeconds: number): () => void {
  const request = (): void => void saver.request();
  const ticks = Math.max(1, Math.round(everySeconds * world.ticksPerSecond));
  let left = ticks;
  const stopTicks = world.onTick(() => {
    if (--left > 0) return;
    left = ticks;
    request();
  });
  const onVisibility = (): void => {
    if (document.hidden) request();
  };
  document.addEventListener("visibilitychange", onVisibility);
  return () => {
    stopTicks();
    document.removeEventListener("visibilitychange", onVisibility);
    saver.stop();
  };
}
