// The game objects that show a computer, drawn by the real Phaser in a real page, with the page's own keyboard and mouse.

import {
  ComputerPlugin,
  ComputerTerminal,
  CONSOLE_LIMITS,
  FaultLight,
  GasGauge,
  type Computer,
  type ComputerOptions,
} from "gasworks";
import { MemoryStore } from "gasworks/persistence";
import { createBrowserCompiler } from "gasworks/toolchain";
import * as Phaser from "phaser";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { userEvent } from "vitest/browser";

import { assembleWat } from "../support/assemble-wat.ts";

const compiler = createBrowserCompiler({ baseUrl: "/node_modules/@yowasp/clang/gen/" });
afterAll(() => compiler[Symbol.dispose]());

interface DrawnGame {
  readonly game: Phaser.Game;
  readonly scene: Phaser.Scene;
  readonly computers: ComputerPlugin;
  /** Runs a frame and draws it. */
  readonly frame: (deltaMs?: number) => void;
  /** The color of a pixel, as `0xrrggbb`. */
  readonly pixel: (x: number, y: number) => number;
}

const games: Phaser.Game[] = [];
afterEach(() => {
  for (const game of games.splice(0)) {
    game.destroy(true);
    game.step(0, 0);
  }
});

async function openDrawnGame(): Promise<DrawnGame> {
  const plugin = ComputerPlugin.with({ compiler, store: new MemoryStore() });
  const game = new Phaser.Game({
    type: Phaser.AUTO,
    width: 400,
    height: 240,
    banner: false,
    audio: { noAudio: true },
    render: { preserveDrawingBuffer: true },
    plugins: { scene: [{ key: "computers", plugin, mapping: "computers" }] },
    scene: new Phaser.Scene("room"),
  });
  games.push(game);
  await new Promise<void>((resolve) => game.events.once(Phaser.Core.Events.READY, () => resolve()));
  game.loop.sleep();
  let now = 0;
  const frame = (deltaMs = 50): void => {
    now += deltaMs;
    game.step(now, deltaMs);
  };
  frame(0);
  const scene = game.scene.getScene("room");
  const pixel = (x: number, y: number): number => {
    const copy = new OffscreenCanvas(1, 1).getContext("2d");
    copy?.drawImage(game.canvas, x, y, 1, 1, 0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = copy?.getImageData(0, 0, 1, 1).data ?? [];
    return red * 0x10000 + green * 0x100 + blue;
  };
  return { game, scene, computers: scene.computers, frame, pixel };
}

const BUSY = '(module (memory (export "memory") 1) (func (export "_start") (loop $on (br $on))))';
const SLEEPING = `(module
  (import "gasworks" "sleep_ticks" (func $sleep (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (loop $on (drop (call $sleep (i32.const 1000))) (br $on))))`;
const CRASHING = `(module (memory (export "memory") 1)
  (func (export "_start") (drop (i32.div_s (i32.const 1) (i32.const 0)))))`;
const ENDING = '(module (memory (export "memory") 1) (func (export "_start")))';

const ECHO = {
  "main.c": `
    #include <stdio.h>
    int main(void) {
      char line[80];
      while (fgets(line, sizeof line, stdin)) printf("heard %s", line);
      return 0;
    }`,
};

function show(page: DrawnGame, computer: Computer | string, rows = 4): ComputerTerminal {
  return page.scene.add.existing(new ComputerTerminal(page.scene, { computer, x: 8, y: 8, columns: 20, rows }));
}

describe("ComputerTerminal", () => {
  it.each([
    [
      "lines of all streams",
      [
        ["stdout", "one\n"],
        ["stderr", "two\n"],
        ["system", "three"],
      ],
      "one\ntwo\nthree\n",
    ],
    [
      "streams that share a line",
      [
        ["stdout", "value: "],
        ["stderr", "none\n"],
      ],
      "value: none\n\n\n",
    ],
    [
      "a line that is longer than a row",
      [["stdout", `${"0123456789".repeat(3)}!\n`]],
      "01234567890123456789\n0123456789!\n\n",
    ],
    ["the last rows of many", [["stdout", "1\n2\n3\n4\n5\n6"]], "3\n4\n5\n6"],
    ["an empty row behind a line feed", [["stdout", "1\n2\n3\n4\n"]], "2\n3\n4\n"],
    ["tabs, returns and steps back", [["stdout", "a\tb\n50%\r75%\nabc\b\bX\n"]], "a       b\n75%\naXc\n"],
    ["no other control characters", [["stdout", "a\u0007\u001bb\u0000c\n"]], "abc\n\n\n"],
    ["characters beyond 16 bits as one", [["stdout", `${"😀".repeat(21)}`]], `${"😀".repeat(20)}\n😀\n\n`],
  ] as const)("shows %s", async (_what, parts, text) => {
    const page = await openDrawnGame();
    const computer = page.scene.add.computer({ id: "a" });
    const terminal = show(page, computer);
    for (const [stream, part] of parts) computer.console.append(stream, part);
    page.frame();
    expect(terminal.text).toBe(text);
  });

  it("draws each stream in a color of its own, on the screen", async () => {
    const page = await openDrawnGame();
    const computer = page.scene.add.computer({ id: "a" });
    const options = { computer, columns: 8, rows: 3, fontSize: 32, title: "", canType: false };
    page.scene.add.existing(new ComputerTerminal(page.scene, options));
    computer.console.append("stdout", "\u2588\n");
    computer.console.append("stderr", "\u2588\n");
    computer.console.append("system", "\u2588\n");
    page.frame();
    // 10 pixels of frame, then rows of some 37 pixels.
    const colors = [0, 1, 2].map((row) => page.pixel(20, 28 + 37 * row));
    expect(colors).toEqual([0xc4f7cf, 0xef6a48, 0x98816f]);
  });

  it("draws once a frame, however much is printed, and not at all if nothing is", async () => {
    const page = await openDrawnGame();
    const computer = page.scene.add.computer({ id: "a" });
    const terminal = show(page, computer);
    page.frame();
    const draws = vi.spyOn(Phaser.GameObjects.Text.prototype, "updateText");
    for (let line = 0; line < 5_000; line++) computer.console.append("stdout", `line ${line}\n`);
    expect(draws).not.toHaveBeenCalled();
    page.frame();
    expect(draws.mock.calls.length).toBeLessThan(10);
    expect(terminal.text).toBe("line 4997\nline 4998\nline 4999\n");
    draws.mockClear();
    page.frame();
    expect(draws).not.toHaveBeenCalled();
    draws.mockRestore();
  });

  it("scrolls back as far as the console goes, stays where somebody reads, and comes back", async () => {
    const page = await openDrawnGame();
    const computer = page.scene.add.computer({ id: "a" });
    const terminal = show(page, computer, 3);
    for (let line = 0; line < 2 * CONSOLE_LIMITS.entries; line++) computer.console.append("stdout", `line ${line}\n`);
    terminal.scrollBy(10);
    page.frame();
    expect([terminal.text, terminal.scrolledRows]).toEqual(["line 1988\nline 1989\nline 1990", 10]);
    computer.console.append("stdout", "more\nand more\n");
    page.frame();
    expect([terminal.text, terminal.scrolledRows]).toEqual(["line 1988\nline 1989\nline 1990", 12]);
    terminal.scrollBy(1e9);
    page.frame();
    expect(terminal.text.split("\n")[0]).toBe(`line ${CONSOLE_LIMITS.entries + 2}`);
    terminal.scrollBy(-1e9);
    page.frame();
    expect([terminal.text, terminal.scrolledRows]).toEqual(["more\nand more\n", 0]);
    computer.console.clear();
    page.frame();
    expect(terminal.text).toBe("\n\n");
  });

  it("types into the program after a click, and the game gets no keys until a click elsewhere", async () => {
    const page = await openDrawnGame();
    const { scene, game, frame } = page;
    const computer = scene.add.computer({ id: "a" });
    const terminal = show(page, computer);
    await computer.load(ECHO);
    frame();
    const gameKeys = vi.fn<(event: KeyboardEvent) => void>();
    scene.input.keyboard?.on("keydown", gameKeys);
    scene.input.keyboard?.addCapture("A,D,S,W,SPACE");
    await userEvent.click(game.canvas, { position: { x: 60, y: 60 } });
    frame();
    expect(terminal.isFocused).toBe(true);
    await userEvent.keyboard("was d x{ArrowLeft}{Backspace}");
    frame();
    expect(terminal.text).toBe("was dx\n\n\n");
    await userEvent.keyboard("{Enter}");
    for (let count = 0; count < 3; count++) frame();
    expect(terminal.text).toBe("was dx\nheard was dx\n\n");
    expect(gameKeys).not.toHaveBeenCalled();
    await userEvent.click(game.canvas, { position: { x: 390, y: 230 } });
    frame();
    expect(terminal.isFocused).toBe(false);
    await userEvent.keyboard("w");
    frame();
    expect(gameKeys).toHaveBeenCalledTimes(1);
    expect(terminal.text).toBe("was dx\nheard was dx\n\n");
  });

  it("keeps a line that no program would read, and gives the keyboard back at Escape", async () => {
    const page = await openDrawnGame();
    const computer = page.scene.add.computer({ id: "a" });
    const terminal = show(page, computer);
    terminal.focus();
    await userEvent.keyboard("hello{Enter}");
    page.frame();
    expect([terminal.text, computer.console.text]).toEqual(["hello\n\n\n", ""]);
    await userEvent.keyboard("{Escape}");
    expect(terminal.isFocused).toBe(false);
  });

  it("cannot be typed into where the game says so", async () => {
    const page = await openDrawnGame();
    const computer = page.scene.add.computer({ id: "a" });
    const options = { computer, canType: false, columns: 20, rows: 2 };
    const terminal = page.scene.add.existing(new ComputerTerminal(page.scene, options));
    computer.console.append("stdout", "one\ntwo\n");
    page.frame();
    await userEvent.click(page.game.canvas, { position: { x: 60, y: 40 } });
    expect(terminal.isFocused).toBe(false);
    // No row is kept free for a cursor.
    expect(terminal.text).toBe("one\ntwo");
  });

  it("is clicked where the camera shows it, and has sharper letters there", async () => {
    const page = await openDrawnGame();
    const { scene, game, frame } = page;
    const terminal = show(page, scene.add.computer({ id: "a" }));
    const resolutions = (): number[] =>
      terminal.list.flatMap((child) => (child instanceof Phaser.GameObjects.Text ? [child.style.resolution] : []));
    frame();
    expect(new Set(resolutions())).toEqual(new Set([1]));
    scene.cameras.main.setZoom(2).centerOn(terminal.x + terminal.width, terminal.y + terminal.height);
    frame();
    expect(new Set(resolutions())).toEqual(new Set([2]));
    await userEvent.click(game.canvas, { position: { x: 210, y: 130 } });
    frame();
    expect(terminal.isFocused).toBe(false);
    await userEvent.click(game.canvas, { position: { x: 190, y: 110 } });
    frame();
    expect(terminal.isFocused).toBe(true);
  });

  it("refuses what is no size", async () => {
    const { scene } = await openDrawnGame();
    const make = (options: object) => () => new ComputerTerminal(scene, { computer: "a", ...options });
    expect(make({ columns: 7 })).toThrow(RangeError);
    expect(make({ rows: 1.5 })).toThrow(RangeError);
    expect(make({ fontSize: 0 })).toThrow(RangeError);
  });
});

async function start(page: DrawnGame, wat: string, options: Partial<ComputerOptions> = {}): Promise<Computer> {
  const computer = page.scene.add.computer({ id: "a", ...options });
  await computer.load(await assembleWat(wat));
  return computer;
}

describe("GasGauge", () => {
  it.each([
    ["a program that uses all its gas", BUSY, "100 %"],
    ["a program that sleeps", SLEEPING, "waiting"],
    ["a program that has ended", ENDING, "ended"],
    ["a program that has crashed", CRASHING, "crashed"],
  ])("tells of %s", async (_what, wat, words) => {
    const page = await openDrawnGame();
    const computer = await start(page, wat);
    const gauge = page.scene.add.existing(new GasGauge(page.scene, { computer, x: 8, y: 8 }));
    for (let count = 0; count < 60; count++) page.frame();
    expect(gauge.words).toBe(words);
    computer.stop();
    page.frame();
    expect(gauge.words).toBe("off");
  });

  it("lights hot cells for a busy program, and none for one that is off", async () => {
    const page = await openDrawnGame();
    const computer = await start(page, BUSY);
    page.scene.add.existing(new GasGauge(page.scene, { computer, x: 8, y: 8 }));
    const lastCell = (): number => page.pixel(8 + 4 + 7 * 9 + 3, 8 + 4 + 8);
    page.frame();
    page.frame();
    expect(lastCell()).toBe(0xc9713d);
    computer.stop();
    for (let count = 0; count < 60; count++) page.frame();
    expect(lastCell()).toBe(0x2a211e);
  });

  it("shows how full the bank is", async () => {
    const page = await openDrawnGame();
    const computer = await start(page, SLEEPING, { gasPerTick: 1_000, gasBank: 20_000 });
    page.scene.add.existing(new GasGauge(page.scene, { computer, x: 8, y: 8 }));
    // 76 pixels long, 1 pixel of frame.
    const goldUpTo = (): number => {
      let pixels = 0;
      while (pixels < 100 && page.pixel(9 + pixels, 33) === 0xe0b23f) pixels += 1;
      return pixels;
    };
    page.frame();
    const atFirst = goldUpTo();
    for (let count = 0; count < 9; count++) page.frame();
    const later = goldUpTo();
    for (let count = 0; count < 40; count++) page.frame();
    expect(atFirst).toBeLessThan(later);
    expect(later).toBeLessThan(goldUpTo());
    expect(goldUpTo()).toBe(76);
  });
});

describe("FaultLight", () => {
  it("is dark while all is well, and red with words after a crash, until the program is started again", async () => {
    const page = await openDrawnGame();
    const computer = page.scene.add.computer({ id: "a" });
    const light = page.scene.add.existing(new FaultLight(page.scene, { computer, x: 30, y: 30 }));
    page.frame();
    expect([light.signal, light.words, page.pixel(30, 32)]).toEqual(["none", "", 0x2a211e]);
    await computer.load(await assembleWat(CRASHING));
    page.frame();
    page.frame();
    expect([light.signal, light.words]).toEqual(["crashed", "Division by zero\ninteger-divide-by-zero"]);
    expect(page.pixel(30, 32)).toBe(0xef6a48);
    await computer.load(await assembleWat(BUSY));
    page.frame();
    page.frame();
    expect([light.signal, light.words]).toEqual(["none", ""]);
  });

  it("pulses after a crash", async () => {
    const page = await openDrawnGame();
    const computer = await start(page, CRASHING);
    page.scene.add.existing(new FaultLight(page.scene, { computer, x: 30, y: 30 }));
    const halo = new Set<number>();
    for (let count = 0; count < 22; count++) {
      page.frame();
      halo.add(page.pixel(30, 41));
    }
    expect(halo.size).toBeGreaterThan(5);
  });

  it("is amber for a wait that is too long, and dark again when the program goes on", async () => {
    const page = await openDrawnGame();
    const computer = await start(page, SLEEPING);
    const options = { computer, x: 30, y: 30, amberAfterTicks: 20 };
    const light = page.scene.add.existing(new FaultLight(page.scene, options));
    for (let count = 0; count < 15; count++) page.frame();
    expect(light.signal).toBe("none");
    for (let count = 0; count < 10; count++) page.frame();
    expect([light.signal, light.words]).toEqual(["waits-long", "Still waiting\nsleep_ticks"]);
    expect(page.pixel(30, 32)).toBe(0xe0b23f);
    computer.reset();
    page.frame();
    page.frame();
    expect(light.signal).toBe("none");
  });

  it("refuses what is no size and no number of ticks", async () => {
    const { scene } = await openDrawnGame();
    expect(() => new FaultLight(scene, { computer: "a", radius: 0 })).toThrow(RangeError);
    expect(() => new FaultLight(scene, { computer: "a", amberAfterTicks: 0.5 })).toThrow(RangeError);
  });
});

describe("all of them", () => {
  const add = (scene: Phaser.Scene, computer: Computer | string) => {
    const terminal = new ComputerTerminal(scene, { computer, columns: 20, rows: 4 });
    const gauge = new GasGauge(scene, { computer, y: 120 });
    const light = new FaultLight(scene, { computer, x: 20, y: 160 });
    for (const object of [terminal, gauge, light]) scene.add.existing(object);
    return { terminal, gauge, light };
  };

  it("show the computer that a load has put in the place of another", async () => {
    const page = await openDrawnGame();
    const { scene, computers, frame } = page;
    const plant = (): Computer => computers.add(scene.add.container().setName("rover"));
    const first = plant();
    const { terminal, gauge, light } = add(scene, first);
    await first.load(ECHO);
    first.type("before\n");
    for (let count = 0; count < 3; count++) frame();
    expect(terminal.text).toBe("heard before\n\n\n");
    computers.world = {
      save: () => null,
      load: () => {
        scene.children.getByName("rover")?.destroy();
        plant();
      },
    };
    await computers.save("slot");
    first.console.append("system", "forgotten\n");
    await computers.load("slot");
    frame();
    const second = computers.get("rover");
    expect(second).not.toBe(first);
    expect([terminal.computer, gauge.computer, light.computer]).toEqual([second, second, second]);
    expect(terminal.text).toBe("heard before\n\n\n");
    terminal.focus();
    await userEvent.keyboard("after{Enter}");
    for (let count = 0; count < 3; count++) frame();
    expect(terminal.text).toBe("heard before\nafter\nheard after\n");
  });

  it("show nothing while there is no such computer, and the computer when it comes", async () => {
    const page = await openDrawnGame();
    const { terminal, gauge, light } = add(page.scene, "late");
    page.frame();
    expect([terminal.text, gauge.words, light.signal]).toEqual(["\n\n\n", "off", "none"]);
    const computer = page.scene.add.computer({ id: "late" });
    computer.console.append("stdout", "here\n");
    await computer.load(await assembleWat(CRASHING));
    page.frame();
    page.frame();
    expect([terminal.text, gauge.words, light.signal]).toEqual(["here\n\n\n", "crashed", "crashed"]);
  });

  it("show a computer of another scene", async () => {
    const page = await openDrawnGame();
    const computer = page.scene.add.computer({ id: "below" });
    page.game.scene.add("above", new Phaser.Scene("above"), true);
    page.frame();
    const above = page.game.scene.getScene("above");
    above.add.computer({ id: "below" });
    const { terminal, gauge, light } = add(above, computer);
    computer.console.append("stdout", "from below\n");
    page.frame();
    expect(terminal.text).toBe("from below\n\n\n");
    expect([terminal.computer, gauge.computer, light.computer]).toEqual([computer, computer, computer]);
  });

  it("leave nothing behind when they are destroyed, or their scene is", async () => {
    const page = await openDrawnGame();
    const { scene, game, frame } = page;
    const counts = (): unknown => ({
      scene: scene.events.eventNames().map((name) => [name, scene.events.listenerCount(name)]),
      input: scene.input.eventNames().map((name) => [name, scene.input.listenerCount(name)]),
      game: game.events.eventNames().map((name) => [name, game.events.listenerCount(name)]),
      elements: document.querySelectorAll("*").length,
      children: scene.children.length,
      updated: scene.sys.updateList.getActive().length,
    });
    const live = (): Computer => {
      const computer = scene.add.computer({ id: "a" });
      const subscribe = computer.console.subscribe.bind(computer.console);
      let open = 0;
      computer.console.subscribe = (listener) => {
        const end = subscribe(listener);
        open += 1;
        return () => {
          open -= 1;
          end();
        };
      };
      const objects = Array.from({ length: 20 }, () => add(scene, computer));
      frame();
      expect(open).toBe(20);
      objects[0]?.terminal.focus();
      frame();
      for (const object of objects.flatMap((group) => Object.values(group))) object.destroy();
      frame();
      expect(open).toBe(0);
      return computer;
    };
    scene.computers.remove(live());
    const first = counts();
    scene.computers.remove(live());
    expect(counts()).toEqual(first);
    for (let round = 0; round < 10; round++) {
      const computer = scene.add.computer({ id: "a" });
      const { terminal } = add(scene, computer);
      frame();
      terminal.focus();
      frame();
      scene.scene.restart();
      frame();
    }
    expect(counts()).toEqual(first);
  });
});
