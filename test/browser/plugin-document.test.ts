// The code of docs/plugin.md, run as it stands there in a real page.

import { ComputerPlugin, type ComputerTerminal, type FaultLight, type GasGauge } from "gasworks";
import { MemoryStore } from "gasworks/persistence";
import { createBrowserCompiler } from "gasworks/toolchain";
import type * as Phaser from "phaser";
import { afterEach, expect, it, vi } from "vitest";
import { userEvent } from "vitest/browser";

import { assembleWat } from "../support/assemble-wat.ts";
import { closeGames, openGame, type OpenGame } from "../support/open-game.ts";

afterEach(closeGames);

it("the first example compiles, runs and answers", { timeout: 120_000 }, async () => {
  const { game } = await import("virtual:plugin/game.ts");
  const text = (id: string): string | undefined => game.scene.getScene("station")?.computers?.get(id)?.console.text;
  await vi.waitFor(() => expect(text("drone-1")).toBe("Who is there?\nHello, Ada!\n"), { timeout: 90_000 });
  await vi.waitFor(() => expect(text("station")).toBe("Who is there?\n"), 20_000);
  expect(game.scene.getScene("station").computers.ticksPerSecond).toBe(30);
  // Games end in their next frame, and take the plugins of those that begin until then with them.
  const ended = new Promise((resolve) => game.events.once("destroy", resolve));
  game.destroy(true);
  await ended;
});

it("the example of events writes down what happens, until it is ended", async () => {
  const { watch } = await import("virtual:plugin/watch.ts");
  const page = await openGame({ store: new MemoryStore() });
  const computer = page.scene.add.computer({ id: "a" });
  const lines: string[] = [];
  const end = watch(computer, (line) => lines.push(line));
  await computer.load(
    await assembleWat(`(module
      (import "gasworks" "sleep_ticks" (func $sleep (param i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "_start") (drop (call $sleep (i32.const 2))) unreachable))`),
  );
  for (let frame = 0; frame < 5; frame++) page.frame(50);
  expect(lines.slice(0, 3)).toEqual(["compiling", "running", "waits in sleep_ticks"]);
  expect(lines).toContain("crashed");
  expect(lines.some((line) => /^[A-Z].*\. [A-Z]/.test(line))).toBe(true);
  const { length } = lines;
  end();
  computer.reset();
  page.frame(50);
  expect(lines).toHaveLength(length);
});

it("the example of faults shows those of programs, of the game and of its time", async () => {
  const { reportFaults } = await import("virtual:plugin/report-faults.ts");
  const page = await openGame({ store: new MemoryStore(), elapsedMs: () => 0 });
  const lines: string[] = [];
  reportFaults(page.scene, (line) => lines.push(line));
  page.computers.onTick((tick) => {
    if (tick === 2) throw new Error("bad listener");
  });
  const computer = page.scene.add.computer({ id: "a" });
  await computer.load(await assembleWat(`(module (memory (export "memory") 1) (func (export "_start") unreachable))`));
  page.frame(50);
  page.frame(50);
  page.scene.events.emit("update", 0, 1_000);
  expect(lines).toEqual([
    expect.stringMatching(/^a: \w/),
    "listener: Error: bad listener",
    "15 ticks dropped by maxTicksPerFrame",
  ]);
});

it("the example of a world comes back with its rovers and their computers", async () => {
  const { Field } = await import("virtual:plugin/field.ts");
  const page = await openGame({ store: new MemoryStore() });
  const field = new Field("field");
  page.game.scene.add("field", field, true);
  page.frame(0);
  field.plant(80, 60);
  await field.computers.save("slot-1");
  field.rovers()[0]?.setPosition(1, 1);
  field.rovers()[1]?.destroy();
  await field.computers.load("slot-1");
  expect(field.rovers().map(({ name, x, y }) => [name, x, y])).toEqual([
    ["rover-0", 40, 40],
    ["rover-1", 80, 60],
  ]);
  expect(field.computers.computers.map(({ id }) => id)).toEqual(["rover-0", "rover-1"]);
});

it("the example of autosaves saves by itself, and says so", async () => {
  const { Harbor } = await import("virtual:plugin/harbor.ts");
  const store = new MemoryStore();
  const page = await openGame({ store, ticksPerSecond: 20 });
  const harbor = new Harbor("harbor");
  page.game.scene.add("harbor", harbor, true);
  await vi.waitFor(
    () => {
      for (let count = 0; count < 20; count++) page.frame(250);
      expect(harbor.children.getByName("line")).toMatchObject({ text: "Saved" });
    },
    { timeout: 20_000 },
  );
  expect(await store.list()).toHaveLength(1);
});

it("the example of an editor keeps its keys", async () => {
  const { addEditor } = await import("virtual:plugin/editor.ts");
  const { game } = await openGame({ store: new MemoryStore() }, class extends ComputerPlugin {});
  const editor = addEditor(game);
  const leaked = vi.fn<() => void>();
  window.addEventListener("keydown", leaked);
  editor.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true }));
  window.removeEventListener("keydown", leaked);
  expect(leaked).not.toHaveBeenCalled();
  expect(editor.isConnected).toBe(true);
});

it("the example of a map has carts that drive", { timeout: 120_000 }, async () => {
  const { Yard } = await import("virtual:plugin/yard.ts");
  using compiler = createBrowserCompiler({ baseUrl: "/clang/" });
  const { game, frame } = await openGame({ store: new MemoryStore(), compiler });
  const yard = new Yard("map");
  game.scene.add("map", yard, true);
  const carts = (): (Phaser.GameObjects.Sprite | undefined)[] =>
    ["cart-1", "cart-2"].map(
      (name) => (yard.children.getByName(name) as Phaser.GameObjects.Sprite | null) ?? undefined,
    );
  await vi.waitFor(
    () => {
      frame(50);
      expect(carts().map((cart) => cart?.x)).toEqual([expect.closeTo(24 + 3 * 16), expect.closeTo(24 + 3 * 16)]);
    },
    { timeout: 90_000, interval: 10 },
  );
});

it(
  "the example of a terminal can be typed into, and its light says what went wrong",
  { timeout: 120_000 },
  async () => {
    const { ControlRoom } = await import("virtual:plugin/control-room.ts");
    using compiler = createBrowserCompiler({ baseUrl: "/clang/" });
    const { game, frame } = await openGame({ store: new MemoryStore(), compiler });
    const room = new ControlRoom("room");
    game.scene.add("room", room, true);
    const [terminal, gauge, light] = room.children.list as [ComputerTerminal, GasGauge, FaultLight];
    const until = (rows: readonly string[]): Promise<void> =>
      vi.waitFor(
        () => {
          frame(50);
          expect(terminal.text.trimEnd().split("\n")).toEqual(rows);
        },
        { timeout: 90_000, interval: 10 },
      );
    await until(["Pump ready.", "litres, minutes:"]);
    expect(light.signal).toBe("none");
    terminal.focus();
    await userEvent.keyboard("60 4{Enter}");
    await until(["Pump ready.", "litres, minutes: 60 4", "15 litres a minute", "litres, minutes:"]);
    await userEvent.keyboard("many{Enter}");
    await until([
      "Pump ready.",
      "litres, minutes: 60 4",
      "15 litres a minute",
      "litres, minutes: many",
      "two numbers, please",
      "litres, minutes:",
    ]);
    await userEvent.keyboard("60 0{Enter}");
    for (let count = 0; count < 3; count++) frame(50);
    expect(light.words).toBe("Division by zero\ninteger-divide-by-zero, main.c:11");
    expect(gauge.words).toBe("crashed");
  },
);

it("the example of a replaced module ends a game at once, and the next one has its own class", async () => {
  const { endNow } = await import("virtual:plugin/end-now.ts");
  const start = (ticksPerSecond: number): Promise<OpenGame> =>
    openGame({}, ComputerPlugin.with({ store: new MemoryStore(), ticksPerSecond }));
  const warn = vi.spyOn(console, "warn");
  for (let round = 1; round <= 10; round++) {
    const { computers, game } = await start(round);
    expect(computers.ticksPerSecond).toBe(round);
    endNow(game);
  }
  expect(warn).not.toHaveBeenCalled();
});
