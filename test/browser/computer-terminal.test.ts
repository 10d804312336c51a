// The terminal, drawn by the real Phaser in a real page, with the page's own keyboard and mouse.

import { ComputerTerminal, CONSOLE_LIMITS, type Computer } from "gasworks";
import { MemoryStore } from "gasworks/persistence";
import { createBrowserCompiler } from "gasworks/toolchain";
import * as Phaser from "phaser";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { userEvent } from "vitest/browser";

import { closeDrawnGames, openDrawnGame, type DrawnGame } from "../support/open-drawn-game.ts";

const compiler = createBrowserCompiler({ baseUrl: "/node_modules/@yowasp/clang/gen/" });
afterAll(() => compiler[Symbol.dispose]());
afterEach(closeDrawnGames);

const openRoom = (): Promise<DrawnGame> => openDrawnGame({ compiler, store: new MemoryStore() });

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
    const page = await openRoom();
    const computer = page.scene.add.computer({ id: "a" });
    const terminal = show(page, computer);
    for (const [stream, part] of parts) computer.console.append(stream, part);
    page.frame();
    expect(terminal.text).toBe(text);
  });

  it("draws each stream in a color of its own, on the screen", async () => {
    const page = await openRoom();
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
    const page = await openRoom();
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
    const page = await openRoom();
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
    const page = await openRoom();
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
    const page = await openRoom();
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
    const page = await openRoom();
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
    const page = await openRoom();
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

  it("scrolls with the wheel, which the game does not get, and with keys", async () => {
    const page = await openRoom();
    const { scene, game, frame } = page;
    const computer = scene.add.computer({ id: "a" });
    const terminal = show(page, computer, 3);
    for (let line = 0; line < 20; line++) computer.console.append("stdout", `line ${line}\n`);
    frame();
    const ofGame = vi.fn<() => void>();
    scene.input.on("wheel", ofGame);
    const { left, top } = game.canvas.getBoundingClientRect();
    const turn = (x: number, y: number, deltaY: number): void => {
      const place = { clientX: left + x, clientY: top + y, bubbles: true, cancelable: true };
      game.canvas.dispatchEvent(new MouseEvent("mousemove", place));
      game.canvas.dispatchEvent(new WheelEvent("wheel", { ...place, deltaY }));
      frame();
    };
    turn(60, 50, -120);
    expect([terminal.scrolledRows, ofGame.mock.calls.length]).toEqual([3, 0]);
    turn(390, 230, -120);
    expect([terminal.scrolledRows, ofGame.mock.calls.length]).toEqual([3, 1]);
    terminal.focus();
    await userEvent.keyboard("{PageUp}");
    frame();
    expect(terminal.text).toBe("line 12\nline 13\nline 14");
    await userEvent.keyboard("{PageDown}{PageDown}");
    frame();
    expect(terminal.scrolledRows).toBe(0);
  });

  it("refuses what is no size", async () => {
    const { scene } = await openRoom();
    const make = (options: object) => () => new ComputerTerminal(scene, { computer: "a", ...options });
    expect(make({ columns: 7 })).toThrow(RangeError);
    expect(make({ rows: 1.5 })).toThrow(RangeError);
    expect(make({ fontSize: 0 })).toThrow(RangeError);
  });
});
