// What a game leaves behind: scenes that come and go while programs run, in the real Phaser in a real page.

import { ComputerPlugin, type Computer, type ComputerPluginOptions } from "gasworks";
import { MemoryStore } from "gasworks/persistence";
import * as Phaser from "phaser";
import { afterEach, describe, expect, it } from "vitest";

import { assembleWat } from "../support/assemble-wat.ts";
import { closeGame, closeGames, listenerCounts, openGame, type OpenGame } from "../support/open-game.ts";
import { watchMemories } from "../support/watch-memories.ts";
import { watchWorkers } from "../support/watch-workers.ts";

const RESTARTS = 100;
const COMPUTERS = 3;
const OPTIONS: ComputerPluginOptions = { store: new MemoryStore() };

/** Counts for ever, in four pages of memory: they are paused in the middle of what they do. */
const BUSY = assembleWat(`(module
  (memory (export "memory") 4)
  (func (export "_start")
    (loop $for_ever
      (i32.store (i32.const 200000) (i32.add (i32.load (i32.const 200000)) (i32.const 1)))
      (br $for_ever))))`);

async function addBusy(computers: ComputerPlugin, scene: Phaser.Scene, id: string): Promise<Computer> {
  const computer = computers.add(scene.add.container().setName(id), { memoryPages: 4 });
  await computer.load(await BUSY);
  return computer;
}

/** How often listeners were called, those of earlier lives included. */
let told = 0;

/** What one life of a scene does: some computers run, tell listeners, are saved, and are cut off. */
async function live(page: OpenGame): Promise<{ readonly ticks: number; readonly told: number }> {
  const { computers, scene } = page;
  told = 0;
  for (const event of ["output", "trap", "exit", "wait", "state", "tick", "overrun", "error"] as const) {
    computers.on(event, () => (told += 1));
  }
  const all = await Promise.all(
    Array.from({ length: COMPUTERS }, (_, index) => addBusy(computers, scene, `c${index}`)),
  );
  computers.world = { save: () => null, load: () => {} };
  computers.onTick(() => {});
  for (const computer of all) computer.on("state", () => {});
  const before = computers.tick;
  for (let frame = 0; frame < 4; frame++) page.frame(50);
  for (const { state, gasUsed } of all) expect([state.kind, gasUsed > 0n]).toEqual(["running", true]);
  return { ticks: computers.tick - before, told };
}

function restart(page: OpenGame): void {
  page.scene.scene.restart();
  page.frame(0);
}

afterEach(closeGames);

describe("a scene that is restarted while its programs run", () => {
  it.each(["arena", "own"] as const)("leaves nothing behind: memory %s", { timeout: 120_000 }, async (memory) => {
    using workers = watchWorkers();
    using memories = watchMemories();
    const page = await openGame({ ...OPTIONS, memory });
    const firstLife = await live(page);
    expect(firstLife).toEqual({ ticks: 4, told: 4 + 2 * COMPUTERS });
    const plugin = page.computers;
    restart(page);
    const first = { listeners: listenerCounts(page), workers: workers.started, memories: memories.count };
    const bytesAtFirst = memories.bytes;
    expect(first.workers).toBeGreaterThan(0);
    expect(first.memories).toBeGreaterThan(0);
    for (let round = 1; round < RESTARTS; round++) {
      expect(await live(page)).toEqual(firstLife);
      restart(page);
      expect(plugin.computers).toEqual([]);
    }
    expect(page.scene.computers).toBe(plugin);
    expect(listenerCounts(page)).toEqual(first.listeners);
    expect(workers.started).toBe(first.workers);
    if (memory === "arena") {
      // All lives had the same few slots.
      expect(memories.count).toBe(first.memories);
      expect(memories.bytes).toBe(bytesAtFirst);
    } else {
      // More than a page can have at once: the engine got them back.
      expect(memories.count).toBeGreaterThan(RESTARTS * COMPUTERS - 1);
    }
  });

  it("ends its workers with the game", async () => {
    using workers = watchWorkers();
    const page = await openGame(OPTIONS);
    await live(page);
    expect(workers.ended).toBe(0);
    closeGame(page.game);
    expect(workers.ended).toBe(workers.started);
  });

  it("has a plugin of the newest class, and no worker of an older one, ten times in a row", async () => {
    using workers = watchWorkers();
    for (let round = 1; round <= 10; round++) {
      const page = await openGame({}, ComputerPlugin.with({ ...OPTIONS, ticksPerSecond: round }));
      const computer = page.computers.add({ id: "a", memoryPages: 4 });
      await computer.load(await BUSY);
      page.frame(1_000 / round);
      expect([page.computers.ticksPerSecond, page.computers.tick]).toEqual([round, 1]);
      expect(workers.started).toBe(round);
      closeGame(page.game);
      expect(workers.ended).toBe(round);
    }
  });
});

describe("several scenes at once", () => {
  it("have computers and times of their own, with the same names", async () => {
    const page = await openGame(OPTIONS);
    page.game.scene.add("cave", new Phaser.Scene("cave"), true);
    page.frame(0);
    const cave = page.game.scene.getScene("cave");
    const [above, below] = [
      await addBusy(page.computers, page.scene, "rover"),
      await addBusy(cave.computers, cave, "rover"),
    ];
    expect(cave.computers).not.toBe(page.computers);
    for (let frame = 0; frame < 4; frame++) page.frame(50);
    page.scene.scene.restart();
    for (let frame = 0; frame < 4; frame++) page.frame(50);
    expect(above.state.kind).toBe("off");
    expect(below.state.kind).toBe("running");
    expect([page.computers.tick, cave.computers.tick]).toEqual([4, 8]);
    expect(cave.computers.computers).toEqual([below]);
  });
});

describe("two games on one page", () => {
  it("run side by side, and one goes on when the other ends", async () => {
    const plugin = ComputerPlugin.with(OPTIONS);
    const [first, second] = [await openGame({}, plugin), await openGame({}, plugin)];
    const [mine, theirs] = [
      await addBusy(first.computers, first.scene, "rover"),
      await addBusy(second.computers, second.scene, "rover"),
    ];
    first.frame(50);
    second.frame(50);
    expect(theirs.gasUsed).toBe(mine.gasUsed);
    const used = mine.gasUsed;
    closeGame(first.game);
    expect(mine.state.kind).toBe("off");
    second.frame(50);
    expect(theirs.gasUsed).toBeGreaterThan(used);
    // Its worker, its cache of programs and its factory function are still there.
    const late = second.scene.add.computer({ id: "late" });
    await late.load(await BUSY);
    second.frame(50);
    expect(late.state.kind).toBe("running");
  });
});

describe("a game object that is destroyed while its program runs", () => {
  it("takes the program along, and leaves the others", async () => {
    const page = await openGame(OPTIONS);
    const listeners = listenerCounts(page);
    const [gone, kept] = [
      await addBusy(page.computers, page.scene, "a"),
      await addBusy(page.computers, page.scene, "b"),
    ];
    page.frame(50);
    page.scene.children.getByName("a")?.destroy();
    const used = kept.gasUsed;
    page.frame(50);
    expect(gone.state.kind).toBe("off");
    expect(kept.gasUsed).toBeGreaterThan(used);
    expect(page.computers.computers).toEqual([kept]);
    expect(listenerCounts(page)).toEqual(listeners);
  });

  it("refuses a program that is still on its way", async () => {
    const page = await openGame(OPTIONS);
    const rover = page.scene.add.container().setName("a");
    const loading = page.computers.add(rover, { memoryPages: 4 }).load(await BUSY);
    rover.destroy();
    await expect(loading).rejects.toMatchObject({ code: "computer/superseded" });
    expect(page.computers.computers).toEqual([]);
  });
});

describe("a scene that is paused or asleep", () => {
  it.each([
    ["paused", "pause", "resume"],
    ["asleep", "sleep", "wake"],
  ] as const)("keeps its time still while it is %s, and owes nothing for it", async (_what, stop, goOn) => {
    const page = await openGame(OPTIONS);
    const computer = await addBusy(page.computers, page.scene, "rover");
    for (let frame = 0; frame < 3; frame++) page.frame(50);
    page.scene.scene[stop]();
    page.frame(0);
    const before = { tick: page.computers.tick, gas: computer.gasUsed };
    for (let frame = 0; frame < 20; frame++) page.frame(50);
    expect({ tick: page.computers.tick, gas: computer.gasUsed }).toEqual(before);
    page.scene.scene[goOn]();
    page.frame(0);
    expect(page.computers.tick).toBe(before.tick);
    page.frame(50);
    expect(page.computers.tick).toBe(before.tick + 1);
  });
});
