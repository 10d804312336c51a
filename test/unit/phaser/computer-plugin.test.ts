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
import { closeGame, closeGames, listenerCounts, openGame, type OpenGame } from "../../support/open-game.ts";
import { Probe, type ProbePort } from "../../support/probe-device.ts";
import { watchMemories } from "../../support/watch-memories.ts";

afterEach(closeGames);

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

/** Sleeps ten ticks, again and again. */
const SLEEPING_PROGRAM = `(module
  (import "gasworks" "sleep_ticks" (func $sleep (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (loop $forever (drop (call $sleep (i32.const 10))) (br $forever))))`;

/** A game object with a computer that runs the counting program. */
async function addCounting(page: OpenGame, id: string, port: ProbePort): Promise<Computer> {
  const object = page.scene.add.container().setName(id);
  const computer = page.computers.add(object, { devices: { probe: Probe.attach(port) } });
  await computer.load(await watGuest(COUNTING_PROGRAM));
  return computer;
}

const OPTIONS: ComputerPluginOptions = {
  preparer: createLocalPreparer(),
  now: () => new Date(0),
  // However slow the machine is that runs the test, frames run what is due.
  elapsedMs: () => 0,
};

describe("ComputerPlugin in a scene", () => {
  it("is there in create, under its mapping", async () => {
    const { computers } = await openGame(OPTIONS);
    expect(computers).toBeInstanceOf(ComputerPlugin);
    expect(computers.tick).toBe(0);
    expect(computers.ticksPerSecond).toBe(20);
  });

  it("names a computer after its game object, and gives it back for it", async () => {
    const { computers, scene } = await openGame(OPTIONS);
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
    const { computers, scene } = await openGame(OPTIONS);
    const rover = scene.add.container().setName("rover-1");
    computers.add(rover);
    rover.destroy();
    expect(computers.computers).toEqual([]);
    expect(computers.of(rover)).toBeUndefined();
    computers.add(scene.add.container().setName("rover-1"));
    expect(computers.computers).toHaveLength(1);
  });

  it("removes all computers of a game object with it", async () => {
    const { computers, scene } = await openGame(OPTIONS);
    const rover = scene.add.container();
    const [first] = [computers.add(rover, { id: "a" }), computers.add(rover, { id: "b" })];
    expect(computers.of(rover)).toBe(first);
    rover.destroy();
    expect(computers.computers).toEqual([]);
  });

  it("tells no listener of computers that end with the scene", async () => {
    const page = await openGame(OPTIONS);
    const computer = await addCounting(page, "rover-1", { log: [] });
    const states: string[] = [];
    computer.on("state", ({ kind }) => states.push(kind));
    page.scene.scene.restart();
    page.frame(16);
    expect(states).toEqual([]);
    expect(computer.state.kind).toBe("off");
  });

  it("survives a device that destroys the game object of the computer that calls it", async () => {
    const page = await openGame(OPTIONS);
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
    const page = await openGame(OPTIONS);
    const ticks: number[] = [];
    page.computers.onTick((tick) => ticks.push(tick));
    for (let frame = 0; frame < 60; frame++) page.scene.events.emit("update", 0, 1_000 / 60);
    expect(ticks).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    page.scene.events.emit("update", 0, 3_000);
    expect(page.computers.tick).toBe(25);
  });

  it("stands still with a paused scene, and when told to", async () => {
    const page = await openGame(OPTIONS);
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
    const page = await openGame(OPTIONS);
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
    const page = await openGame(OPTIONS);
    const { events } = page.scene;
    const { computers } = page;
    page.game.scene.remove("yard");
    page.frame(16);
    for (const event of ["start", "update", "shutdown", "destroy"])
      expect([event, events.listenerCount(event)]).toEqual([event, 0]);
    expect(() => computers.listSlots()).toThrow(expect.objectContaining({ code: "computer/removed" }));
  });

  it("gives the next game on the page its own class, not the old one", async () => {
    const first = await openGame(OPTIONS);
    closeGame(first.game);
    class Newer extends ComputerPlugin {}
    const second = await openGame(OPTIONS, Newer);
    expect(second.computers).toBeInstanceOf(Newer);
  });

  it("stays in Phaser's cache while another game uses it", async () => {
    const plugin = ComputerPlugin.with(OPTIONS);
    const first = await openGame({}, plugin);
    const second = await openGame({}, plugin);
    closeGame(first.game);
    expect(Phaser.Plugins.PluginCache.hasCore("computers")).toBe(true);
    closeGame(second.game);
    expect(Phaser.Plugins.PluginCache.hasCore("computers")).toBe(false);
  });
});

describe("this.add.computer()", () => {
  const hasFactory = (): boolean => Object.hasOwn(Phaser.GameObjects.GameObjectFactory.prototype, "computer");

  it("gives a game object a computer as the plugin's own method does", async () => {
    const { computers, scene } = await openGame(OPTIONS);
    const rover = scene.add.container().setName("rover-1");
    const computer = scene.add.computer(rover, { gasPerTick: 7 });
    expect(computer).toMatchObject({ id: "rover-1", gasPerTick: 7 });
    expect(computers.of(rover)).toBe(computer);
    rover.destroy();
    expect(computers.computers).toEqual([]);
  });

  it("gives the scene a computer of no game object, which ends with the scene", async () => {
    const page = await openGame(OPTIONS);
    const computer = page.scene.add.computer({ id: "mainframe" });
    expect(page.computers.get("mainframe")).toBe(computer);
    expect(page.computers.exportSave("with an id it can be saved")).toBeInstanceOf(Uint8Array);
    page.scene.scene.restart();
    page.frame(16);
    expect(page.computers.computers).toEqual([]);
  });

  it("asks the plugin of the scene that it is called in", async () => {
    const [first, second] = [await openGame(OPTIONS), await openGame(OPTIONS)];
    first.scene.add.computer({ id: "one" });
    second.scene.add.computer({ id: "two" });
    expect([first, second].map(({ computers }) => computers.computers.map(({ id }) => id))).toEqual([["one"], ["two"]]);
  });

  it("goes with the last plugin", async () => {
    const [first, second] = [await openGame(OPTIONS), await openGame(OPTIONS)];
    closeGame(first.game);
    expect(hasFactory()).toBe(true);
    closeGame(second.game);
    expect(hasFactory()).toBe(false);
    const { scene } = await openGame(OPTIONS);
    expect(scene.add.computer({ id: "again" }).id).toBe("again");
  });

  it("says so where the scene was removed", async () => {
    const page = await openGame(OPTIONS);
    const { add } = page.scene;
    page.game.scene.remove("yard");
    expect(() => add.computer({ id: "a" })).toThrow(expect.objectContaining({ code: "computer/removed" }));
  });

  it.each([
    ["factory", Phaser.GameObjects.GameObjectFactory, Phaser.GameObjects.GameObjectCreator],
    ["creator", Phaser.GameObjects.GameObjectCreator, Phaser.GameObjects.GameObjectFactory],
  ])("leaves a %s function of somebody else, and takes the other away", async (_what, register, other) => {
    const theirs = (): void => {};
    register.register("computer", theirs);
    try {
      const page = await openGame(OPTIONS);
      closeGame(page.game);
      expect(Reflect.get(register.prototype, "computer")).toBe(theirs);
      expect(Object.hasOwn(other.prototype, "computer")).toBe(false);
    } finally {
      register.remove("computer");
    }
  });
});

describe("this.make.computer()", () => {
  const hasCreator = (): boolean => Object.hasOwn(Phaser.GameObjects.GameObjectCreator.prototype, "computer");

  it("makes a computer of a game object, or of the scene, out of one object", async () => {
    const { computers, scene } = await openGame(OPTIONS);
    const rover = scene.add.container().setName("rover-1");
    const ofRover = scene.make.computer({ gameObject: rover, gasPerTick: 7 });
    const ofScene = scene.make.computer({ id: "mainframe", gasBank: 9 });
    expect(ofRover).toMatchObject({ id: "rover-1", gasPerTick: 7 });
    expect(computers.of(rover)).toBe(ofRover);
    expect(ofScene).toMatchObject({ id: "mainframe", gasBankCap: 9 });
    rover.destroy();
    expect(computers.computers).toEqual([ofScene]);
    expect(() => scene.make.computer({ id: "mainframe" })).toThrow(
      expect.objectContaining({ code: "computer/duplicate-id" }),
    );
  });

  it("goes with the last plugin", async () => {
    const [first, second] = [await openGame(OPTIONS), await openGame(OPTIONS)];
    closeGame(first.game);
    expect(hasCreator()).toBe(true);
    closeGame(second.game);
    expect(hasCreator()).toBe(false);
    const { scene } = await openGame(OPTIONS);
    expect(scene.make.computer({ id: "again" }).id).toBe("again");
  });
});

describe("the option parkAfterTicks", () => {
  it("reaches the computers of the scene", async () => {
    const memoriesMade = async (parkAfterTicks: number): Promise<number> => {
      const page = await openGame({ ...OPTIONS, memory: "own", parkAfterTicks });
      const computer = page.scene.add.computer({ id: "sleeper" });
      await computer.load(await watGuest(SLEEPING_PROGRAM));
      page.frame(50);
      using memories = watchMemories();
      for (let frame = 0; frame < 40; frame++) page.frame(50);
      expect(computer.state.kind).toBe("waiting");
      // The next game would get this one's class.
      closeGame(page.game);
      return memories.count;
    };
    // A parked program gets a new memory to go on in.
    expect(await memoriesMade(2)).toBeGreaterThan(1);
    expect(await memoriesMade(Infinity)).toBe(0);
  });

  it("has the range of a world's", async () => {
    const { scene, game } = await openGame(OPTIONS);
    const Plugin = ComputerPlugin.with({ ...OPTIONS, parkAfterTicks: 0 });
    expect(() => new Plugin(scene, game.plugins, "other")).toThrow(RangeError);
  });
});

describe("ComputerPlugin's saves", () => {
  interface Game extends OpenGame {
    readonly facts: { x: number };
    readonly log: string[];
    readonly computer: Computer;
    readonly hooks: WorldHooks;
  }

  async function openSaved(options: ComputerPluginOptions): Promise<Game> {
    const page = await openGame(options);
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
    const options = { ...OPTIONS, store: new MemoryStore() };
    const before = await openSaved(options);
    before.facts.x = 7;
    for (let frame = 0; frame < 4; frame++) before.frame(50);
    const { tick } = before.computers;
    before.computer.console.append("system", "hello");
    await before.computers.save("slot-1", "First");
    expect(await before.computers.listSlots()).toMatchObject([
      { slot: "slot-1", name: "First", tick, savedAt: "1970-01-01T00:00:00.000Z" },
    ]);
    const after = await openSaved(options);
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
    const game = await openSaved({ ...OPTIONS, store });
    game.facts.x = 7;
    await expect(game.computers.load("slot-1")).rejects.toMatchObject({ code: "computer/empty-slot" });
    await store.write("slot-1", new Uint8Array([1, 2, 3]), { name: "", tick: 0, savedAt: "" });
    await expect(game.computers.load("slot-1")).rejects.toMatchObject({ code: "save/not-a-save" });
    expect(game.facts.x).toBe(7);
    game.frame(50);
    expect(game.computers.tick).toBeGreaterThan(0);
  });

  it("put the world back when the computers of the save do not fit it", async () => {
    const options = { ...OPTIONS, store: new MemoryStore() };
    const before = await openSaved(options);
    before.computers.add(before.scene.add.container().setName("rover-2"));
    before.facts.x = 7;
    await before.computers.save("slot-1");
    const after = await openSaved(options);
    after.facts.x = 1;
    after.computer.console.append("system", "mine");
    await expect(after.computers.load("slot-1")).rejects.toMatchObject({ code: "computer/save-mismatch" });
    expect(after.facts.x).toBe(1);
    expect(after.computer.console.text).toBe("mine");
  });

  it("put the world back when the game's own hook fails", async () => {
    const game = await openSaved({ ...OPTIONS, store: new MemoryStore() });
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
    const game = await openSaved({ ...OPTIONS, store: new MemoryStore() });
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
    const game = await openSaved({ ...OPTIONS, store: new MemoryStore() });
    await game.computers.save("slot-1");
    let finish = (): void => {};
    game.computers.world = { save: () => null, load: () => new Promise<void>((resolve) => (finish = resolve)) };
    const load = game.computers.load("slot-1");
    await vi.waitFor(() => expect(String(finish)).not.toBe(String(() => {})), 20_000);
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
    const game = await openSaved({ ...OPTIONS, store: new MemoryStore() });
    game.computers.add(game.scene.add.container());
    await expect(game.computers.save("slot-1")).rejects.toMatchObject({ code: "computer/unnamed" });
  });

  it("go through a file as through a slot", async () => {
    const before = await openSaved(OPTIONS);
    before.facts.x = 5;
    const bytes = before.computers.exportSave("as a file");
    const after = await openSaved(OPTIONS);
    await after.computers.importSave(bytes);
    expect(after.facts.x).toBe(5);
  });
});

describe("createOverlayHost()", () => {
  it("keeps keys, presses and wheel turns from the game", async () => {
    const { game } = await openGame(OPTIONS);
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
    const { game, scene } = await openGame(OPTIONS);
    const key = scene.input.keyboard?.addKey("W");
    if (key === undefined) throw new Error("This scene has no keyboard");
    key.isDown = true;
    const { element } = createOverlayHost({ game, label: "Editor" });
    element.dispatchEvent(new Event("focusin"));
    expect(key.isDown).toBe(false);
  });

  it("ends with the game, or when it is disposed of", async () => {
    const { game } = await openGame(OPTIONS);
    const first = createOverlayHost({ game, label: "A" });
    const second = createOverlayHost({ game, label: "B" });
    first[Symbol.dispose]();
    expect(first.element.isConnected).toBe(false);
    expect(second.element.isConnected).toBe(true);
    closeGame(game);
    expect(second.element.isConnected).toBe(false);
  });
});
