// @vitest-environment happy-dom
// The plugin in a real, headless Phaser: one file, because importing Phaser takes seconds.

import "../../support/phaser-page.ts";

import {
  ComputerPlugin,
  createLocalPreparer,
  createOverlayHost,
  type Computer,
  type ComputerPluginOptions,
  type WorldHooks,
} from "gasworks";
import { MemoryStore, type JsonValue } from "gasworks/persistence";
import * as Phaser from "phaser";
import { afterEach, describe, expect, it, vi } from "vitest";

import { watGuest } from "../../support/guest.ts";
import { Probe, type ProbePort } from "../../support/probe-device.ts";

/** A scene that does what a test says. */
class Yard extends Phaser.Scene {
  create(): void {
    this.events.emit("created");
  }
}

interface Page {
  readonly game: Phaser.Game;
  readonly scene: Yard;
  readonly computers: ComputerPlugin;
  /** Runs a frame. */
  readonly frame: (deltaMs: number) => void;
}

const games: Phaser.Game[] = [];

async function openPage(options: ComputerPluginOptions, plugin = ComputerPlugin.with(options)): Promise<Page> {
  const game = new Phaser.Game({
    type: Phaser.HEADLESS,
    banner: false,
    audio: { noAudio: true },
    plugins: { scene: [{ key: "computers", plugin, mapping: "computers" }] },
    scene: new Yard("yard"),
  });
  games.push(game);
  await new Promise<void>((resolve) => game.events.once(Phaser.Core.Events.READY, () => resolve()));
  game.loop.sleep();
  let now = 0;
  const frame = (deltaMs: number): void => {
    now += deltaMs;
    game.headlessStep(now, deltaMs);
  };
  frame(0);
  const scene = game.scene.getScene<Yard>("yard");
  return { game, scene, computers: scene.computers, frame };
}

function close(game: Phaser.Game): void {
  game.destroy(true);
  game.headlessStep(0, 0);
}

afterEach(() => {
  for (const game of games.splice(0)) close(game);
});

function listenerCounts({ game, scene }: Page): Record<string, number> {
  const count = (name: string, emitter: Phaser.Events.EventEmitter): [string, number][] =>
    emitter.eventNames().map((event) => [`${name} ${String(event)}`, emitter.listenerCount(event)]);
  return Object.fromEntries([...count("game", game.events), ...count("scene", scene.events)]);
}

/** Counts in a local variable, tells the probe, and sleeps a tick. For ever. */
const COUNTING_PROGRAM = `(module
  (import "device.probe" "open" (func $open (param i32) (result i32)))
  (import "device.probe" "ask" (func $ask (param i32 i32) (result i32)))
  (import "gasworks" "sleep_ticks" (func $sleep (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "probe\\00")
  (func (export "_start") (local $probe i32) (local $count i32)
    (local.set $probe (call $open (i32.const 16)))
    (loop $forever
      (local.set $count (call $ask (local.get $probe) (local.get $count)))
      (drop (call $sleep (i32.const 1)))
      (br $forever))))`;

/** A game object with a computer that runs the counting program. */
async function addCounting(page: Page, id: string, port: ProbePort): Promise<Computer> {
  const object = page.scene.add.container().setName(id);
  const computer = page.computers.add(object, { devices: { probe: Probe.attach(port) } });
  await computer.load(await watGuest(COUNTING_PROGRAM));
  return computer;
}

const OPTIONS: ComputerPluginOptions = { preparer: createLocalPreparer(), now: () => new Date(0) };

describe("ComputerPlugin in a scene", () => {
  it("is there in create, under its mapping", async () => {
    const { computers } = await openPage(OPTIONS);
    expect(computers).toBeInstanceOf(ComputerPlugin);
    expect(computers.tick).toBe(0);
    expect(computers.ticksPerSecond).toBe(20);
  });

  it("names a computer after its game object, and gives it back for it", async () => {
    const { computers, scene } = await openPage(OPTIONS);
    const rover = scene.add.container().setName("rover-1");
    const computer = computers.add(rover);
    expect(computer.id).toBe("rover-1");
    expect(computers.of(rover)).toBe(computer);
    expect(computers.get("rover-1")).toBe(computer);
    expect(() => computers.add(scene.add.container(), { id: "rover-1" })).toThrow(
      expect.objectContaining({ code: "computer/duplicate-id" }),
    );
  });

  it("removes a computer with its game object", async () => {
    const { computers, scene } = await openPage(OPTIONS);
    const rover = scene.add.container().setName("rover-1");
    computers.add(rover);
    rover.destroy();
    expect(computers.computers).toEqual([]);
    expect(computers.of(rover)).toBeUndefined();
    computers.add(scene.add.container().setName("rover-1"));
    expect(computers.computers).toHaveLength(1);
  });

  it("removes all computers of a game object with it", async () => {
    const { computers, scene } = await openPage(OPTIONS);
    const rover = scene.add.container();
    const [first] = [computers.add(rover, { id: "a" }), computers.add(rover, { id: "b" })];
    expect(computers.of(rover)).toBe(first);
    rover.destroy();
    expect(computers.computers).toEqual([]);
  });

  it("tells no listener of computers that end with the scene", async () => {
    const page = await openPage(OPTIONS);
    const computer = await addCounting(page, "rover-1", { log: [] });
    const states: string[] = [];
    computer.on("state", ({ kind }) => states.push(kind));
    page.scene.scene.restart();
    page.frame(16);
    expect(states).toEqual([]);
    expect(computer.state.kind).toBe("off");
  });

  it("survives a device that destroys the game object of the computer that calls it", async () => {
    const page = await openPage(OPTIONS);
    const port: ProbePort = { log: [] };
    const computer = await addCounting(page, "rover-1", port);
    port.act = () => page.scene.children.getByName("rover-1")?.destroy();
    page.frame(50);
    expect(port.log).toEqual(["ask 0"]);
    expect(computer.state.kind).toBe("off");
    expect(page.computers.computers).toEqual([]);
    expect(page.computers.tick).toBe(1);
  });

  it("keeps steady time: 60 frames of a second are 20 ticks, a long stall is 5", async () => {
    const page = await openPage(OPTIONS);
    const ticks: number[] = [];
    page.computers.onTick((tick) => ticks.push(tick));
    for (let frame = 0; frame < 60; frame++) page.scene.events.emit("update", 0, 1_000 / 60);
    expect(ticks).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    page.scene.events.emit("update", 0, 3_000);
    expect(page.computers.tick).toBe(25);
  });

  it("stands still with a paused scene, and when told to", async () => {
    const page = await openPage(OPTIONS);
    page.scene.scene.pause();
    page.frame(50);
    page.frame(50);
    expect(page.computers.tick).toBe(0);
    page.scene.scene.resume();
    page.computers.isTicking = false;
    page.frame(50);
    page.frame(50);
    expect(page.computers.tick).toBe(0);
  });
});

describe("ComputerPlugin over the life of a game", () => {
  it("leaves nothing behind in 100 restarts of the scene", async () => {
    const page = await openPage(OPTIONS);
    await addCounting(page, "rover-1", { log: [] });
    const before = listenerCounts(page);
    const plugin = page.computers;
    for (let restart = 0; restart < 100; restart++) {
      page.scene.scene.restart();
      page.frame(16);
      expect(plugin.computers).toEqual([]);
      expect(plugin.world).toBeUndefined();
      plugin.add(page.scene.add.container().setName("rover-1"));
      plugin.world = { save: () => null, load: () => {} };
      plugin.onTick(() => {});
    }
    expect(page.scene.computers).toBe(plugin);
    expect(listenerCounts(page)).toEqual(before);
    for (let frame = 0; frame < 10; frame++) page.frame(50);
    expect(plugin.tick).toBeGreaterThan(0);
  });

  it("takes its listeners away when the scene is removed", async () => {
    const page = await openPage(OPTIONS);
    const { events } = page.scene;
    const { computers } = page;
    page.game.scene.remove("yard");
    page.frame(16);
    for (const event of ["start", "update", "shutdown", "destroy"])
      expect([event, events.listenerCount(event)]).toEqual([event, 0]);
    expect(() => computers.listSlots()).toThrow(expect.objectContaining({ code: "computer/removed" }));
  });

  it("gives the next game on the page its own class, not the old one", async () => {
    const first = await openPage(OPTIONS);
    close(first.game);
    games.length = 0;
    class Newer extends ComputerPlugin {}
    const second = await openPage(OPTIONS, Newer);
    expect(second.computers).toBeInstanceOf(Newer);
  });

  it("stays in Phaser's cache while another game uses it", async () => {
    const plugin = ComputerPlugin.with(OPTIONS);
    const first = await openPage({}, plugin);
    const second = await openPage({}, plugin);
    close(first.game);
    expect(Phaser.Plugins.PluginCache.hasCore("computers")).toBe(true);
    close(second.game);
    expect(Phaser.Plugins.PluginCache.hasCore("computers")).toBe(false);
    games.length = 0;
  });
});

describe("ComputerPlugin's saves", () => {
  interface Game extends Page {
    readonly facts: { x: number };
    readonly log: string[];
    readonly computer: Computer;
    readonly hooks: WorldHooks;
  }

  async function openGame(options: ComputerPluginOptions): Promise<Game> {
    const page = await openPage({ ...OPTIONS, ...options });
    const facts = { x: 0 };
    const hooks: WorldHooks = {
      save: () => ({ ...facts }),
      load: (world: JsonValue) => {
        facts.x = (world as { x: number }).x;
      },
    };
    page.computers.world = hooks;
    const log: string[] = [];
    const computer = await addCounting(page, "rover-1", { log });
    return { ...page, facts, hooks, log, computer };
  }

  it("come back in another game: the world and the computers", async () => {
    const store = new MemoryStore();
    const before = await openGame({ store });
    before.facts.x = 7;
    for (let frame = 0; frame < 4; frame++) before.frame(50);
    const { tick } = before.computers;
    before.computer.console.append("system", "hello");
    await before.computers.save("slot-1", "First");
    expect(await before.computers.listSlots()).toMatchObject([
      { slot: "slot-1", name: "First", tick, savedAt: "1970-01-01T00:00:00.000Z" },
    ]);
    const after = await openGame({ store });
    await after.computers.load("slot-1");
    expect(after.facts.x).toBe(7);
    expect(after.computers.tick).toBe(tick);
    expect(after.computer.console.text).toBe("hello");
    expect(after.computer.gasUsed).toBe(before.computer.gasUsed);
    for (const game of [before, after]) for (let frame = 0; frame < 3; frame++) game.frame(50);
    expect(before.log).toHaveLength(after.computers.tick);
    expect(before.log.slice(tick)).toEqual(after.log);
    expect(after.computer.gasUsed).toBe(before.computer.gasUsed);
    await after.computers.deleteSlot("slot-1");
    expect(await after.computers.listSlots()).toEqual([]);
  });

  it("leave the game as it was when the slot is empty or damaged", async () => {
    const store = new MemoryStore();
    const game = await openGame({ store });
    game.facts.x = 7;
    await expect(game.computers.load("slot-1")).rejects.toMatchObject({ code: "computer/empty-slot" });
    await store.write("slot-1", new Uint8Array([1, 2, 3]), { name: "", tick: 0, savedAt: "" });
    await expect(game.computers.load("slot-1")).rejects.toMatchObject({ code: "save/not-a-save" });
    expect(game.facts.x).toBe(7);
    game.frame(50);
    expect(game.computers.tick).toBeGreaterThan(0);
  });

  it("put the world back when the computers of the save do not fit it", async () => {
    const store = new MemoryStore();
    const before = await openGame({ store });
    before.computers.add(before.scene.add.container().setName("rover-2"));
    before.facts.x = 7;
    await before.computers.save("slot-1");
    const after = await openGame({ store });
    after.facts.x = 1;
    after.computer.console.append("system", "mine");
    await expect(after.computers.load("slot-1")).rejects.toMatchObject({ code: "computer/save-mismatch" });
    expect(after.facts.x).toBe(1);
    expect(after.computer.console.text).toBe("mine");
  });

  it("put the world back when the game's own hook fails", async () => {
    const game = await openGame({ store: new MemoryStore() });
    game.facts.x = 7;
    await game.computers.save("slot-1");
    game.facts.x = 1;
    const { hooks } = game;
    let calls = 0;
    game.computers.world = {
      save: () => hooks.save(),
      load: (world) => {
        if (++calls > 1) return hooks.load(world);
        game.facts.x = -1;
        throw new Error("bad level");
      },
    };
    await expect(game.computers.load("slot-1")).rejects.toThrow("bad level");
    expect(game.facts.x).toBe(1);
  });

  it("say so when the game's hook can neither load nor put back", async () => {
    const game = await openGame({ store: new MemoryStore() });
    await game.computers.save("slot-1");
    game.computers.world = {
      save: () => null,
      load: () => {
        throw new Error("bad hook");
      },
    };
    await expect(game.computers.load("slot-1")).rejects.toMatchObject({ code: "computer/not-put-back" });
    game.frame(50);
    expect(game.computers.tick).toBe(1);
  });

  it("hold the ticks, and refuse to save, until a load is done", async () => {
    const game = await openGame({ store: new MemoryStore() });
    await game.computers.save("slot-1");
    let finish = (): void => {};
    game.computers.world = { save: () => null, load: () => new Promise<void>((resolve) => (finish = resolve)) };
    const load = game.computers.load("slot-1");
    await vi.waitFor(() => expect(String(finish)).not.toBe(String(() => {})));
    game.frame(50);
    game.frame(50);
    expect(game.computers.tick).toBe(0);
    await expect(game.computers.save("slot-2")).rejects.toMatchObject({ code: "computer/busy" });
    await expect(game.computers.load("slot-1")).rejects.toMatchObject({ code: "computer/busy" });
    finish();
    await load;
    game.frame(50);
    expect(game.computers.tick).toBe(1);
  });

  it("refuse a computer that nobody named: after a reload it would mean another", async () => {
    const game = await openGame({ store: new MemoryStore() });
    game.computers.add(game.scene.add.container());
    await expect(game.computers.save("slot-1")).rejects.toMatchObject({ code: "computer/unnamed" });
  });

  it("go through a file as through a slot", async () => {
    const before = await openGame({});
    before.facts.x = 5;
    const bytes = before.computers.exportSave("as a file");
    const after = await openGame({});
    await after.computers.importSave(bytes);
    expect(after.facts.x).toBe(5);
  });
});

describe("createOverlayHost()", () => {
  it("keeps keys, presses and wheel turns from the game", async () => {
    const { game } = await openPage(OPTIONS);
    const { element } = createOverlayHost({ game, label: "Editor" });
    const input = document.createElement("input");
    element.append(input);
    const leaked: string[] = [];
    const seen: string[] = [];
    const types = ["keydown", "keyup", "keypress", "pointerdown", "mousedown", "touchstart", "wheel", "mouseup"];
    for (const type of types) {
      window.addEventListener(type, () => leaked.push(type), { once: true });
      input.addEventListener(type, () => seen.push(type));
      input.dispatchEvent(new Event(type, { bubbles: true, cancelable: true }));
    }
    expect(seen).toEqual(types);
    // A drag that began inside may end anywhere.
    expect(leaked).toEqual(["mouseup"]);
    expect(element.getAttribute("aria-label")).toBe("Editor");
  });

  it("has the game forget held keys when it gets the focus", async () => {
    const { game, scene } = await openPage(OPTIONS);
    const key = scene.input.keyboard?.addKey("W");
    if (key === undefined) throw new Error("This scene has no keyboard");
    key.isDown = true;
    const { element } = createOverlayHost({ game, label: "Editor" });
    element.dispatchEvent(new Event("focusin"));
    expect(key.isDown).toBe(false);
  });

  it("ends with the game, or when it is disposed of", async () => {
    const { game } = await openPage(OPTIONS);
    const first = createOverlayHost({ game, label: "A" });
    const second = createOverlayHost({ game, label: "B" });
    first[Symbol.dispose]();
    expect(first.element.isConnected).toBe(false);
    expect(second.element.isConnected).toBe(true);
    close(game);
    games.length = 0;
    expect(second.element.isConnected).toBe(false);
  });
});
