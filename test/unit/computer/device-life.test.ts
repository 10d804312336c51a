// Devices that come, go and change: while programs run, and between a save and its load.

import {
  command,
  ComputerWorld,
  defineDevice,
  defineTrait,
  devicesOf,
  done,
  flag,
  i32,
  pending,
  port,
  query,
  task,
  u32,
  type ComputersSave,
  type DeviceMembers,
  type Migration,
} from "gasworks/computer";
import { describe, expect, it, vi } from "vitest";

import { sharedCompiler } from "../../../bench/compile-freestanding.ts";
import { sharedPreparer } from "../../support/shared-preparer.ts";

vi.setConfig({ testTimeout: 120_000 });

/** A pump of some version; later ones call things otherwise. */
function pumpOf(version: number, migrate: Record<number, Migration> = {}) {
  const log: string[] = [];
  const members: DeviceMembers<string[]> = {
    queries: { look: query({ doc: "Looks.", returns: "7", cost: 1 }, () => 7) },
    tasks: {
      pump: task(
        {
          doc: "Pumps.",
          args: { ticks: u32("How long") },
          returns: "5",
          cost: 1,
          state: { left: u32("How long still") },
        },
        {
          start: (_log, args) => pending({ left: args.ticks }),
          tick: (_log, { left }) => (left === 0 ? done(5) : pending({ left: left - 1 })),
          cancel: (own, { left }) => own.push(`cancel ${left}`),
        },
      ),
    },
    migrate,
  };
  const head = { type: "pump", doc: "Pumps.", version, port: port<string[]>(), state: { litres: u32("Litres") } };
  return { log, pump: defineDevice(head, members as never) };
}

const WAITER = `
#include <stdio.h>
#include <gasworks.h>
#include <devices.h>

int main(void) {
  pump_t pump = pump_open("well");
  int beside = pump_pump_start(pump, 30);
  printf("pump %d\\n", pump_pump(pump, 20));
  printf("beside %d\\n", task_wait(beside));
  event_t event;
  while (event_wait(&event, 2) == 1) printf("lost %d %d\\n", event.type == EVENT_DEVICE_LOST, event.device == pump);
  printf("%d %d %d\\n", pump_look(pump), pump_open("well"), device_count());
  pump_t other = pump_open("well");
  while (other < 0) { sleep_ticks(1); other = pump_open("well"); }
  printf("again %d %d %d\\n", other != pump, pump_look(other), pump_look(pump));
}
`;

async function waiting(version = 1) {
  const { pump, log } = pumpOf(version);
  const world = new ComputerWorld({ compiler: sharedCompiler, preparer: sharedPreparer });
  const computer = world.add({ id: "a", devices: { well: pump.attach(log) } });
  const lost: unknown[] = [];
  computer.on("device-lost", (told) => lost.push(told));
  await computer.load({ "main.c": WAITER });
  for (let tick = 0; tick < 4; tick++) world.runTick();
  return { world, computer, pump, log, lost };
}

async function restored(save: ComputersSave, pump: ReturnType<typeof pumpOf>["pump"] | undefined, label = "well") {
  const world = new ComputerWorld({ compiler: sharedCompiler, preparer: sharedPreparer });
  const computer = world.add({ id: "a", devices: pump === undefined ? {} : { [label]: pump.attach([]) } });
  const lost: unknown[] = [];
  computer.on("device-lost", (told) => lost.push(told));
  await world.restore(save);
  return { world, computer, lost };
}

describe("a device that is detached while a program waits for it", () => {
  it("gives ERR_GONE, tells the program and the game, and cancels the tasks", async () => {
    const { world, computer, log, lost, pump } = await waiting();
    computer.detach("well");
    expect(log).toEqual(["cancel 26", "cancel 16"]);
    expect(lost).toEqual([{ label: "well", type: "pump" }]);
    for (let tick = 0; tick < 6; tick++) world.runTick();
    expect(computer.console.text).toBe("pump -4\nbeside -4\nlost 1 1\n-4 -1 0\n");
    computer.attach("well", pump.attach([]));
    world.runTick();
    world.runTick();
    expect(computer.console.text).toMatch(/again 1 7 -4\n$/);
  });

  it("is the same for a device that is not there any more when a save is loaded", async () => {
    const { world } = await waiting();
    for (const label of ["another", undefined]) {
      const next = await restored(world.capture(), label === undefined ? undefined : pumpOf(1).pump, label);
      expect(next.lost).toEqual([{ label: "well", type: "pump" }]);
      for (let tick = 0; tick < 6; tick++) next.world.runTick();
      expect(next.computer.console.text).toMatch(/^pump -4\nbeside -4\nlost 1 1\n-4 -1 /);
    }
  });

  it("is saved and loaded after it has gone", async () => {
    const { world, computer } = await waiting();
    computer.detach("well");
    world.runTick();
    const next = await restored(world.capture(), undefined);
    for (const each of [world, next.world]) for (let tick = 0; tick < 6; tick++) each.runTick();
    expect(next.computer.console.text).toBe(computer.console.text);
    expect(next.world.capture()).toEqual(world.capture());
  });

  it("belongs to one computer at a time", async () => {
    const { world, computer, pump, log } = await waiting();
    const device = pump.attach(log);
    computer.attach("second", device);
    expect(() => world.add({ id: "b", devices: { mine: device } })).toThrow(
      'Cannot attach the pump as "mine" of computer "b": it is "second" of computer "a". Attach another one',
    );
    expect(world.get("b")).toBeUndefined();
    expect(() => computer.attach("well", pump.attach(log))).toThrow(/detach the first one before/);
    computer.detach("second");
    world.add({ id: "b", devices: { mine: device } });
    world.remove("b");
    world.add({ id: "c", devices: { mine: device } });
  });
});

describe("a save of another version of a device", () => {
  it("is refused by an earlier version, and leaves everything as it was", async () => {
    const { world } = await waiting(2);
    const save = world.capture();
    const { pump, log } = pumpOf(1);
    const next = new ComputerWorld({ compiler: sharedCompiler, preparer: sharedPreparer });
    const device = pump.attach(log);
    const computer = next.add({ id: "a", devices: { well: device } });
    const before = next.capture();
    await expect(next.restore(save)).rejects.toMatchObject({
      code: "computer/device-version",
      message: 'Cannot restore "well" of computer "a": the save has version 2 of the device "pump", this game has 1',
    });
    expect(next.capture()).toEqual(before);
    expect(computer.state).toEqual({ kind: "off", hasProgram: false });
  });

  it("goes through the migrations, one after the other", async () => {
    const { world } = await waiting();
    const save = world.capture();
    const { pump } = pumpOf(3, {
      1: {
        state: (old) => ({ litres: Number(old["litres"]) + 40 }),
        tasks: { pump: (state) => ({ left: Number((state as { left: number }).left) - 10 }) },
      },
      2: { state: (old) => ({ litres: Number(old["litres"]) * 2 }) },
    });
    const next = new ComputerWorld({ compiler: sharedCompiler, preparer: sharedPreparer });
    const device = pump.attach([]);
    const computer = next.add({ id: "a", devices: { well: device } });
    await next.restore(save);
    expect(device.state).toEqual({ litres: 80 });
    for (let tick = 0; tick < 9; tick++) next.runTick();
    expect(computer.console.text).toBe("pump 5\n");
  });

  it("breaks off a task that the new version does not know, and the program hears of it", async () => {
    const { world } = await waiting();
    const { pump } = pumpOf(2, { 1: { tasks: { pump: () => null } } });
    const next = await restored(world.capture(), pump);
    for (let tick = 0; tick < 3; tick++) next.world.runTick();
    expect(next.computer.console.text).toContain("pump -7\nbeside -7\n");
  });

  it("is refused where the declaration changed under the same version", async () => {
    const { world } = await waiting();
    const other = defineDevice(
      { type: "pump", doc: "Pumps.", port: port<string[]>() },
      { commands: { pump: command({ doc: "Pumps.", args: { on: flag("On?") }, cost: 1 }, () => {}) } },
    );
    const next = new ComputerWorld({ compiler: sharedCompiler, preparer: sharedPreparer });
    next.add({ id: "a", devices: { well: other.attach([]) } });
    await expect(next.restore(world.capture())).rejects.toMatchObject({
      code: "computer/device-changed",
      message: expect.stringMatching(/declared otherwise, under the same version 1. Give it version 2/),
    });
  });
});

describe("a hot load", () => {
  const COUNTER = (words: string) => `
#include <stdio.h>
#include <gasworks.h>
int main(void) {
  for (int i = 0; i < 100; i++) { printf("${words} %d\\n", i); sleep_ticks(2); }
}`;

  it("lets the old program run until the new one is ready, and goes back to where it stood", async () => {
    const world = new ComputerWorld({ compiler: sharedCompiler, preparer: sharedPreparer });
    const computer = world.add({ id: "a" });
    await computer.load({ "main.c": COUNTER("old") });
    for (let tick = 0; tick < 3; tick++) world.runTick();
    expect(computer.canGoBack).toBe(false);
    const loading = computer.load({ "main.c": COUNTER("new") }, { hot: true });
    for (let tick = 0; tick < 2; tick++) world.runTick();
    expect(computer.console.text).toBe("old 0\nold 1\nold 2\n");
    await loading;
    for (let tick = 0; tick < 2; tick++) world.runTick();
    expect(computer.console.text).toBe("old 0\nold 1\nold 2\nnew 0\n");
    computer.goBack();
    expect(computer.canGoBack).toBe(false);
    expect(computer.sources?.["main.c"]).toContain("old");
    for (let tick = 0; tick < 4; tick++) world.runTick();
    expect(computer.console.text).toBe("old 0\nold 1\nold 2\nnew 0\nold 3\nold 4\n");
    expect(() => computer.goBack()).toThrow(expect.objectContaining({ code: "computer/no-earlier-program" }));
  });

  it("changes nothing when the new program is refused", async () => {
    const world = new ComputerWorld({ compiler: sharedCompiler, preparer: sharedPreparer });
    const computer = world.add({ id: "a" });
    await computer.load({ "main.c": COUNTER("old") });
    world.runTick();
    await expect(computer.load({ "main.c": "int main(void) { return x; }" }, { hot: true })).rejects.toMatchObject({
      code: "computer/compile-failed",
    });
    for (let tick = 0; tick < 2; tick++) world.runTick();
    expect(computer.console.text).toBe("old 0\nold 1\n");
    expect(computer.sources?.["main.c"]).toContain("old");
  });

  it("breaks off the calls that the old program was waiting in", async () => {
    const { world, computer, log } = await waiting();
    await computer.load({ "main.c": COUNTER("new") }, { hot: true });
    expect(log).toEqual(["cancel 26", "cancel 16"]);
    world.runTick();
    computer.goBack();
    for (let tick = 0; tick < 3; tick++) world.runTick();
    expect(computer.console.text).toContain("pump -7\nbeside -7\n");
  });
});

describe("a trait", () => {
  const hasXY = (thing: unknown): thing is { x: number; y: number } =>
    typeof thing === "object" && thing !== null && "x" in thing && "y" in thing;
  const Positioned = defineTrait(
    { type: "position", doc: "Knows where it is.", fits: hasXY },
    {
      queries: {
        read: query(
          { doc: "Tells where it is.", gives: { x: i32("x"), y: i32("y") }, returns: "0", cost: 5 },
          (thing) => ({ x: thing.x, y: thing.y }),
        ),
      },
    },
  );

  it("gives its device to everything that has the shape, and to nothing else", async () => {
    const world = new ComputerWorld({ compiler: sharedCompiler, preparer: sharedPreparer });
    const rover = { x: 3, y: 4 };
    const devices = devicesOf(rover, [Positioned]);
    expect(devicesOf({ x: 3 }, [Positioned])).toEqual({});
    expect(devicesOf(null, [Positioned])).toEqual({});
    const computer = world.add({ id: "a", devices });
    await computer.load({
      "main.c": `
#include <stdio.h>
#include <devices.h>
int main(void) {
  position_read_t at;
  position_read(position_open("position"), &at);
  printf("%d %d\\n", at.x, at.y);
}`,
    });
    world.runTick();
    expect(computer.console.text).toBe("3 4\n");
  });

  it("is refused twice for one thing", () => {
    expect(() => devicesOf({ x: 1, y: 2 }, [Positioned, Positioned])).toThrow(/two traits of the type "position"/);
  });
});
