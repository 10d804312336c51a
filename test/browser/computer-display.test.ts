// A display in the game, and devices that game objects are, with the real Phaser in a real page.

import { ComputerDisplay, Crate, Display, Inventoried, PixelScreen, Positioned, type Computer } from "gasworks";
import { MemoryStore } from "gasworks/persistence";
import * as Phaser from "phaser";
import { afterEach, expect, it } from "vitest";

import { assembleWat } from "../support/assemble-wat.ts";
import { closeDrawnGames, openDrawnGame, type DrawnGame } from "../support/open-drawn-game.ts";

afterEach(closeDrawnGames);

/** Draws two yellow pixels beside each other, then sleeps. */
const DRAWING = `(module
  (import "gasworks" "sleep_ticks" (func $sleep (param i32) (result i32)))
  (import "device.display" "at" (func $at (param i32) (result i32)))
  (import "device.display" "draw" (func $draw (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\fc\\fc")
  (func (export "_start")
    (drop (call $draw (call $at (i32.const 0))
      (i32.const 2) (i32.const 1) (i32.const 2) (i32.const 1) (i32.const 0) (i32.const 2)))
    (drop (call $sleep (i32.const 1000)))))`;

async function start(page: DrawnGame, screen: PixelScreen): Promise<Computer> {
  const computer = page.scene.add.computer({ id: "a", devices: { display: Display.attach(screen) } });
  await computer.load(await assembleWat(DRAWING));
  return computer;
}

it("a display shows crisp pixels, and is drawn only when a program has changed them", async () => {
  const page = await openDrawnGame({ store: new MemoryStore() });
  const screen = new PixelScreen({ width: 8, height: 4 });
  const display = page.scene.add.existing(new ComputerDisplay(page.scene, { screen, x: 10, y: 20, scale: 5 }));
  await start(page, screen);
  for (let count = 0; count < 20; count++) page.frame();
  const row = Array.from({ length: 20 }, (_, x) => page.pixel(10 + 2 * 5 - 5 + x, 20 + 7).toString(16));
  expect(row).toEqual([...Array(5).fill("0"), ...Array(10).fill("ffff00"), ...Array(5).fill("0")]);
  expect(page.pixel(10 + 10, 20 + 4)).toBe(0);
  expect(display.drawings).toBeLessThanOrEqual(3);
  const before = page.scene.textures.getTextureKeys().length;
  display.destroy();
  expect(page.scene.textures.getTextureKeys()).toHaveLength(before - 1);
  expect(() => new ComputerDisplay(page.scene, { screen, scale: 0 })).toThrow(RangeError);
});

it("a display shows what was drawn before a save", async () => {
  const store = new MemoryStore();
  const first = await openDrawnGame({ store });
  await start(first, new PixelScreen({ width: 8, height: 4 }));
  for (let count = 0; count < 3; count++) first.frame();
  await first.computers.save("slot");
  closeDrawnGames();
  const second = await openDrawnGame({ store });
  const screen = new PixelScreen({ width: 8, height: 4 });
  second.scene.add.existing(new ComputerDisplay(second.scene, { screen, scale: 10 }));
  second.scene.add.computer({ id: "a", devices: { display: Display.attach(screen) } });
  second.frame();
  expect(second.pixel(25, 15)).toBe(0);
  await second.computers.load("slot");
  second.frame();
  expect(second.pixel(25, 15)).toBe(0xffff00);
});

it("a game object is a device for each trait that fits it", async () => {
  const page = await openDrawnGame({ store: new MemoryStore() });
  const traits = [Positioned, Inventoried];
  const plain = page.scene.add.circle(30, 40, 5).setName("plain");
  const chest = Object.assign(page.scene.add.circle(50, 60, 5).setName("chest"), { inventory: new Crate(2, [4]) });
  const own = Positioned.attach({ x: 1, y: 2 });
  const labels = ({ devices }: Computer): string[] => Object.keys(devices);
  expect(labels(page.computers.add(plain, { traits }))).toEqual(["positioned"]);
  expect(labels(page.scene.add.computer(chest, { traits }))).toEqual(["positioned", "inventory"]);
  const third = page.scene.make.computer({ gameObject: plain, id: "third", traits, devices: { positioned: own } });
  expect(third.devices).toEqual({ positioned: own });
  expect(labels(page.computers.add(new Phaser.GameObjects.Zone(page.scene, 0, 0), {}))).toEqual([]);
});
