// The game objects that show a computer, drawn by the real Phaser in a real page.

import { ComputerTerminal, FaultLight, GasGauge, type Computer, type ComputerOptions } from "gasworks";
import { MemoryStore } from "gasworks/persistence";
import { createBrowserCompiler } from "gasworks/toolchain";
import * as Phaser from "phaser";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { userEvent } from "vitest/browser";

import { assembleWat } from "../support/assemble-wat.ts";
import { closeDrawnGames, openDrawnGame, type DrawnGame } from "../support/open-drawn-game.ts";

const compiler = createBrowserCompiler({ baseUrl: "/node_modules/@yowasp/clang/gen/" });
afterAll(() => compiler[Symbol.dispose]());
afterEach(closeDrawnGames);

const openRoom = (): Promise<DrawnGame> => openDrawnGame({ compiler, store: new MemoryStore() });

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
    const page = await openRoom();
    const computer = await start(page, wat);
    const gauge = page.scene.add.existing(new GasGauge(page.scene, { computer, x: 8, y: 8 }));
    for (let count = 0; count < 60; count++) page.frame();
    expect(gauge.words).toBe(words);
    computer.stop();
    page.frame();
    expect(gauge.words).toBe("off");
  });

  it("lights hot cells for a busy program, and none for one that is off", async () => {
    const page = await openRoom();
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
    const page = await openRoom();
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
    const page = await openRoom();
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
    const page = await openRoom();
    const computer = await start(page, CRASHING);
    page.scene.add.existing(new FaultLight(page.scene, { computer, x: 30, y: 30 }));
    const halo = new Set<number>();
    for (let count = 0; count < 22; count++) {
      page.frame();
      halo.add(page.pixel(30, 41));
    }
    expect(halo.size).toBeGreaterThan(5);
  });

  it("does not pulse for those who have asked for less motion", async () => {
    const asked = vi
      .spyOn(window, "matchMedia")
      .mockImplementation((query) => ({ matches: query === "(prefers-reduced-motion: reduce)" }) as MediaQueryList);
    const page = await openRoom();
    const computer = await start(page, CRASHING);
    page.scene.add.existing(new FaultLight(page.scene, { computer, x: 30, y: 30 }));
    asked.mockRestore();
    page.frame();
    page.frame();
    const halo = new Set<number>();
    for (let count = 0; count < 22; count++) {
      page.frame();
      halo.add(page.pixel(30, 41));
    }
    expect(halo.size).toBe(1);
  });

  it("is amber for a wait that is too long, and dark again when the program goes on", async () => {
    const page = await openRoom();
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
    const { scene } = await openRoom();
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
    const page = await openRoom();
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
    const page = await openRoom();
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

  it("live in a container that is moved and scaled", async () => {
    const page = await openRoom();
    const { scene, game, frame } = page;
    const computer = scene.add.computer({ id: "a" });
    const terminal = new ComputerTerminal(scene, { computer, columns: 20, rows: 2 });
    const gauge = new GasGauge(scene, { computer, y: 90 });
    const light = new FaultLight(scene, { computer, x: 20, y: 130 });
    const panel = scene.add.container(200, 20, [terminal, gauge, light]).setScale(0.5);
    await computer.load(await assembleWat(CRASHING));
    computer.console.append("stdout", "inside\n");
    frame();
    frame();
    expect([terminal.text, gauge.words, light.signal]).toEqual(["inside\n", "crashed", "crashed"]);
    expect(page.pixel(210, 86)).toBe(0xef6a48);
    await userEvent.click(game.canvas, { position: { x: 220, y: 40 } });
    frame();
    expect(terminal.isFocused).toBe(true);
    panel.destroy();
    frame();
    expect(document.querySelector('[aria-label="Console of a"]')).toBeNull();
  });

  it("show a computer of another scene", async () => {
    const page = await openRoom();
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
    const page = await openRoom();
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
