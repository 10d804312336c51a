// @vitest-environment happy-dom
// What a scene tells of its computers, and how its time passes: paused, slow, and over many games.

import "../../support/phaser-page.ts";

import {
  ComputerPlugin,
  createLocalPreparer,
  type Computer,
  type ComputerPluginOptions,
  type ErrorReport,
  type Overrun,
} from "gasworks";
import { MemoryStore } from "gasworks/persistence";
import * as Phaser from "phaser";
import { afterEach, describe, expect, it, vi } from "vitest";

import { watGuest } from "../../support/guest.ts";
import { closeGame, closeGames, listenerCounts, openGame, type OpenGame } from "../../support/open-game.ts";
import { Probe, type ProbePort } from "../../support/probe-device.ts";

afterEach(() => {
  vi.restoreAllMocks();
  closeGames();
});

const OPTIONS: ComputerPluginOptions = {
  preparer: createLocalPreparer(),
  store: new MemoryStore(),
  now: () => new Date(0),
  elapsedMs: () => 0,
};

const TEN_MINUTES_MS = 600_000;

/** Asks the probe, works for 20 ticks with it, sleeps for 30, and begins again. */
const WORKING = `(module
  (import "device.probe" "open" (func $open (param i32) (result i32)))
  (import "device.probe" "ask" (func $ask (param i32 i32) (result i32)))
  (import "device.probe" "work" (func $work (param i32 i32) (result i32)))
  (import "gasworks" "sleep_ticks" (func $sleep (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "probe\\00")
  (func (export "_start") (local $probe i32) (local $round i32)
    (local.set $probe (call $open (i32.const 16)))
    (loop $for_ever
      (local.set $round (call $ask (local.get $probe) (local.get $round)))
      (drop (call $work (local.get $probe) (i32.const 20)))
      (drop (call $sleep (i32.const 30)))
      (br $for_ever))))`;

const TRAPPING = `(module (memory (export "memory") 1) (func (export "_start") unreachable))`;
const BUSY = `(module (memory (export "memory") 1) (func (export "_start") (loop $for_ever (br $for_ever))))`;

interface Working extends OpenGame {
  readonly computer: Computer;
  readonly port: ProbePort;
  readonly object: Phaser.GameObjects.Container;
}

async function openWorking(options: ComputerPluginOptions = OPTIONS): Promise<Working> {
  const page = await openGame(options);
  const port: ProbePort = { log: [] };
  const object = page.scene.add.container().setName("rover-1");
  const computer = page.computers.add(object, { gasBank: 100_000, devices: { probe: Probe.attach(port) } });
  await computer.load(await watGuest(WORKING));
  return { ...page, computer, port, object };
}

function runFrames(page: OpenGame, count: number, deltaMs = 50): void {
  for (let frame = 0; frame < count; frame++) page.frame(deltaMs);
}

describe("this.computers.on()", () => {
  it("tells what happens to the scene's computers, with the computer", async () => {
    const page = await openWorking();
    const told: string[] = [];
    const { computers } = page;
    computers.on("wait", ({ computer, device, function: name }) => told.push(`${computer.id} ${device} ${name}`));
    computers.on("trap", ({ computer, code }) => told.push(`${computer.id} ${code}`));
    computers.on("tick", ({ tick }) => told.push(`tick ${tick}`));
    const late = page.scene.add.computer({ id: "late" });
    await late.load(await watGuest(TRAPPING));
    runFrames(page, 1);
    expect(told).toEqual(["late unreachable", "rover-1 probe work", "tick 1"]);
  });

  it("tells nothing of other scenes", async () => {
    const page = await openGame(OPTIONS);
    page.game.scene.add("cave", new Phaser.Scene("cave"), true);
    page.frame(0);
    const cave = page.game.scene.getScene("cave");
    const told: string[] = [];
    page.computers.on("trap", ({ computer }) => told.push(`yard ${computer.id}`));
    cave.computers.on("trap", ({ computer }) => told.push(`cave ${computer.id}`));
    await cave.add.computer({ id: "a" }).load(await watGuest(TRAPPING));
    runFrames(page, 2);
    expect(told).toEqual(["cave a"]);
  });

  it("ends with the scene, also in the middle of a tick, and leaves nothing behind", async () => {
    const page = await openWorking();
    const before = listenerCounts(page);
    const told: string[] = [];
    const listen = (): void => {
      for (const event of ["output", "trap", "exit", "wait", "tick", "overrun", "error", "state"] as const) {
        page.computers.on(event, () => void told.push(event));
      }
    };
    listen();
    page.computers.on("tick", () => page.scene.sys.shutdown());
    listen();
    expect(listenerCounts(page)).toEqual(before);
    runFrames(page, 6);
    // The first half of the listeners, and not the second: the listener between them has ended the scene.
    expect(told.filter((event) => event === "tick")).toHaveLength(1);
    const count = told.length;
    page.scene.scene.restart();
    page.frame(0);
    await page.scene.add.computer({ id: "next" }).load(await watGuest(TRAPPING));
    runFrames(page, 5);
    expect(told).toHaveLength(count);
    expect(listenerCounts(page)).toEqual(before);
  });

  it("tells what a device throws, and nothing is rethrown; onError is told as well", async () => {
    const onError = vi.fn<NonNullable<ComputerPluginOptions["onError"]>>();
    const page = await openWorking({ ...OPTIONS, onError });
    const reports: ErrorReport[] = [];
    page.computers.on("error", (report) => reports.push(report));
    page.port.act = () => {
      throw new Error("broken");
    };
    runFrames(page, 1);
    const source = { computer: page.computer, device: { type: "probe", label: "probe" }, member: "ask" };
    const where = 'computer "rover-1": probe.ask of "probe"';
    expect(reports).toEqual([{ error: new Error("broken"), where, ...source }]);
    expect(onError.mock.calls).toEqual([[new Error("broken"), where, source]]);
    expect(page.computer.state.kind).toBe("crashed");
  });

  it("tells how many ticks a frame has put off, and how many it has dropped", async () => {
    let now = 0;
    const page = await openWorking({ ...OPTIONS, elapsedMs: () => (now += 5), maxMillisecondsPerFrame: 10 });
    const overruns: Overrun[] = [];
    page.computers.on("overrun", (overrun) => overruns.push(overrun));
    page.scene.events.emit("update", 0, 350);
    expect(page.computers.tick).toBe(2);
    expect(overruns).toEqual([
      { kind: "dropped", ticks: 2, limit: "maxTicksPerFrame" },
      { kind: "put-off", ticks: 3, limit: "maxMillisecondsPerFrame" },
    ]);
  });
});

describe("programs that never end", () => {
  let [now, msPerLook] = [0, 0];
  const options: ComputerPluginOptions = { ...OPTIONS, elapsedMs: () => (now += msPerLook) };

  /** Frames of a sixtieth of a second, with as many hogs; what the scene sees of them. */
  async function playWith(hogs: number): Promise<Working & { readonly ticks: number[] }> {
    const page = await openWorking(options);
    for (let hog = 0; hog < hogs; hog++) {
      await page.scene.add.computer({ id: `hog-${hog}` }).load(await watGuest(BUSY));
    }
    const ticks: number[] = [];
    let presses = 0;
    page.scene.input.keyboard?.on("keydown", () => (presses += 1));
    page.scene.events.on(Phaser.Scenes.Events.POST_UPDATE, () => ticks.push(page.computers.tick));
    for (let frame = 1; frame <= 300; frame++) {
      window.dispatchEvent(new KeyboardEvent("keydown", { code: "KeyW", keyCode: 87 }));
      page.frame(1_000 / 60);
      expect([ticks.length, presses]).toEqual([frame, frame]);
    }
    return { ...page, ticks };
  }

  it("`while(1);` never drops a frame below target; UI stays live; others unaffected", async () => {
    msPerLook = 0;
    const alone = await playWith(0);
    // Each look at the clock is a second later: no frame has time for more than one tick.
    msPerLook = 1_000;
    const together = await playWith(20);
    expect(together.ticks).toEqual(alone.ticks);
    expect(together.computers.tick).toBe(100);
    expect(together.port.log).toEqual(alone.port.log);
    expect(together.computer.gasUsed).toBe(alone.computer.gasUsed);
    for (const { id, gasUsed, gasPerTick } of together.computers.computers.filter((one) => one.id.startsWith("hog"))) {
      expect([id, gasUsed > 99n * BigInt(gasPerTick), gasUsed < 101n * BigInt(gasPerTick)]).toEqual([id, true, true]);
    }
  });
});

describe("the option gasPerOwner", () => {
  it("reaches the computers of the scene", async () => {
    const page = await openGame({ ...OPTIONS, gasPerOwner: 30_000 });
    const both = ["a", "b"].map((id) => page.scene.add.computer({ id, owner: "ada", gasPerTick: 20_000 }));
    for (const computer of both) await computer.load(await watGuest(BUSY));
    const free = page.scene.add.computer({ id: "c", gasPerTick: 20_000 });
    await free.load(await watGuest(BUSY));
    runFrames(page, 10);
    const used = both.reduce((sum, { gasUsed }) => sum + Number(gasUsed), 0);
    expect(used / 10).toBeGreaterThan(29_000);
    expect(used / 10).toBeLessThan(31_000);
    expect(Number(free.gasUsed) / 10).toBeGreaterThan(19_000);
  });
});

describe("Game paused 10 min: budget and timers unchanged", () => {
  /** Runs some ticks, lets ten minutes pass, runs the rest: in the middle of a task, of a sleep, with gas in the bank. */
  async function playWith(pause: (page: Working) => void, before: number): Promise<Working> {
    const page = await openWorking();
    runFrames(page, before);
    expect(page.computers.tick).toBe(before);
    pause(page);
    runFrames(page, 120 - page.computers.tick);
    expect(page.computers.tick).toBe(120);
    return page;
  }

  const still = (page: Working, stop: () => void, goOn: () => void): void => {
    const { tick } = page.computers;
    const { gasBank } = page.computer;
    stop();
    runFrames(page, 100, TEN_MINUTES_MS / 100);
    page.frame(TEN_MINUTES_MS);
    expect([page.computers.tick, page.computer.gasBank]).toEqual([tick, gasBank]);
    goOn();
  };

  it.each([
    [
      "the scene is paused",
      (page: Working) =>
        still(
          page,
          () => page.scene.scene.pause(),
          () => page.scene.scene.resume(),
        ),
    ],
    [
      "the scene sleeps",
      (page: Working) =>
        still(
          page,
          () => page.scene.scene.sleep(),
          () => page.scene.scene.wake(),
        ),
    ],
    [
      "isTicking is false",
      (page: Working) =>
        still(
          page,
          () => (page.computers.isTicking = false),
          () => (page.computers.isTicking = true),
        ),
    ],
    ["a frame comes ten minutes late", (page: Working) => void page.scene.events.emit("update", 0, TEN_MINUTES_MS)],
  ])("%s", async (_how, pause) => {
    const unpaused = await playWith(() => {}, 120);
    // In tick 10 the program works, in tick 30 it sleeps.
    for (const before of [10, 30]) {
      const page = await playWith((one) => {
        pause(one);
        // What the scene manager was asked for, it does before the next frame.
        one.frame(0);
      }, before);
      expect(page.port.log).toEqual(unpaused.port.log);
      expect(page.computers.exportSave("")).toEqual(unpaused.computers.exportSave(""));
    }
  });

  it("a late frame runs a few ticks, and tells how many it has dropped", async () => {
    const page = await openWorking();
    const overruns: Overrun[] = [];
    page.computers.on("overrun", (overrun) => overruns.push(overrun));
    page.scene.events.emit("update", 0, TEN_MINUTES_MS);
    expect(page.computers.tick).toBe(5);
    expect(overruns).toEqual([{ kind: "dropped", ticks: 12_000 - 5, limit: "maxTicksPerFrame" }]);
  });
});

describe("a game object that is destroyed in the middle of a task", () => {
  it("takes its program along without a word to the device: what it belongs to is gone", async () => {
    const page = await openWorking();
    const other = page.scene.add.computer({ id: "other", devices: { probe: Probe.attach({ log: [] }) } });
    await other.load(await watGuest(WORKING));
    runFrames(page, 10);
    expect(page.computer.state).toEqual({ kind: "waiting", device: "probe", function: "work" });
    const { length } = page.port.log;
    page.object.destroy();
    runFrames(page, 5);
    expect(page.port.log).toHaveLength(length);
    expect(page.computers.computers).toEqual([other]);
    expect(other.state.kind).toBe("waiting");
  });

  it("may be destroyed by its own device, while others of the tick go on", async () => {
    const page = await openWorking();
    const log: string[] = [];
    const other = page.scene.add.computer({ id: "z", devices: { probe: Probe.attach({ log }) } });
    await other.load(await watGuest(WORKING));
    page.port.act = (what) => {
      if (what === "tick 15") page.object.destroy();
    };
    runFrames(page, 15);
    expect(page.port.log.at(-1)).toBe("tick 15");
    expect(log.at(-1)).toBe("tick 6");
    expect(page.computers.computers).toEqual([other]);
  });
});

describe("games that come and go", () => {
  it("have the newest class ten times in a row, as when modules are replaced under a running page", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    let previous: OpenGame | undefined;
    for (let round = 1; round <= 10; round++) {
      if (previous !== undefined) closeGame(previous.game);
      const page = await openGame({}, ComputerPlugin.with({ ...OPTIONS, ticksPerSecond: round }));
      expect(page.computers.ticksPerSecond).toBe(round);
      await page.scene.add.computer({ id: "a" }).load(await watGuest(BUSY));
      runFrames(page, 1, 1_000 / round);
      expect(page.computers.tick).toBe(1);
      previous = page;
    }
    expect(warn).not.toHaveBeenCalled();
  });

  it("are warned once when another living game has their key with another class", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const first = await openGame({}, ComputerPlugin.with({ ...OPTIONS, ticksPerSecond: 10 }));
    const second = await openGame({}, ComputerPlugin.with({ ...OPTIONS, ticksPerSecond: 30 }));
    second.game.scene.add("more", new Phaser.Scene("more"), true);
    second.frame(0);
    // First come, first served: that is Phaser's.
    expect(second.computers.ticksPerSecond).toBe(10);
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/"computers" of this game is ignored.*another key/)]]);
    closeGame(first.game);
    closeGame(second.game);
    const third = await openGame({}, ComputerPlugin.with({ ...OPTIONS, ticksPerSecond: 30 }));
    expect(third.computers.ticksPerSecond).toBe(30);
    expect(warn).toHaveBeenCalledOnce();
  });

  it("are not warned of a class that they share", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const plugin = ComputerPlugin.with(OPTIONS);
    await openGame({}, plugin);
    await openGame({}, plugin);
    expect(warn).not.toHaveBeenCalled();
  });
});
