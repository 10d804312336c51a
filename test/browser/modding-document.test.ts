// The mod of docs/modding.md in a game, as it stands there: attached by code and by a Tiled map, saved, and missed.

import { ComputerWorld, importMod, MissingModsError, ModSet } from "gasworks";
import { MemoryStore } from "gasworks/persistence";
import { createBrowserCompiler } from "gasworks/toolchain";
import * as Phaser from "phaser";
import { afterAll, afterEach, expect, it, vi } from "vitest";

import modding from "../../docs/modding.md?raw";
import { closeGames, openGame } from "../support/open-game.ts";

const compiler = createBrowserCompiler({ baseUrl: "/node_modules/@yowasp/clang/gen/" });
afterAll(() => compiler[Symbol.dispose]());
afterEach(closeGames);

it("the scene's drill bores, and its save is loaded only with the mod", { timeout: 120_000 }, async () => {
  const { mods, Site } = await import("virtual:modding/site.ts");
  const store = new MemoryStore();
  const page = await openGame({ compiler, store, mods });
  const site = new Site("site");
  page.game.scene.add("site", site, true);
  page.frame(0);
  const driller = site.computers.get("driller");
  await vi.waitFor(() => expect(driller?.state.kind).toBe("running"), { timeout: 90_000 });
  for (let frame = 0; frame < 2; frame++) page.frame(50);
  await site.computers.save("half-way");
  const { depth } = site.robot.hole;
  for (let frame = 0; frame < 10; frame++) page.frame(50);
  expect(site.robot.hole.depth).toBe(8);
  expect(driller?.console.text).toBe("8 metres\n");
  await site.computers.load("half-way");
  expect(site.robot.hole).toEqual({ depth, gear: 2 });
  expect(depth).toBeLessThan(8);

  // Phaser would give the second game of the page the first one's plugin.
  closeGames();
  const without = await openGame({ compiler, store });
  const world = { save: vi.fn<() => null>(() => null), load: vi.fn<() => void>() };
  without.computers.world = world;
  const error: unknown = await without.computers.load("half-way").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(MissingModsError);
  expect(error).toMatchObject({
    code: "computer/mods-missing",
    missing: [{ name: "mining", version: "1.2.0", present: undefined, reason: "missing" }],
  });
  expect(world.load).not.toHaveBeenCalled();
  expect(without.computers.computers).toEqual([]);

  // What a game without mods has saved needs none.
  without.computers.world = undefined;
  await without.computers.save("empty");
  closeGames();
  await expect((await openGame({ store, mods })).computers.load("empty")).resolves.toMatchObject({ damaged: [] });
});

it("an object of a Tiled map has the mod's device and program", { timeout: 120_000 }, async () => {
  const { mods } = await import("virtual:modding/site.ts");
  const page = await openGame({ compiler, store: new MemoryStore() });
  const robot = Object.assign(page.scene.add.rectangle(0, 0, 16, 16), { hole: { depth: 0, gear: 1 } });
  const properties = { "computer.device.drill": "drill", "computer.program": "mining/twice", "drill.gear": 3 };
  const map = mapWith(page.scene, properties);
  const options = { devices: mods.devices, programs: mods.programs, gameObject: () => robot };
  const { computers, loaded } = page.computers.addFromTiled(map, "machines", options);
  await loaded;
  expect(robot.hole.gear).toBe(3);
  for (let frame = 0; frame < 10; frame++) page.frame(50);
  expect(computers[0]?.computer.console.text).toBe("8 metres\n");

  const wrong = mapWith(page.scene, { ...properties, "computer.id": "other", "drill.gear": 9 });
  expect(() => page.computers.addFromTiled(wrong, "machines", options)).toThrow(
    'Cannot attach the device "drill" of the mod "mining": its property "gear" is 9: expected an integer ≥ 1 and ≤ 3',
  );
  expect(page.computers.computers).toHaveLength(1);
});

it("a page imports a mod from its address", async () => {
  const source = 'export const manifest = { name: "far", version: "2.0.1", abi: 1 };';
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  expect(new ModSet([await importMod(url)]).saved).toEqual([{ name: "far", version: "2.0.1" }]);
  await expect(importMod("mods/nowhere.js")).rejects.toMatchObject({ code: "computer/mod-unavailable" });
});

/** A map with one object. */
function mapWith(scene: Phaser.Scene, properties: Readonly<Record<string, string | number>>): Phaser.Tilemaps.Tilemap {
  const data = {
    width: 1,
    height: 1,
    tilewidth: 16,
    tileheight: 16,
    orientation: "orthogonal",
    version: "1.10",
    tilesets: [],
    layers: [
      {
        type: "objectgroup",
        name: "machines",
        visible: true,
        opacity: 1,
        objects: [
          {
            id: 1,
            name: "driller",
            x: 0,
            y: 0,
            width: 16,
            height: 16,
            rotation: 0,
            visible: true,
            properties: Object.entries(properties).map(([name, value]) => ({ name, type: typeof value, value })),
          },
        ],
      },
    ],
  };
  scene.cache.tilemap.add("site", { format: Phaser.Tilemaps.Formats.TILED_JSON, data });
  return scene.make.tilemap({ key: "site" });
}

it("the boiler keeps its logs, tells when it is hot, and listens to its valve", { timeout: 120_000 }, async () => {
  const { Boiler } = await import("virtual:modding/boiler.ts");
  const [program] = [...modding.matchAll(/```c\n\/\/ boiler\.c\n([^]*?)```/g)].map(([, text = ""]) => text);
  const world = new ComputerWorld({ compiler });
  const port = { temperature: 20 };
  const boiler = Boiler.attach(port);
  const computer = world.add({ id: "a", devices: { boiler } });
  await computer.load({ "main.c": program ?? "" });
  for (let tick = 0; tick < 6; tick++) world.runTick();
  expect(computer.console.text).toBe("60 degrees, 9 logs\n100 degrees, 8 logs\nhot, 8 logs left\n");
  expect(boiler.state.logs).toBe(8);
  expect(port.temperature).toBe(95);
  world.remove("a");
  expect(port.temperature).toBe(20);
});
