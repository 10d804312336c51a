// @vitest-environment happy-dom
// Saves that a scene makes by itself, loads of saves that do harm, and what the player hears of the storage.

import "../../support/phaser-page.ts";

import { createLocalPreparer, type ComputerPluginOptions, type LoadedSave, type PluginEvents } from "gasworks";
import {
  canonicalSave,
  createBackgroundEncoder,
  decodeSave,
  encodeSave,
  IndexedDbStore,
  MemoryStore,
  SaveError,
  type BackgroundEncoder,
  type JsonValue,
  type SaveStore,
} from "gasworks/persistence";
import { afterEach, describe, expect, it, vi } from "vitest";

import { watGuest } from "../../support/guest.ts";
import { closeGame, closeGames, openGame, type OpenGame } from "../../support/open-game.ts";

afterEach(closeGames);
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Counts in memory, a tick at a time. For ever. */
const COUNTING_PROGRAM = `(module
  (import "gasworks" "sleep_ticks" (func $sleep (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (loop $forever
    (i32.store (i32.const 64) (i32.add (i32.load (i32.const 64)) (i32.const 1)))
    (drop (call $sleep (i32.const 1)))
    (br $forever))))`;

function optionsWith(store: SaveStore): ComputerPluginOptions {
  return { store, preparer: createLocalPreparer(), now: () => new Date(0), elapsedMs: () => 0 };
}

/** A game of so many computers that count, some ticks old. */
async function openCounting(store: SaveStore, computers: number, options = optionsWith(store)): Promise<OpenGame> {
  const page = await openGame(options);
  const wasm = await watGuest(COUNTING_PROGRAM);
  for (let index = 0; index < computers; index++) {
    await page.computers.add({ id: `c${String(index).padStart(3, "0")}` }).load(wasm);
  }
  for (let tick = 0; tick < 3; tick++) page.frame(50);
  return page;
}

/** Runs frames until the promise is settled. */
async function framesUntil<T>(page: OpenGame, promise: Promise<T>): Promise<{ readonly result: T; frames: number }> {
  let isSettled = false;
  let frames = 0;
  void promise.finally(() => (isSettled = true));
  while (!isSettled) {
    await new Promise((resolve) => void setTimeout(resolve));
    if (!isSettled) page.frame(50);
    frames++;
  }
  return { result: await promise, frames };
}

describe("ComputerPlugin.autosave()", () => {
  it("captures one tick over many frames, in which no tick runs, as a save in one go would", async () => {
    const store = new MemoryStore();
    const page = await openCounting(store, 12);
    const expected = page.computers.exportSave("by itself");
    const { tick } = page.computers;
    // So short a share is used up by one computer.
    const saver = page.computers.autosave({ name: "by itself", frameShareMs: 1e-9, everySeconds: 1e6 });
    const { result, frames } = await framesUntil(page, saver.request());
    expect(result).toEqual({ kind: "saved", generation: 1 });
    expect(frames).toBeGreaterThanOrEqual(12);
    const stored = await store.read("autosave");
    expect(stored?.bytes).toEqual(expected);
    page.frame(50);
    expect(page.computers.tick).toBeGreaterThan(tick);
  });

  it("saves every so many seconds of ticks, keeps a ring of the last ones, and tells of each", async () => {
    const store = new MemoryStore();
    const page = await openCounting(store, 2);
    const told: PluginEvents["autosave"][] = [];
    page.computers.on("autosave", (report) => told.push(report));
    page.computers.autosave({ slot: "ring", keep: 3, everySeconds: 0.5 });
    for (let saves = 1; saves <= 5; saves++) {
      for (let tick = 0; tick < 10; tick++) page.frame(50);
      while (told.length < saves) await new Promise((resolve) => void setTimeout(resolve));
    }
    const kept = await store.generations("ring");
    expect(kept.map(({ generation, name, tick }) => ({ generation, name, tick }))).toEqual(
      [5, 4, 3].map((generation) => ({ generation, name: "Autosave", tick: 3 + 10 * generation })),
    );
    const old = await page.computers.load("ring", { generation: 3 });
    expect(old).toEqual({ generation: 3, damaged: [] });
    expect(page.computers.tick).toBe(33);
  });

  /** The browser finds itself idle at once, for so long. @returns how often it was asked how long */
  function stubIdleTime(ms: number): () => number {
    let asked = 0;
    vi.stubGlobal("requestIdleCallback", (callback: IdleRequestCallback) => {
      queueMicrotask(() => callback({ didTimeout: false, timeRemaining: () => (asked++, ms) }));
      return 1;
    });
    vi.stubGlobal("cancelIdleCallback", () => {});
    return () => asked;
  }

  it("goes on in what the browser has left of a frame", async () => {
    const store = new MemoryStore();
    const page = await openCounting(store, 12);
    const expected = page.computers.exportSave("by itself");
    stubIdleTime(1e6);
    const saver = page.computers.autosave({ name: "by itself", frameShareMs: 1e-9, everySeconds: 1e6 });
    // No frame comes, and the share at its beginning is used up by one computer.
    expect(await saver.request()).toEqual({ kind: "saved", generation: 1 });
    expect((await store.read("autosave"))?.bytes).toEqual(expected);
  });

  it("leaves what is left of a frame where the next computer would not fit", async () => {
    const store = new MemoryStore();
    const page = await openCounting(store, 6);
    const asked = stubIdleTime(0);
    const saver = page.computers.autosave({ frameShareMs: 1e-9, everySeconds: 1e6 });
    const { result, frames } = await framesUntil(page, saver.request());
    expect(result).toMatchObject({ kind: "saved" });
    expect(frames).toBeGreaterThanOrEqual(6);
    expect(asked()).toBeGreaterThan(0);
  });

  it("fills the frames that come after one computer that took long", async () => {
    const page = await openCounting(new MemoryStore(), 12);
    let [now, looks] = [performance.now(), 0];
    vi.spyOn(performance, "now").mockImplementation(() => (now += looks++ === 2 ? 50 : 0.1));
    const saved = page.computers.autosave({ frameShareMs: 5, everySeconds: 1e6 }).request();
    await new Promise((resolve) => void setTimeout(resolve));
    const { tick } = page.computers;
    let held = 0;
    for (; page.computers.tick === tick; held++) {
      await new Promise((resolve) => void setTimeout(resolve));
      page.frame(50);
    }
    await framesUntil(page, saved);
    expect(held).toBeLessThan(5);
  });

  it("begins anew when a computer goes between two frames", async () => {
    const store = new MemoryStore();
    const page = await openCounting(store, 5);
    const saver = page.computers.autosave({ frameShareMs: 1e-9 });
    const saved = saver.request();
    await new Promise((resolve) => void setTimeout(resolve));
    page.frame(50);
    const [first] = page.computers.computers;
    if (first !== undefined) page.computers.remove(first);
    await framesUntil(page, saved);
    const save = decodeSave((await store.read("autosave"))?.bytes ?? new Uint8Array());
    expect(save.computers.map(({ id }) => id)).toEqual(["c001", "c002", "c003", "c004"]);
  });

  it("gives up what it captures when a save is loaded, and says so", async () => {
    const store = new MemoryStore();
    const page = await openCounting(store, 5);
    await page.computers.save("slot-1");
    const saver = page.computers.autosave({ frameShareMs: 1e-9 });
    const saved = saver.request();
    await new Promise((resolve) => void setTimeout(resolve));
    await page.computers.load("slot-1");
    const { result } = await framesUntil(page, saved);
    expect(result).toMatchObject({ kind: "failed", error: { code: "computer/superseded" } });
    expect((await store.list()).map(({ slot }) => slot)).toEqual(["slot-1"]);
    const { result: next } = await framesUntil(page, saver.request());
    expect(next).toMatchObject({ kind: "saved" });
  });

  it("ends with the scene", async () => {
    const store = new MemoryStore();
    const page = await openCounting(store, 1);
    const saver = page.computers.autosave({ everySeconds: 0.05 });
    page.game.scene.stop("yard");
    page.frame(50);
    expect(await saver.request()).toBeUndefined();
    expect(await store.list()).toEqual([]);
  });

  it.each([{ everySeconds: 0 }, { frameShareMs: -1 }, { keep: 1 }])("refuses %j", async (options) => {
    const page = await openGame(optionsWith(new MemoryStore()));
    expect(() => page.computers.autosave(options)).toThrow(RangeError);
  });
});

describe("ComputerPlugin.save()", () => {
  it("makes the save on the page's own thread when the worker fails", async () => {
    const store = new MemoryStore();
    const own = createBackgroundEncoder();
    let failures = 0;
    const encoder: BackgroundEncoder = {
      begin: () => ({
        ...own.begin(),
        finish: async () => {
          failures++;
          throw new SaveError("save/encoder-failed", "Injected");
        },
      }),
      [Symbol.dispose]: () => own[Symbol.dispose](),
    };
    const page = await openCounting(store, 3, { ...optionsWith(store), encoder });
    await page.computers.save("slot-1");
    const save = decodeSave((await store.read("slot-1"))?.bytes ?? new Uint8Array());
    expect(save.computers.map(({ id }) => id)).toEqual(["c000", "c001", "c002"]);
    expect(save.meta.tick).toBe(page.computers.tick);
    expect(failures).toBe(1);
  });

  it("saves what there was when it was called, and others see it in their turn", async () => {
    const store = new MemoryStore();
    const page = await openCounting(store, 2);
    const { tick } = page.computers;
    const saved = page.computers.save("slot-1");
    for (let frame = 0; frame < 3; frame++) page.frame(50);
    const slots = await page.computers.listSlots();
    await saved;
    expect(page.computers.tick).toBe(tick + 3);
    expect(slots).toMatchObject([{ slot: "slot-1", tick }]);
  });

  /** Has each look at the clock find it three milliseconds later, so that few computers fill a share. */
  function hurryClock(): void {
    let now = performance.now();
    vi.spyOn(performance, "now").mockImplementation(() => (now += 3));
  }

  it("captures many computers over some frames, in which no tick runs", async () => {
    const store = new MemoryStore();
    const page = await openCounting(store, 12);
    const expected = page.computers.exportSave("slot-1");
    const { tick } = page.computers;
    hurryClock();
    const saved = page.computers.save("slot-1");
    page.frame(50);
    page.frame(50);
    expect(page.computers.tick).toBe(tick);
    const { frames } = await framesUntil(page, saved);
    expect(frames).toBeGreaterThan(2);
    expect((await store.read("slot-1"))?.bytes).toEqual(expected);
    page.frame(50);
    expect(page.computers.tick).toBeGreaterThan(tick);
  });

  it.each<[string, (page: OpenGame) => Promise<unknown>]>([
    ["a load begins", (page) => page.computers.load("older")],
    ["the scene ends", async (page) => page.scene.sys.shutdown()],
    ["the game ends", async (page) => closeGame(page.game)],
  ])("captures what is left on the spot when %s", async (_, interrupt) => {
    const store = new MemoryStore();
    const page = await openCounting(store, 12);
    await page.computers.save("older");
    for (let tick = 0; tick < 3; tick++) page.frame(50);
    const expected = page.computers.exportSave("slot-1");
    hurryClock();
    const saved = page.computers.save("slot-1");
    await interrupt(page);
    await saved;
    expect((await store.read("slot-1"))?.bytes).toEqual(expected);
  });

  it("calls the game's hook once, at the beginning, and keeps what it gave", async () => {
    const store = new MemoryStore();
    const page = await openCounting(store, 12);
    const world = { money: 1 };
    let calls = 0;
    page.computers.world = { save: () => (calls++, world), load: () => {} };
    hurryClock();
    const saved = page.computers.save("slot-1");
    world.money = 2;
    await framesUntil(page, saved);
    expect(calls).toBe(1);
    expect(decodeSave((await store.read("slot-1"))?.bytes ?? new Uint8Array()).world).toEqual({ money: 1 });
  });

  it("refuses a world that is not JSON and leaves the slot as it was", async () => {
    const store = new MemoryStore();
    const page = await openCounting(store, 1);
    await page.computers.save("slot-1");
    page.computers.world = { save: () => (() => 1) as unknown as JsonValue, load: () => {} };
    await expect(page.computers.save("slot-1")).rejects.toThrow(TypeError);
    expect((await store.generations("slot-1")).map(({ generation }) => generation)).toEqual([1]);
  });
});

describe("what else is in a save", () => {
  const picture = { mimeType: "image/png", bytes: new Uint8Array([1, 2, 3]) } as const;

  it("is the game's picture, if it has one, also in autosaves", async () => {
    const store = new MemoryStore();
    const page = await openCounting(store, 1);
    page.computers.world = { save: () => null, load: () => {}, picture: () => picture };
    await page.computers.save("slot-1");
    await framesUntil(page, page.computers.autosave().request());
    for (const slot of ["slot-1", "autosave"]) {
      expect(decodeSave((await store.read(slot))?.bytes ?? new Uint8Array()).thumbnail).toEqual(picture);
    }
    page.computers.world = { save: () => null, load: () => {}, picture: () => undefined };
    expect(decodeSave(page.computers.exportSave("none")).thumbnail).toBeUndefined();
  });

  it("is what a later version has put into the save that was loaded", async () => {
    const store = new MemoryStore();
    const page = await openCounting(store, 1);
    const unknownSections = [{ id: "next", bytes: new Uint8Array([7, 8]) }];
    const later = encodeSave({ ...decodeSave(page.computers.exportSave("later")), unknownSections });
    await page.computers.importSave(later);
    await page.computers.save("slot-1");
    await framesUntil(page, page.computers.autosave().request());
    for (const slot of ["slot-1", "autosave"]) {
      expect(decodeSave((await store.read(slot))?.bytes ?? new Uint8Array()).unknownSections).toEqual(unknownSections);
    }
    const plain = encodeSave({ ...decodeSave(later), unknownSections: [] });
    await page.computers.importSave(plain);
    expect(decodeSave(page.computers.exportSave("plain")).unknownSections).toBeUndefined();
  });

  it.each<[string, ComputerPluginOptions, unknown]>([
    ["is the player's files", {}, [{ "main.c": "// mine" }, { "main.c": "// yours" }]],
    ["is not the player's files if the game leaves them out", { savesSources: false }, [undefined, undefined]],
  ])("%s", async (_, options, expected) => {
    const wasm = await watGuest(COUNTING_PROGRAM);
    const compiler = {
      compile: async () => ({ wasm, diagnostics: [] }),
      preload: async () => {},
      [Symbol.dispose]: () => {},
    };
    const page = await openGame({ ...optionsWith(new MemoryStore()), compiler, ...options });
    await page.computers.add({ id: "a" }).load({ "main.c": "// mine" });
    await page.computers.add({ id: "b" }).load({ "main.c": "// yours" });
    const bytes = page.computers.exportSave("sources");
    expect(new TextDecoder("latin1").decode(canonicalSave(bytes)).includes("// ")).toBe(options.savesSources ?? true);
    await page.computers.importSave(bytes);
    expect(page.computers.computers.map(({ sources }) => sources)).toEqual(expected);
  });
});

it("a game that was loaded and saved 100 times is the same, but for the time of the save", async () => {
  const store = new MemoryStore();
  let seconds = 0;
  const page = await openCounting(store, 3, { ...optionsWith(store), now: () => new Date(1_000 * seconds++) });
  const stored = async (): Promise<{ readonly savedAt: string; readonly rest: Uint8Array }> => {
    const { meta, ...save } = decodeSave((await store.read("slot-1"))?.bytes ?? new Uint8Array());
    const rest = encodeSave({ ...save, meta: { ...meta, savedAt: "" } }, { compress: false });
    return { savedAt: meta.savedAt, rest };
  };
  await page.computers.save("slot-1");
  const first = await stored();
  for (let time = 0; time < 100; time++) {
    await page.computers.load("slot-1");
    await page.computers.save("slot-1");
  }
  const last = await stored();
  expect(last.rest).toEqual(first.rest);
  expect([first, last].map(({ savedAt }) => savedAt)).toEqual(["1970-01-01T00:00:00.000Z", "1970-01-01T00:01:40.000Z"]);
});

describe("ComputerPlugin.load()", () => {
  it("leaves all computers off if told to, with their programs, so that they can be started", async () => {
    const store = new MemoryStore();
    const options = optionsWith(store);
    const before = await openCounting(store, 2, options);
    await before.computers.save("slot-1");
    const after = await openGame(options);
    for (const id of ["c000", "c001"]) after.computers.add({ id });
    await after.computers.load("slot-1", { safe: true });
    expect(after.computers.tick).toBe(before.computers.tick);
    expect(after.computers.computers.map(({ state }) => state.kind)).toEqual(["off", "off"]);
    for (let frame = 0; frame < 3; frame++) after.frame(50);
    expect(after.computers.computers.map(({ gasUsedLastTick }) => gasUsedLastTick)).toEqual([0, 0]);
    after.computers.get("c000")?.start();
    after.frame(50);
    expect(after.computers.computers.map(({ state }) => state.kind)).toEqual(["running", "off"]);

    await after.computers.importSave(before.computers.exportSave("file"), { safe: true });
    expect(after.computers.get("c000")?.state.kind).toBe("off");
  });

  it("tells the player that an older save was loaded because the newest is damaged", async () => {
    const store = new MemoryStore();
    const damaged: SaveStore = {
      list: () => store.list(),
      generations: (slot) => store.generations(slot),
      read: async (slot) => {
        const stored = await store.read(slot);
        return stored && { ...stored, damaged: [7] };
      },
      write: (...args) => store.write(...args),
      delete: (slot) => store.delete(slot),
    };
    const page = await openCounting(damaged, 1);
    await page.computers.save("slot-1");
    const told: string[] = [];
    page.computers.on("storage", ({ code }) => told.push(code));
    const loaded: LoadedSave = await page.computers.load("slot-1");
    await Promise.resolve();
    expect(loaded).toEqual({ generation: 1, damaged: [7] });
    expect(told).toEqual(["store/damaged-generation"]);
  });
});

it("a game without a storage plays on in memory, and the player hears it once", async () => {
  // There is no IndexedDB in this page.
  await expect(new IndexedDbStore().list()).rejects.toMatchObject({ code: "save/unavailable" });
  const { store: _, ...options } = optionsWith(new MemoryStore());
  const page = await openGame(options);
  const told: string[] = [];
  page.computers.on("storage", ({ code }) => told.push(code));
  await page.computers.save("slot-1");
  await page.computers.save("slot-1");
  expect((await page.computers.generations("slot-1")).map(({ generation }) => generation)).toEqual([2, 1]);
  await page.computers.load("slot-1");
  expect(told).toEqual(["store/in-memory"]);
});
