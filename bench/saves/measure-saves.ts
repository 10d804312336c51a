// What it takes to save and load a big world: 1,000 computers of 128 KiB that run 50 programs. Runs in Node and in a page.

import { ComputerWorld, createBrowserPreparer, createLocalPreparer, type ComputersSave } from "gasworks/computer";
import {
  createBackgroundEncoder,
  decodeSave,
  encodeSave,
  type BackgroundEncoder,
  type SaveStore,
  type StoredSave,
} from "gasworks/persistence";

import { FrameCapture } from "../../src/game/phaser/frame-capture.ts";
import { frameTurns } from "../../src/game/phaser/frame-turns.ts";
import { collectGarbage } from "../measure-kernels.ts";
import { createCrowd } from "../scale/crowd-world.ts";
import { programOf } from "../scale/distinct-programs.ts";
import { percentile } from "../ratios.ts";

export const SAVE_COMPUTERS = 1_000;
export const SAVE_PROGRAMS = 50;
/** Of each frame, as autosaves take by default. */
export const SHARE_MS = 4;

/** Nothing but plain data. */
export interface SaveInput {
  /** `guests/keeper.c`. */
  readonly keeper: Uint8Array;
}

/** Where the saves go, and what the same storage takes for a naive one. */
export interface SaveStorage {
  readonly store: SaveStore;
  /** All bytes that were given to the storage since the last call, and to a second one that holds a copy. */
  takeWritten(): Promise<{ readonly written: number; readonly copied: number }>;
  /** Structured clones of all memories, without anything else of the computers. */
  writeNaively(memories: readonly Uint8Array[]): Promise<void>;
  /** Resolves when the next frame is drawn; where nothing is drawn, when others have had their turn. */
  nextFrame(): Promise<void>;
  /** Watches for how long nothing else gets its turn, until `end()`, in milliseconds; where nothing is drawn, not at all. */
  watchThread(): { end(): number | undefined };
}

/** One save, from the first computer captured to the storage's answer. */
export interface SaveTimes {
  /** Computers of which anything is another than in the save before. */
  readonly changed: number;
  /** No tick runs for so long. */
  readonly heldMs: number;
  readonly frames: number;
  /** The most that capturing takes in one frame. */
  readonly longestShareMs: number;
  readonly wholeMs: number;
  /** Of it, from the last computer captured to the whole save as bytes, and from there to the end. */
  readonly encodeMs: number;
  readonly storeMs: number;
  /** The longest time in which the thread of the game did nothing else, in the whole of it. */
  readonly longestBlockMs: number | undefined;
  readonly writtenBytes: number;
  readonly copiedBytes: number;
}

export interface SaveFigures {
  readonly computers: number;
  readonly distinctPages: number;
  /** Of all pages that are not zero, each once. */
  readonly gzipBytes: number;
  readonly saveBytes: number;
  /** What the programs take of it. */
  readonly programBytes: number;
  readonly first: SaveTimes;
  readonly afterOneTick: SaveTimes;
  readonly afterAll: SaveTimes;
  readonly naive: Pick<SaveTimes, "wholeMs" | "longestBlockMs" | "writtenBytes">;
  /** With the programs there, as in a game that goes back. */
  readonly loadMs: number;
  /** In a world that has none of the programs yet: they are prepared. */
  readonly firstLoadMs: number;
}

const GAS_PER_TICK = 200_000;
/** All computers have made what they keep, and wait. */
const WARM_UP = 60;
/** In so many ticks, each computer changes a little once. */
const ROUND = 20;
/** Of everything that can be done again, the median counts. */
const REPEATS = 5;
const SLOT = "big world";

export async function measureSaves({ keeper }: SaveInput, storage: SaveStorage): Promise<SaveFigures> {
  const world = await createCrowd({
    memory: "arena",
    gasPerTick: GAS_PER_TICK,
    programs: Array.from({ length: SAVE_PROGRAMS }, (_, at) => programOf(keeper, at)),
    computers: ids().map((id, at) => ({ id, program: at % SAVE_PROGRAMS })),
  });
  for (let tick = 0; tick < WARM_UP; tick++) world.runTick();
  await saveOften(world, storage);

  const first: SaveTimes[] = [];
  const afterOneTick: SaveTimes[] = [];
  const afterAll: SaveTimes[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    // Both have seen nothing of this world: as in a page that was just opened.
    await storage.store.delete(SLOT);
    using encoder = createBackgroundEncoder();
    await encodeNothing(encoder);
    const save = async (changed: number): Promise<SaveTimes> => await timeSave({ world, encoder, storage, changed });
    first.push(await save(SAVE_COMPUTERS));
    afterOneTick.push(await save(runTicks(world, 1)));
    afterAll.push(await save(runTicks(world, ROUND)));
  }
  const stored = (await storage.store.read(SLOT)) as StoredSave;
  const { programs } = decodeSave(stored.bytes);
  const memories = world.capture().computers.map(({ snapshot }) => snapshot?.memory ?? new Uint8Array());
  const naive = await timeNaiveSave(memories, storage);
  const pages = distinctPages(memories);
  const figures: SaveFigures = {
    computers: SAVE_COMPUTERS,
    distinctPages: pages.length,
    gzipBytes: await gzipLength(pages),
    saveBytes: stored.bytes.length,
    programBytes: encodeSave({ meta, world: null, programs, computers: [] }).length,
    first: medianOf(first),
    afterOneTick: medianOf(afterOneTick),
    afterAll: medianOf(afterAll),
    naive,
    ...(await timeLoads(world, storage)),
  };
  world.dispose();
  return figures;
}

const meta = { name: "Big world", tick: 0, savedAt: "2026-01-02T03:04:05.000Z" };

function ids(): string[] {
  return Array.from({ length: SAVE_COMPUTERS }, (_, at) => `computer ${at}`);
}

/** So that saves find optimized code. */
async function saveOften(world: ComputerWorld, storage: SaveStorage): Promise<void> {
  using encoder = createBackgroundEncoder();
  for (let round = 0; round < 3; round++) await timeSave({ world, encoder, storage, changed: 0 });
}

/** A worker takes a while to start, and is there when a game has run for some time. */
async function encodeNothing(encoder: BackgroundEncoder): Promise<void> {
  await encoder.begin().finish({ meta, world: null, programs: [] });
}

/** @returns how many computers have done anything */
function runTicks(world: ComputerWorld, ticks: number): number {
  const changed = new Set<string>();
  for (let tick = 0; tick < ticks; tick++) {
    world.runTick();
    for (const { id, gasUsedLastTick } of world.computers) if (gasUsedLastTick > 0) changed.add(id);
  }
  return changed.size;
}

interface SaveRun {
  readonly world: ComputerWorld;
  readonly encoder: BackgroundEncoder;
  readonly storage: SaveStorage;
  readonly changed: number;
}

async function timeSave({ world, encoder, storage, changed }: SaveRun): Promise<SaveTimes> {
  collectGarbage();
  await storage.takeWritten();
  await storage.nextFrame();
  const shares: number[] = [];
  const watch = storage.watchThread();
  const began = performance.now();
  let shareBegan = began;
  const nextTurn = frameTurns({ shareMs: SHARE_MS, nextFrame: () => storage.nextFrame() });
  const capture = new FrameCapture({
    world,
    begin: (programs) => encoder.begin(programs),
    firstMs: SHARE_MS,
    nextTurn: async () => {
      shares.push(performance.now() - shareBegan);
      const turn = await nextTurn();
      shareBegan = performance.now();
      return turn;
    },
    ifInterrupted: "give-up",
  });
  const { tick } = world;
  const { programs, save } = await capture.run();
  shares.push(performance.now() - shareBegan);
  const heldMs = performance.now() - began;
  const ofSave = { ...meta, tick };
  const bytes = await save.finish({ meta: ofSave, world: null, programs });
  const encodeMs = performance.now() - began - heldMs;
  await storage.store.write(SLOT, bytes, ofSave);
  const wholeMs = performance.now() - began;
  const longestBlockMs = watch.end();
  const { written, copied } = await storage.takeWritten();
  return {
    changed,
    heldMs,
    frames: shares.length,
    longestShareMs: Math.max(...shares),
    wholeMs,
    encodeMs,
    storeMs: wholeMs - heldMs - encodeMs,
    longestBlockMs,
    writtenBytes: written,
    copiedBytes: copied,
  };
}

async function timeNaiveSave(memories: readonly Uint8Array[], storage: SaveStorage): Promise<SaveFigures["naive"]> {
  const all: SaveFigures["naive"][] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    collectGarbage();
    await storage.takeWritten();
    const watch = storage.watchThread();
    const began = performance.now();
    await storage.writeNaively(memories);
    const wholeMs = performance.now() - began;
    const longestBlockMs = watch.end();
    all.push({ wholeMs, longestBlockMs, writtenBytes: (await storage.takeWritten()).written });
  }
  return medianOf(all);
}

async function timeLoads(
  world: ComputerWorld,
  { store }: SaveStorage,
): Promise<Pick<SaveFigures, "loadMs" | "firstLoadMs">> {
  const load = async (into: ComputerWorld): Promise<number> => {
    collectGarbage();
    const began = performance.now();
    const stored = (await store.read(SLOT)) as StoredSave;
    const { meta: found, programs, computers } = decodeSave(stored.bytes);
    const save: ComputersSave = { tick: found.tick, programs, computers };
    await into.restore(save);
    return performance.now() - began;
  };
  const times: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) times.push(await load(world));
  using preparer = typeof Worker === "undefined" ? createLocalPreparer() : createBrowserPreparer();
  using fresh = disposable(new ComputerWorld({ memory: "arena", preparer }));
  for (const id of ids()) fresh.world.add({ id, gasPerTick: GAS_PER_TICK, memoryPages: 2 });
  return { loadMs: percentile(times, 0.5), firstLoadMs: await load(fresh.world) };
}

function disposable(world: ComputerWorld): { readonly world: ComputerWorld } & Disposable {
  return { world, [Symbol.dispose]: () => world.dispose() };
}

/** 4 KiB each, as saves have them; also those that the programs bring along. */
function distinctPages(memories: readonly Uint8Array[]): Uint8Array[] {
  const pages = new Map<string, Uint8Array>();
  for (const memory of memories) {
    for (let offset = 0; offset < memory.length; offset += 4_096) {
      const page = memory.subarray(offset, offset + 4_096);
      if (page.some((byte) => byte !== 0)) pages.set(String.fromCharCode(...page), page);
    }
  }
  return [...pages.values()];
}

/** `gzip -6`: what the platform has by default. */
async function gzipLength(parts: readonly Uint8Array[]): Promise<number> {
  const stream = new Blob(parts as Uint8Array<ArrayBuffer>[]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}

function medianOf<T extends object>(all: readonly T[]): T {
  const median = (field: keyof T): unknown => {
    const values = all.flatMap((each) => (typeof each[field] === "number" ? [each[field]] : []));
    return values.length === 0 ? undefined : percentile(values, 0.5);
  };
  const fields = Object.keys(all[0] ?? {}) as (keyof T)[];
  return Object.fromEntries(fields.map((field) => [field, median(field)])) as T;
}
