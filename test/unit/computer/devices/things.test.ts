// What the game sees of lamps, doors, screens, keys and crates.

import {
  Crate,
  devicesOf,
  Display,
  Door,
  Inventoried,
  Keyboard,
  keyNumber,
  Keys,
  Lamp,
  PixelScreen,
  Positioned,
  type DoorPort,
  type LampLight,
} from "gasworks/computer";
import type { JsonValue } from "gasworks/persistence";
import { describe, expect, it, vi } from "vitest";

import { DeviceRun, type Site } from "../../../support/device-run.ts";

vi.setConfig({ testTimeout: 60_000 });

const NOTHING = { save: (): JsonValue => null, load: () => {} };

function site(devices: Site["devices"]): Site {
  return { devices, ...NOTHING };
}

describe("Lamp", () => {
  it("has the game draw it when it changes, and dark when it goes", async () => {
    const shown: LampLight[] = [];
    const run = await DeviceRun.start(
      site({ red: Lamp.attach({ show: (light) => shown.push(light) }) }),
      `lamp_t lamp = lamp_at(0); lamp_set_color(lamp, 0xff0000); lamp_switch_on(lamp);`,
    );
    run.tick(2);
    run.computer.detach("red");
    expect(shown).toEqual([
      { isLit: false, color: 0xffffff },
      { isLit: false, color: 0xff0000 },
      { isLit: true, color: 0xff0000 },
      { isLit: false, color: 0xff0000 },
    ]);
  });
});

describe("Door", () => {
  it("is drawn on its way, tick by tick", async () => {
    const show = vi.fn<DoorPort["show"]>();
    const run = await DeviceRun.start(
      site({ gate: Door.attach({ travelTicks: 4, show }) }),
      "door_slide_open(door_at(0));",
    );
    run.tick(6);
    expect(show.mock.calls.flat()).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it.each([0, 1.5, 100_001])("cannot take %s ticks", async (travelTicks) => {
    const run = new DeviceRun(site({ gate: Door.attach({ travelTicks, show: () => {} }) }));
    expect(run.errors).toEqual([expect.any(RangeError)]);
  });
});

describe("Display", () => {
  const size = { width: 5, height: 4 };

  async function draw(program: string): Promise<PixelScreen> {
    const screen = new PixelScreen(size);
    const run = await DeviceRun.start(
      site({ screen: Display.attach(screen) }),
      `display_t d = display_at(0); ${program}`,
    );
    run.tick(2);
    expect(run.errors).toEqual([]);
    return screen;
  }

  function rowsOf({ pixels, width, height }: PixelScreen): string[] {
    return Array.from({ length: height }, (_, row) => [...pixels.subarray(row * width, (row + 1) * width)].join(" "));
  }

  it("takes a block of pixels in one call, and leaves out what lies outside", async () => {
    const screen = await draw(`unsigned char p[] = {1, 2, 3, 4, 5, 6};
      display_draw(d, 1, 1, 3, 2, p, 6);
      display_draw(d, -1, -1, 2, 2, p, 4);
      display_draw(d, 4, 3, 3, 2, p, 6);`);
    expect(rowsOf(screen)).toEqual(["4 0 0 0 0", "0 1 2 3 0", "0 4 5 6 0", "0 0 0 0 1"]);
  });

  it("draws the rows for which there are bytes", async () => {
    const screen = await draw(`unsigned char p[] = {1, 2, 3, 4, 5};
      display_clear(d, 9);
      display_draw(d, 0, 0, 3, 3, p, 5);`);
    expect(rowsOf(screen)).toEqual(["1 2 3 9 9", "4 5 9 9 9", "9 9 9 9 9", "9 9 9 9 9"]);
  });

  it("fills blocks, far ones included", async () => {
    const screen = await draw(
      `display_fill(d, 3, -2, 60000, 4, 7); display_fill(d, 2147483647, -2147483647, 9, 9, 8);`,
    );
    expect(rowsOf(screen)).toEqual(["0 0 0 7 7", "0 0 0 7 7", "0 0 0 0 0", "0 0 0 0 0"]);
  });

  it("tells the game that something has changed, and which color that is", async () => {
    const still = await draw("");
    const screen = await draw("display_fill(d, 0, 0, 1, 1, DISPLAY_YELLOW); display_fill(d, 1, 0, 1, 1, 0x49);");
    expect(screen.revision).toBeGreaterThan(still.revision);
    expect([screen.colorAt(0, 0), screen.colorAt(1, 0), screen.colorAt(9, 9)]).toEqual([0xffff00, 0x494955, 0]);
  });

  it.each([
    [0, 5],
    [1.5, 2],
    [300, 300],
  ])("cannot be %s by %s", (width, height) => {
    expect(() => new PixelScreen({ width, height })).toThrow(RangeError);
  });
});

describe("Keyboard", () => {
  it("has a number for each key, the same with and without Shift", () => {
    expect(["a", "A", " ", "ä", "Enter", "ArrowLeft"].map(keyNumber)).toEqual([97, 97, 32, 228, 10, 0x110002]);
    expect(["", "F1", "Unidentified"].map(keyNumber)).toEqual([undefined, undefined, undefined]);
  });

  it("holds sixteen keys at once, and does not hear more", async () => {
    const keys = new Keys();
    const device = Keyboard.attach(keys);
    const run = await DeviceRun.start(site({ keys: device }), "");
    for (const letter of "abcdefghijklmnopqrstuvwxyz") keys.press(letter);
    keys.press("a");
    expect(device.state.down.map((key) => String.fromCodePoint(key)).join("")).toBe("abcdefghijklmnop");
    keys.releaseAll();
    expect([device.state.down, run.errors]).toEqual([[], []]);
  });
});

describe("Crate", () => {
  it("takes what there is room for and gives what is in it", () => {
    const crate = new Crate(2, [4]);
    expect([crate.put(5), crate.put(6), crate.take(4), crate.take(4)]).toEqual([true, false, true, false]);
    expect(crate.items).toEqual([5]);
    expect(() => new Crate(1, [1, 2])).toThrow(RangeError);
  });
});

describe("traits", () => {
  it("give a device to each thing that has the shape", () => {
    const traits = [Positioned, Inventoried];
    const inventory = new Crate(1);
    const labels = (thing: unknown): string[] => Object.keys(devicesOf(thing, traits));
    expect([{ x: 1, y: 2, inventory }, { x: 1, y: 2 }, { inventory }, { inventory: [] }, null].map(labels)).toEqual([
      ["positioned", "inventory"],
      ["positioned"],
      ["inventory"],
      [],
      [],
    ]);
  });
});
