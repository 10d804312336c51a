// Computers out of a map as Tiled writes it, read by Phaser's own loader in a real page.

import {
  Motor,
  type AddFromTiledOptions,
  type Computer,
  type MotorPort,
  type TiledComputers,
  type TiledPlace,
} from "gasworks";
import { MemoryStore, type JsonValue } from "gasworks/persistence";
import { createBrowserCompiler } from "gasworks/toolchain";
import * as Phaser from "phaser";
import { afterAll, afterEach, describe, expect, it } from "vitest";

import { assembleWat } from "../support/assemble-wat.ts";
import { closeGames, openGame, type OpenGame } from "../support/open-game.ts";

const MAP = "/test/fixtures/tiled/yard.tmj";

const SHUTTLE = {
  "main.c": `
    #include <stdio.h>
    #include "devices.h"
    int main(void) {
      motor_t wheels = motor_open("wheels");
      for (int way = 1; way <= 4; way++) {
        printf("%d tiles\\n", motor_forward(wheels, way));
        motor_turn(wheels, MOTOR_RIGHT);
        motor_turn(wheels, MOTOR_RIGHT);
      }
      return 0;
    }`,
};
const GREET = { "main.c": `#include <stdio.h>\nint main(void) { puts("hello"); return 0; }` };

const compiler = createBrowserCompiler({ baseUrl: "/node_modules/@yowasp/clang/gen/" });
afterAll(() => compiler[Symbol.dispose]());
afterEach(closeGames);

/** A cart that runs to and fro on the map; its pace is a property of its own. */
function wheelsOf({ gameObject, properties }: TiledPlace): MotorPort {
  const cart = gameObject as Phaser.GameObjects.Sprite;
  return {
    ticksPerTile: Number(properties["ticksPerTile"]),
    ticksPerTurn: 1,
    canMove: () => true,
    advance: ({ kind, ticksTotal }) => {
      if (kind === "forward") cart.x += (cart.flipX ? -16 : 16) / ticksTotal;
      else cart.angle = (cart.angle + 90) % 360;
      if (kind !== "forward" && cart.angle % 180 === 0) {
        cart.angle = 0;
        cart.flipX = !cart.flipX;
      }
    },
    halt: () => {},
  };
}

const OPTIONS: AddFromTiledOptions = {
  programs: { shuttle: SHUTTLE, greet: GREET },
  devices: { motor: (place) => Motor.attach(wheelsOf(place)) },
};

interface Yard extends OpenGame {
  /** A map of the loaded file, or of a copy that a test has changed. */
  readonly makeMap: (change?: (objects: MapObject[]) => void) => Phaser.Tilemaps.Tilemap;
}

interface MapObject {
  id: number;
  name: string;
  properties?: { name: string; type: string; value: JsonValue }[];
}

/** Has Phaser load the map and its picture. */
async function openYard(): Promise<Yard> {
  const page = await openGame({ compiler, store: new MemoryStore() });
  const { load, cache, make } = page.scene;
  load.tilemapTiledJSON("yard", MAP);
  load.spritesheet("tiles", "/assets/tiles.png", { frameWidth: 16, frameHeight: 16 });
  const complete = new Promise((resolve) => load.once(Phaser.Loader.Events.COMPLETE, resolve));
  load.start();
  const frames = setInterval(() => page.frame(0), 5);
  await complete;
  clearInterval(frames);
  const makeMap: Yard["makeMap"] = (change) => {
    const changed = structuredClone(cache.tilemap.get("yard")) as { data: { layers: { objects?: MapObject[] }[] } };
    for (const { objects } of changed.data.layers) if (objects !== undefined) change?.(objects);
    cache.tilemap.add("yard", changed);
    const map = make.tilemap({ key: "yard" });
    map.addTilesetImage("tiles", "tiles");
    return map;
  };
  return { ...page, makeMap };
}

function run({ frame }: OpenGame, ticks: number): void {
  for (let tick = 0; tick < ticks; tick++) frame(50);
}

/** Where the carts are, and what they have said. */
function look(added: TiledComputers): unknown {
  return added.computers.map(({ computer, gameObject }) => {
    const cart = gameObject as Phaser.GameObjects.Sprite | undefined;
    return [computer.id, cart?.x, cart?.flipX, computer.console.text, computer.gasUsed];
  });
}

describe("addFromTiled()", () => {
  it("gives the objects of a layer computers with devices and programs", { timeout: 120_000 }, async () => {
    const yard = await openYard();
    const added = yard.computers.addFromTiled(yard.makeMap(), "machines", OPTIONS);
    expect(added.computers.map(({ computer, object }) => [computer.id, object.id])).toEqual([
      ["cart-1", 1],
      ["second cart", 2],
      ["tiled-3", 3],
      ["spare", 4],
    ]);
    await added.loaded;
    const [first, second, beacon, spare] = added.computers;
    expect(first?.computer.state.kind).toBe("running");
    expect([first?.computer.gasPerTick, first?.computer.memoryPages]).toEqual([20_000, 16]);
    expect([second?.computer.gasPerTick, second?.computer.memoryPages, second?.computer.owner]).toEqual([
      5_000,
      8,
      "ada",
    ]);
    expect(beacon?.computer.state).toEqual({ kind: "off", hasProgram: true });
    expect(spare?.computer.state).toEqual({ kind: "off", hasProgram: false });
    expect([first?.gameObject, beacon?.gameObject]).toEqual([expect.any(Phaser.GameObjects.Sprite), undefined]);
    expect(yard.computers.of(first?.gameObject as Phaser.GameObjects.Sprite)).toBe(first?.computer);
    run(yard, 8);
    // Four ticks a tile, and two: as the tile says, and as the object says itself.
    expect(added.computers.slice(0, 2).map(({ computer }) => computer.console.text)).toEqual([
      "1 tiles\n",
      "1 tiles\n",
    ]);
    run(yard, 60);
    expect(first?.computer.console.text).toBe("1 tiles\n2 tiles\n3 tiles\n4 tiles\n");
    beacon?.computer.start();
    run(yard, 3);
    expect(beacon?.computer.console.text).toBe("hello\n");
  });

  it("adds computers that are saved in the middle of a drive, and go on", { timeout: 120_000 }, async () => {
    const yard = await openYard();
    const added = yard.computers.addFromTiled(yard.makeMap(), "machines", OPTIONS);
    const carts = added.computers.map(({ gameObject }) => gameObject as Phaser.GameObjects.Sprite | undefined);
    yard.computers.world = {
      save: () => carts.map((cart) => ({ x: cart?.x ?? 0, isBack: cart?.flipX ?? false, angle: cart?.angle ?? 0 })),
      load: (saved) => {
        for (const [index, { x, isBack, angle }] of (
          saved as { x: number; isBack: boolean; angle: number }[]
        ).entries()) {
          carts[index]?.setX(x).setFlipX(isBack).setAngle(angle);
        }
      },
    };
    await added.loaded;
    run(yard, 13);
    await yard.computers.save("mid-way");
    const atSave = look(added);
    run(yard, 30);
    const uninterrupted = look(added);
    expect(uninterrupted).not.toEqual(atSave);
    await yard.computers.load("mid-way");
    expect(look(added)).toEqual(atSave);
    run(yard, 30);
    expect(look(added)).toEqual(uninterrupted);
  });

  it("takes game objects and wasm from the game", async () => {
    const yard = await openYard();
    const wasm = await assembleWat('(module (memory (export "memory") 1) (func (export "_start") unreachable))');
    const boxes = new Map<number, Phaser.GameObjects.Rectangle>();
    const places: TiledPlace[] = [];
    const { computers, loaded } = yard.computers.addFromTiled(yard.makeMap(), "machines", {
      programs: { shuttle: wasm, greet: wasm },
      devices: {
        motor: (place) => {
          places.push(place);
          return Motor.attach(wheelsOf(place));
        },
      },
      gameObject: ({ id, x = 0, y = 0, width, height }) => {
        if (id > 2) return undefined;
        const box = yard.scene.add.rectangle(x, y, width, height);
        boxes.set(id, box);
        return box;
      },
    });
    await loaded;
    expect(computers.map(({ gameObject }) => gameObject)).toEqual([boxes.get(1), boxes.get(2), undefined, undefined]);
    expect(places.map(({ id, label, gameObject }) => [id, label, gameObject])).toEqual([
      ["cart-1", "wheels", boxes.get(1)],
      ["second cart", "wheels", boxes.get(2)],
    ]);
    expect(places[1]?.properties).toMatchObject({ ticksPerTile: 2, "computer.program": "shuttle" });
    run(yard, 1);
    expect(computers[0]?.computer.state.kind).toBe("crashed");
    boxes.get(1)?.destroy();
    expect(yard.computers.get("cart-1")).toBeUndefined();
    expect(yard.computers.get("second cart")).toBe(computers[1]?.computer);
  });

  it("knows what the class for Tiled's editor has, and has its defaults", async () => {
    const types = (await (await fetch("/docs/tiled-types.json")).json()) as {
      name: string;
      members: { name: string; value: JsonValue }[];
    }[];
    const members = types.find(({ name }) => name === "Computer")?.members ?? [];
    expect(members.length).toBeGreaterThan(0);
    const value = Object.fromEntries(members.map((member) => [member.name, member.value]));
    const yard = await openYard();
    const map = yard.makeMap(withProperties(4, { computer: value }));
    const { computers } = yard.computers.addFromTiled(map, "machines", OPTIONS);
    const computer = computers.find(({ object }) => object.id === 4)?.computer;
    const plain = yard.scene.add.computer({ id: "plain" });
    const facts = ({ owner, gasPerTick, gasBankCap, memoryPages, state }: Computer): unknown => ({
      owner,
      gasPerTick,
      gasBankCap,
      memoryPages,
      state,
    });
    expect(computer?.id).toBe("spare");
    expect(computer && facts(computer)).toEqual(facts(plain));
  });

  it("tells which programs do not load, and runs the others", { timeout: 120_000 }, async () => {
    const yard = await openYard();
    const { computers, loaded } = yard.computers.addFromTiled(yard.makeMap(), "machines", {
      ...OPTIONS,
      programs: { shuttle: SHUTTLE, greet: { "main.c": "int main(void) { return 1 }" } },
    });
    await expect(loaded).rejects.toMatchObject({
      code: "computer/tiled-program",
      message: expect.stringMatching(/object 3: its program "greet" cannot be loaded: .*main\.c:1:/) as string,
      cause: { code: "computer/compile-failed" },
    });
    expect(computers.map(({ computer }) => computer.state.kind)).toEqual(["running", "running", "off", "off"]);
  });

  it("is not disturbed by computers that are gone before their programs are there", async () => {
    const yard = await openYard();
    const { computers, loaded } = yard.computers.addFromTiled(yard.makeMap(), "machines", OPTIONS);
    computers[0]?.gameObject?.destroy();
    yard.scene.scene.restart();
    yard.frame(0);
    await loaded;
    expect(yard.computers.computers).toEqual([]);
  });
});

/** Gives an object of the map properties that replace its own. */
function withProperties(id: number, properties: Readonly<Record<string, JsonValue>>) {
  return (objects: MapObject[]): void => {
    const object = objects.find((candidate) => candidate.id === id);
    if (object === undefined) throw new Error(`The map has no object ${id}`);
    object.properties = Object.entries(properties).map(([name, value]) => ({ name, type: typeof value, value }));
  };
}

const PLACE = 'layer "machines" of map "yard"';

describe("addFromTiled() with a map that is wrong", () => {
  it.each([
    [
      "an unknown property",
      { "computer.speed": 3 },
      "property",
      'property "computer.speed": there is no such property',
    ],
    ["an unknown member of a class", { computer: { colour: "red" } }, "property", 'property "computer.colour"'],
    [
      "a text for a number",
      { "computer.gasPerTick": "many" },
      "property",
      'property "computer.gasPerTick": expected an integer',
    ],
    [
      "half a page",
      { "computer.memoryPages": 1.5 },
      "property",
      'property "computer.memoryPages": expected an integer',
    ],
    ["a number out of range", { "computer.gasPerTick": 0 }, "property", "gasPerTick 0: expected an integer from 1 to"],
    ["a number for a text", { "computer.owner": 7 }, "property", 'property "computer.owner": expected a string, got 7'],
    [
      "a text for yes or no",
      { "computer.start": "no" },
      "property",
      'property "computer.start": expected true or false',
    ],
    ["an unknown memory", { "computer.memory": "ram" }, "property", 'expected one of "own", "arena", got "ram"'],
    ["a number for a program", { computer: 5 }, "property", 'property "computer": expected the name of a program'],
    ["two programs", { computer: "greet", "computer.program": "shuttle" }, "property", 'the program "greet", and'],
    [
      "an unknown program",
      { computer: "dance" },
      "program",
      'property "computer": there is no program "dance"; the game gives "shuttle", "greet"',
    ],
    [
      "an unknown program by its long name",
      { "computer.program": "dance" },
      "program",
      'property "computer.program": there is no',
    ],
    [
      "an unknown device",
      { "computer.device.arm": "gripper" },
      "device",
      'property "computer.device.arm": there is no device "gripper"; the game gives "motor"',
    ],
    [
      "a device's name that C cannot hold",
      { "computer.device.a/b": "motor" },
      "property",
      'Cannot attach a device as "a/b"',
    ],
    [
      "the id of another object",
      { "computer.id": "cart-1" },
      "id",
      'would be "cart-1", and so is object 1 of this layer',
    ],
    ["the id of a computer of the scene", { "computer.id": "mill" }, "id", "and so is a computer of the scene"],
    [
      "a device's name that means something in JavaScript",
      { "computer.device.__proto__": "motor" },
      "property",
      'Cannot attach a device as "__proto__"',
    ],
    ["an id that is too long", { "computer.id": "x".repeat(201) }, "property", "an id of this length: 201"],
  ] as const)("refuses %s and adds nothing", async (_what, properties, reason, message) => {
    const yard = await openYard();
    const mill = yard.scene.add.computer({ id: "mill" });
    const map = yard.makeMap(withProperties(4, properties));
    const before = yard.scene.children.length;
    expect(() => yard.computers.addFromTiled(map, "machines", OPTIONS)).toThrow(
      expect.objectContaining({
        code: `computer/tiled-${reason}`,
        message: expect.stringContaining(`${PLACE}: object 4 "spare"`) as string,
      }),
    );
    expect(() => yard.computers.addFromTiled(map, "machines", OPTIONS)).toThrow(message);
    expect(yard.computers.computers).toEqual([mill]);
    expect(yard.scene.children.length).toBe(before);
  });

  it("tells apart maps that are alike, as far as they differ", async () => {
    const yard = await openYard();
    yard.scene.cache.tilemap.add("copy", structuredClone(yard.scene.cache.tilemap.get("yard")));
    const wrong = withProperties(4, { computer: "dance" });
    const map = yard.makeMap(wrong);
    expect(() => yard.computers.addFromTiled(map, "machines", OPTIONS)).toThrow(`${PLACE}: object 4`);
    yard.scene.cache.tilemap.add("copy", structuredClone(yard.scene.cache.tilemap.get("yard")));
    expect(() => yard.computers.addFromTiled(map, "machines", OPTIONS)).toThrow('map "yard" or "copy": object 4');
  });

  it("refuses a layer that is not there, and says which are", async () => {
    const yard = await openYard();
    expect(() => yard.computers.addFromTiled(yard.makeMap(), "things")).toThrow(
      expect.objectContaining({
        code: "computer/tiled-layer",
        message: expect.stringContaining(
          '"things": the map has no object layer of that name, but "machines"',
        ) as string,
      }),
    );
  });

  it("takes back everything when the game's own function throws, and works afterwards", async () => {
    const yard = await openYard();
    const map = yard.makeMap();
    const before = yard.scene.children.length;
    let calls = 0;
    const broken: AddFromTiledOptions = {
      ...OPTIONS,
      devices: {
        motor: (place) => {
          calls += 1;
          if (calls === 2) throw new Error("no wheels left");
          return Motor.attach(wheelsOf(place));
        },
      },
    };
    expect(() => yard.computers.addFromTiled(map, "machines", broken)).toThrow("no wheels left");
    expect(yard.computers.computers).toEqual([]);
    expect(yard.scene.children.length).toBe(before);
    const { computers, loaded } = yard.computers.addFromTiled(map, "machines", OPTIONS);
    expect(computers).toHaveLength(4);
    await loaded;
  });
});

describe("remove()", () => {
  it("takes a computer away and leaves its game object", async () => {
    const { computers, scene } = await openGame({ store: new MemoryStore() });
    const cart = scene.add.container().setName("cart");
    const [first, second] = [computers.add(cart), computers.add(cart, { id: "second" })];
    computers.remove(first);
    expect([computers.of(cart), computers.computers, cart.active]).toEqual([second, [second], true]);
    // Another of the same id is another.
    const third = computers.add({ id: "cart" });
    computers.remove(first);
    expect(computers.get("cart")).toBe(third);
    cart.destroy();
    expect(computers.computers).toEqual([third]);
  });
});
