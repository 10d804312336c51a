// Tasks that wait are left alone until something happens. Nothing of that may be seen but the time it saves.

import {
  Button,
  command,
  ComputerWorld,
  Console,
  defineDevice,
  done,
  f64,
  i32,
  pending,
  port,
  PushButton,
  Radio,
  RadioNetwork,
  task,
  Timers,
  u32,
  type AttachedDevice,
  type VmFactory,
} from "gasworks/computer";
import type { JsonValue } from "gasworks/persistence";
import { createVm, restoreVm, type Vm } from "gasworks/vm";
import { strike, temple, world as templeWorld } from "virtual:modding/temple.ts";
import { describe, expect, it, vi } from "vitest";

import { sharedCompiler } from "../../../bench/compile-freestanding.ts";
import { sharedPreparer } from "../../support/shared-preparer.ts";

vi.setConfig({ testTimeout: 120_000 });

/** What bells can be rung by: all that share one. */
interface Tower {
  readonly log: string[];
  readonly bells: { wake(): void }[];
  /** Which bell rings when its next one does. */
  readonly links: Map<string, string>;
  readonly rung: Set<string>;
}

/** A bell of a tower: programs wait until it rings. */
interface BellPort {
  readonly name: string;
  readonly tower: Tower;
}

const Bell = defineDevice(
  {
    type: "bell",
    doc: "A bell in a tower.",
    port: port<BellPort>(),
    state: { asked: u32("How often its tasks were asked") },
  },
  {
    commands: {
      ring: command({ doc: "Rings all bells.", cost: 10 }, ({ tower }) => {
        tower.rung.add("all");
        for (const bell of tower.bells) bell.wake();
      }),
    },
    tasks: {
      wait: task(
        {
          doc: "Waits until it rings.",
          args: { ticks: i32("For how long at most; 0 for ever") },
          returns: "0 if it rang, else 1",
          cost: 10,
          state: { until: f64("When it is given up; 0 for never") },
        },
        {
          start: (_port, { ticks }, { tick }) => rest(ticks === 0 ? 0 : tick + ticks),
          tick: ({ name, tower }, { until }, bell) => {
            bell.state.asked += 1;
            tower.log.push(`${bell.tick} ${name}`);
            if (tower.rung.has(name) || tower.rung.has("all")) {
              const linked = tower.links.get(name);
              if (linked !== undefined) tower.rung.add(linked);
              for (const other of tower.bells) other.wake();
              return done(0);
            }
            return bell.tick === until ? done(1) : rest(until);
          },
        },
      ),
      fail: task(
        { doc: "Waits for no time at all.", returns: "nothing", cost: 10 },
        { start: () => pending(0, { until: Number.NaN }), tick: () => done(0) },
      ),
    },
    lifecycle: { attach: ({ tower }, bell) => void tower.bells.push(bell) },
  },
);

function rest(until: number) {
  return pending({ until }, { until: until === 0 ? Infinity : until });
}

/** Computers with a bell each, by name. */
class Belfry {
  readonly tower: Tower = { log: [], bells: [], links: new Map(), rung: new Set() };
  readonly errors: unknown[] = [];
  readonly world: ComputerWorld;

  constructor(names: readonly string[]) {
    this.world = new ComputerWorld({
      compiler: sharedCompiler,
      preparer: sharedPreparer,
      onError: (error) => this.errors.push(error),
    });
    for (const name of names) {
      this.world.add({ id: name, gasPerTick: 100_000, devices: { bell: Bell.attach({ name, tower: this.tower }) } });
    }
  }

  async load(name: string, body: string): Promise<void> {
    const source = `#include <stdio.h>\n#include "devices.h"\nint main(void) { bell_t bell = bell_open("bell"); ${body} }`;
    await this.world.get(name)?.load({ "main.c": source });
  }

  /** A bell rings of its own accord, between two ticks. */
  ring(name: string): void {
    this.tower.rung.add(name);
    for (const bell of this.tower.bells) bell.wake();
  }

  runUntil(tick: number): this {
    while (this.world.tick < tick) this.world.runTick();
    return this;
  }

  get texts(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.world.computers.map(({ id, console }) => [id, console.text]));
  }
}

const WAIT = `printf("%d", bell_wait(bell, 0)); printf(" at %lld", tick_now()); return 0;`;

describe("a task that waits for something", () => {
  it("is asked when its device is woken, and not before", async () => {
    const belfry = new Belfry(["a"]);
    await belfry.load("a", WAIT);
    belfry.runUntil(10);
    expect(belfry.tower.log).toEqual([]);
    belfry.world.computers[0]?.type("");
    belfry.runUntil(20);
    expect(belfry.tower.log).toEqual([]);
    belfry.tower.bells[0]?.wake();
    belfry.runUntil(30);
    expect(belfry.tower.log).toEqual(["20 a"]);
    belfry.ring("a");
    belfry.runUntil(40);
    expect(belfry.tower.log).toEqual(["20 a", "30 a"]);
    expect(belfry.texts).toEqual({ a: "0 at 31" });
  });

  it("is asked in the tick until which it waits", async () => {
    const belfry = new Belfry(["a"]);
    await belfry.load(
      "a",
      `sleep_ticks(2); printf("%d", bell_wait(bell, 7)); printf(" at %lld", tick_now()); return 0;`,
    );
    belfry.runUntil(20);
    expect(belfry.tower.log).toEqual(["9 a"]);
    expect(belfry.texts).toEqual({ a: "1 at 10" });
  });

  it("is asked beside a program that sleeps, reads its input or waits for an event, and stays there", async () => {
    for (const [call, ends] of [
      ["sleep_ticks(30)", 30],
      ["getchar()", Infinity],
      ["event_wait(&event, -1)", Infinity],
    ] as const) {
      const belfry = new Belfry(["a"]);
      await belfry.load("a", `event_t event; bell_wait_start(bell, 0); bell_wait_start(bell, 5); ${call}; return 0;`);
      belfry.runUntil(9);
      belfry.ring("a");
      belfry.runUntil(29);
      expect(belfry.tower.log, call).toEqual(["5 a", "9 a"]);
      expect(belfry.world.computers[0]?.state.kind, call).toBe("waiting");
      belfry.runUntil(31);
      expect(belfry.world.computers[0]?.state.kind, call).toBe(ends === 30 ? "exited" : "waiting");
    }
  });

  it("is asked in the tick in which a command wakes it, also if its computer is further up", async () => {
    const belfry = new Belfry(["a", "b", "c"]);
    await belfry.load("a", WAIT);
    await belfry.load("b", `sleep_ticks(4); bell_ring(bell); sleep_ticks(9); return 0;`);
    await belfry.load("c", WAIT);
    belfry.runUntil(10);
    expect(belfry.tower.log).toEqual(["4 a", "4 c"]);
    expect(belfry.texts).toEqual({ a: "0 at 5", b: "", c: "0 at 5" });
  });

  it("is asked in the same tick if a task wakes it whose turn comes before, else in the next", async () => {
    const belfry = new Belfry(["a", "b", "c", "d"]);
    for (const name of ["a", "b", "c", "d"]) await belfry.load(name, WAIT);
    belfry.tower.links.set("c", "a").set("a", "d").set("d", "b");
    belfry.runUntil(5);
    belfry.ring("c");
    belfry.runUntil(12);
    expect(belfry.texts).toEqual({ a: "0 at 7", b: "0 at 8", c: "0 at 6", d: "0 at 7" });
    // All are asked when one of them is rung, each at its turn and once in a tick.
    expect(belfry.tower.log).toEqual(["5 a", "5 b", "5 c", "5 d", "6 a", "6 b", "6 d", "7 b"]);
  });

  it("ends its program if it says no tick", async () => {
    const belfry = new Belfry(["a"]);
    await belfry.load("a", "return bell_fail(bell);");
    belfry.runUntil(2);
    expect(belfry.world.computers[0]?.state).toMatchObject({ kind: "crashed", report: { code: "host-error" } });
    expect(belfry.errors.map(String)).toEqual([
      "TypeError: Cannot wait until tick NaN: expected a number, or Infinity",
    ]);
  });

  it("is asked at the same ticks when the game is saved and loaded at any of them", async () => {
    const start = async (): Promise<Belfry> => {
      const belfry = new Belfry(["a", "b"]);
      await belfry.load("a", `bell_wait_start(bell, 9); ${WAIT}`);
      await belfry.load("b", `for (;;) { printf("%lld %d\\n", tick_now(), bell_wait(bell, 4)); }`);
      return belfry;
    };
    const tick = (belfry: Belfry): void => {
      if (belfry.world.tick === 3) for (const bell of belfry.tower.bells) bell.wake();
      if (belfry.world.tick === 9) belfry.ring("a");
      belfry.world.runTick();
    };
    const straight = await start();
    const saves: ReturnType<ComputerWorld["capture"]>[] = [];
    const logs: string[][] = [];
    for (let at = 0; at < 14; at++) {
      if (at === 9) straight.ring("a");
      saves.push(straight.world.capture());
      logs.push([...straight.tower.log]);
      tick(straight);
    }
    expect(straight.tower.log).toContain("9 a");
    const other = new Belfry(["a", "b"]);
    for (const [at, save] of saves.entries()) {
      if (at >= 9) other.tower.rung.add("a");
      else other.tower.rung.clear();
      await other.world.restore(save);
      other.tower.log.splice(0, Infinity, ...(logs[at] ?? []));
      while (other.world.tick < 14) tick(other);
      expect(other.tower.log, `from tick ${at}`).toEqual(straight.tower.log);
      expect(other.world.capture(), `from tick ${at}`).toEqual(straight.world.capture());
    }
  });
});

describe("the gong of docs/modding.md", () => {
  it("is heard in the tick in which it is struck, and given up when the time is over", async () => {
    const monk = templeWorld.get("monk");
    const { wasm, diagnostics } = await sharedCompiler.compile({
      ...monk?.headers,
      "main.c": `#include <stdio.h>\n#include "devices.h"
        int main(void) {
          gong_t gong = gong_open("gong");
          for (int i = 0; i < 3; i++) printf("%d", gong_hear(gong, 6)), printf(" at %lld\\n", tick_now());
          return 0;
        }`,
    });
    expect(diagnostics).toEqual([]);
    await monk?.load(wasm ?? new Uint8Array());
    while (templeWorld.tick < 30) {
      if (templeWorld.tick === 9) strike();
      templeWorld.runTick();
    }
    expect(temple.strikes).toBe(1);
    expect(monk?.console.text).toBe("0 at 6\n1 at 10\n0 at 16\n");
  });
});

/** Real Vms that tell how often anybody looked at what they wait for: once in each visit. */
class WatchedVms implements VmFactory {
  looks = 0;
  readonly create: VmFactory["create"] = (module, options) => this.#watch(createVm(module, options));
  readonly restore: VmFactory["restore"] = (module, snapshot, options) =>
    this.#watch(restoreVm(module, snapshot, options));

  #watch(vm: Vm): Vm {
    const look = (): void => {
      this.looks += 1;
    };
    return new Proxy(vm, {
      get(target, name) {
        if (name === "waitsFor") look();
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? (value as () => unknown).bind(target) : value;
      },
    });
  }
}

const LISTEN = `
#include <stdio.h>
#include "devices.h"
int main(void) {
  radio_t radio = radio_open("it");
  char message[8];
  radio_tune(radio, 1);
  yield_tick();
  for (;;) printf("%d", radio_recv(radio, message, sizeof message, -1)), printf(" at %lld\\n", tick_now());
}
`;

describe("computers that wait in tasks of the shipped devices", () => {
  it("are left alone until a message comes, a hundred of them", async () => {
    const vms = new WatchedVms();
    const world = new ComputerWorld({ compiler: sharedCompiler, preparer: sharedPreparer, vms });
    const network = new RadioNetwork();
    for (let count = 0; count < 100; count++) {
      await world
        .add({ id: `listener ${count}`, devices: { it: Radio.attach({ network }) } })
        .load({ "main.c": LISTEN });
    }
    const sender = world.add({ id: "sender", devices: { it: Radio.attach({ network }) } });
    await sender.load({
      "main.c": `#include "devices.h"
        int main(void) { sleep_ticks(500); radio_send(radio_open("it"), 1, "hi", 2); sleep_ticks(1000); }`,
    });
    while (world.tick < 10) world.runTick();
    const before = vms.looks;
    // The sender is told at the end of tick 499 that it may go on.
    while (world.tick < 499) world.runTick();
    expect(vms.looks).toBe(before);
    while (world.tick < 510) world.runTick();
    // The tick in which it came, the one in which they went on, and the one after, which shows that they use no gas.
    expect(vms.looks - before).toBeLessThanOrEqual(101 * 4);
    for (const { id, console } of world.computers) expect(console.text).toBe(id === "sender" ? "" : "2 at 501\n");
  });

  it.each([
    { device: () => Timers.attach(), call: 'timers_wait(timers_open("it"), 300)', ends: 300, answer: 0 },
    {
      device: () => Radio.attach({ network: new RadioNetwork() }),
      call: `radio_recv(radio_open("it"), line, 8, 300)`,
      ends: 300,
      answer: -11,
    },
    {
      device: () => Console.attach(),
      call: `console_read_line(console_open("it"), line, 8, 300)`,
      ends: 300,
      answer: -11,
    },
    {
      device: () => Button.attach(new PushButton()),
      call: `button_wait(button_open("it"), 300)`,
      ends: 300,
      answer: -11,
    },
  ])("are left alone until the time is over: $call", async ({ device, call, ends, answer }) => {
    const vms = new WatchedVms();
    const world = new ComputerWorld({ compiler: sharedCompiler, preparer: sharedPreparer, vms });
    const computer = world.add({ id: "a", devices: { it: device() } });
    await computer.load({ "main.c": program(call) });
    while (world.tick < 5) world.runTick();
    const before = vms.looks;
    while (world.tick < ends - 1) world.runTick();
    expect(vms.looks).toBe(before);
    while (world.tick < ends + 1) world.runTick();
    expect(computer.console.text).toBe(`${answer} at ${ends}`);
  });

  it.each([
    { device: Timers, call: 'timers_wait(timers_open("it"), 20)' },
    { device: Timers, call: 'timers_every(timers_open("it"), 1, 5, 4)' },
    { device: Console, call: `console_read_line(console_open("it"), line, 8, 20)` },
    { device: Button, call: `button_wait(button_open("it"), 20)` },
    { device: Radio, call: `radio_recv(radio_open("it"), line, 8, 20)` },
  ])("go on from saves that count the ticks that are left, as older ones do: $call", async ({ device, call }) => {
    const start = (): ComputerWorld => {
      const world = new ComputerWorld({ compiler: sharedCompiler, preparer: sharedPreparer });
      const attached =
        device === Radio
          ? Radio.attach({ network: new RadioNetwork() })
          : device === Button
            ? Button.attach(new PushButton())
            : (device as typeof Timers).attach();
      world.add({ id: "a", devices: { it: attached as AttachedDevice } });
      return world;
    };
    const world = start();
    await world.get("a")?.load({ "main.c": program(call) });
    for (let tick = 0; tick < 20; tick++) {
      if (tick > 0) {
        const old = start();
        await old.restore(asVersion1(world.capture()));
        while (old.tick < 30) old.runTick();
        expect(old.get("a")?.console.text, `from tick ${tick}`).toMatch(/ at 20$/);
      }
      world.runTick();
    }
  });
});

function program(call: string): string {
  return `#include <stdio.h>\n#include "devices.h"\nint main(void) { char line[8]; printf("%d", ${call}); printf(" at %lld", tick_now()); return 0; }`;
}

/** What version 1 of a device saved: tasks with the ticks that are left. */
function asVersion1(save: ReturnType<ComputerWorld["capture"]>): ReturnType<ComputerWorld["capture"]> {
  const computers = save.computers.map((computer) => {
    const state = structuredClone(computer.state) as unknown as {
      devices: { version: number }[];
      power: { run: { bank: { tasks: { state: Record<string, JsonValue>; until?: JsonValue }[] } } };
    };
    for (const device of state.devices) device.version = 1;
    for (const task of state.power.run.bank.tasks) {
      const { until = null, next = null, ...rest } = task.state;
      delete task.until;
      task.state = { ...rest, left: Number(until ?? next) - save.tick + 1 };
    }
    return { ...computer, state: state as unknown as JsonValue };
  });
  return { ...save, computers };
}
