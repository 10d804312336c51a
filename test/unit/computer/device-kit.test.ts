// One device that has one of everything, driven by real C in both kinds of memory, and saved at every tick.

import {
  buffer,
  bytes,
  command,
  ComputerWorld,
  defineDevice,
  done,
  f64,
  flag,
  i32,
  list,
  pending,
  port,
  query,
  record,
  task,
  text,
  u32,
} from "gasworks/computer";
import { decodeSave, encodeSave } from "gasworks/persistence";
import { describe, expect, it, vi } from "vitest";

import { sharedCompiler } from "../../../bench/compile-freestanding.ts";
import { sharedPreparer } from "../../support/shared-preparer.ts";

vi.setConfig({ testTimeout: 120_000 });

/** What the game has of a boiler. */
interface BoilerPort {
  temperature: number;
  readonly log: string[];
}

const Boiler = defineDevice(
  {
    type: "boiler",
    doc: "Heats water.",
    version: 3,
    port: port<BoilerPort>(),
    state: {
      fuel: u32("Logs that are left", { initial: 100 }),
      notes: list("What was written", record("A note", { tick: u32("When"), words: text("What", { maxBytes: 32 }) }), {
        most: 8,
      }),
    },
    registers: {
      in: { temperature: f64("In degrees"), fuel: u32("Logs") },
      out: { valve: i32("How far it is open, in percent", { min: 0, max: 100 }), alarm: flag("Whether it rings") },
    },
    events: {
      hot: { doc: "It is hot.", payload: { temperature: f64("How hot"), fuel: u32("Logs that are left") } },
      whistled: { doc: "It whistled.", coalesce: "latest", payload: { times: u32("How often by now") } },
    },
  },
  {
    queries: {
      note_at: query(
        {
          doc: "Reads a note.",
          args: { index: u32("Which one"), words: buffer("Where it goes", { maxBytes: 32 }) },
          returns: "its length",
          cost: 10,
        },
        (_port, args, boiler) => new TextEncoder().encode(boiler.state.notes[args.index]?.words ?? ""),
      ),
      status: query(
        {
          doc: "Tells all of it.",
          gives: { temperature: f64("In degrees"), fuel: u32("Logs"), lucky: flag("A coin") },
          returns: "0",
          cost: 10,
        },
        (boilerPort, _args, boiler) => ({
          temperature: boilerPort.temperature,
          fuel: boiler.state.fuel,
          lucky: boiler.random() % 2 === 0,
        }),
      ),
      sum: query(
        {
          doc: "Adds bytes.",
          args: { numbers: bytes("Bytes", { maxBytes: 8 }) },
          returns: "their sum",
          cost: 10,
        },
        (_port, args) => args.numbers.reduce((sum, value) => sum + value, 0),
      ),
    },
    commands: {
      note: command(
        { doc: "Writes a note.", args: { words: text("What", { maxBytes: 32 }) }, cost: 10 },
        (boilerPort, args, boiler) => {
          boiler.state.notes = [...boiler.state.notes, { tick: boiler.tick, words: args.words }];
          boilerPort.log.push(`${boiler.tick} ${args.words}`);
        },
      ),
    },
    tasks: {
      burn: task(
        {
          doc: "Burns logs, one in each tick.",
          args: { logs: u32("How many", { max: 50 }) },
          gives: { temperature: f64("In degrees, at the end") },
          returns: "0",
          cost: 20,
          state: { left: u32("Logs to go") },
        },
        {
          start: (_port, args) => pending({ left: args.logs }),
          tick: (boilerPort, { left }, boiler) => {
            if (left === 0) return done({ temperature: boilerPort.temperature });
            boiler.state.fuel -= 1;
            boilerPort.temperature += 10;
            boilerPort.log.push(`${boiler.tick} burn ${left}`);
            if (boilerPort.temperature === 50) boiler.raise("hot", { temperature: 50, fuel: boiler.state.fuel });
            return pending({ left: left - 1 });
          },
          cancel: (boilerPort, { left }) => boilerPort.log.push(`cancel ${left}`),
        },
      ),
    },
    registers: {
      read: (boilerPort, boiler) => ({ temperature: boilerPort.temperature, fuel: boiler.state.fuel }),
      write: (boilerPort, values, boiler) =>
        boilerPort.log.push(`${boiler.tick} valve ${values.valve} alarm ${values.alarm}`),
    },
    lifecycle: {
      attach: (boilerPort) => boilerPort.log.push("attach"),
      detach: (boilerPort) => boilerPort.log.push("detach"),
      suspend: (boilerPort) => boilerPort.log.push("suspend"),
      resume: (boilerPort) => boilerPort.log.push("resume"),
    },
  },
);

const PROGRAM = `
#include <stdio.h>
#include <string.h>
#include "devices.h"

static boiler_registers_t registers;

int main(void) {
  boiler_t boiler = boiler_open("big");
  printf("%d %d %d\\n", boiler, boiler_at(0), boiler_at(1));
  char name[16], type[16];
  printf("%d %d", device_count(), device_name(0, name, sizeof name));
  printf(" %s %d", name, device_type(0, type, 4));
  printf(" %s %d %d\\n", type, device_name(1, name, 4), device_open("big"));
  boiler_map(boiler, &registers);
  printf("%.0f %u\\n", registers.temperature, registers.fuel);
  boiler_note(boiler, "first");
  boiler_note(boiler, "zw\\xc3\\xb6lf");
  printf("%d %d\\n", boiler_note(boiler, "0123456789012345678901234567890123456789"), boiler_note(boiler, "\\xff"));
  yield_tick();
  char words[8] = {0};
  printf("%d", boiler_note_at(boiler, 1, words, sizeof words - 1));
  printf(" %s %d %d\\n", words, boiler_note_at(boiler, 0, words, 2), boiler_note_at(boiler, 9, words, 8));
  unsigned char numbers[] = {1, 2, 250};
  printf("%d %d\\n", boiler_sum(boiler, numbers, 3), boiler_sum(boiler, numbers, 9));
  boiler_burn_t end;
  int burning = boiler_burn_start(boiler, 4, &end);
  int other = boiler_burn_start(boiler, 20, 0 ? 0 : &end);
  registers.valve = 30;
  printf("%d %d %d %d\\n", burning > 0, other > burning, task_poll(burning), task_poll(99));
  event_t event;
  printf("%d\\n", event_wait(&event, 0));
  int got = event_wait(&event, 40);
  boiler_hot_t hot = boiler_hot(&event);
  printf("%d %d %d %lld %.0f %u\\n", got, event.type == BOILER_HOT, event.device == boiler, event.tick, hot.temperature, hot.fuel);
  printf("%d %.0f\\n", task_wait(burning), end.temperature);
  printf("%d %d\\n", task_cancel(other), task_cancel(other));
  registers.alarm = 1;
  registers.valve = 200;
  yield_tick();
  registers.valve = 60;
  printf("%.0f %u\\n", registers.temperature, registers.fuel);
  boiler_status_t status;
  for (int i = 0; i < 4; i++) printf("%d %u\\n", boiler_status(boiler, &status) + status.lucky, rand_u32());
  printf("%d\\n", event_wait(&event, 3));
  int waited = event_wait(&event, -1);
  printf("%d %u\\n", waited, boiler_whistled(&event).times);
  printf("%d\\n", boiler_burn(boiler, 2, &end));
  boiler_burn_start(boiler, 30, &end);
  return 7;
}
`;

class Site {
  readonly port: BoilerPort = { temperature: 20, log: [] };
  readonly boiler = Boiler.attach(this.port);
  readonly world: ComputerWorld;
  readonly errors: unknown[] = [];

  constructor(memory: "own" | "arena") {
    this.world = new ComputerWorld({
      compiler: sharedCompiler,
      preparer: sharedPreparer,
      memory,
      onError: (error) => this.errors.push(error),
    });
    this.world.add({ id: "a", gasPerTick: 200_000, devices: { big: this.boiler } });
  }

  tick(): void {
    if (this.world.tick === 30) for (const times of [1, 2, 3]) this.boiler.raise("whistled", { times });
    this.world.runTick();
  }

  save(): Uint8Array {
    const { tick, programs, computers } = this.world.capture();
    const meta = { name: "", tick, savedAt: "" };
    return encodeSave({ meta, world: { ...this.port, log: [...this.port.log] }, programs, computers, mods: [] });
  }

  async load(bytes: Uint8Array): Promise<void> {
    const { meta, world, programs, computers } = decodeSave(bytes);
    const saved = world as { temperature: number; log: string[] };
    this.port.temperature = saved.temperature;
    await this.world.restore({ tick: meta.tick, programs, computers });
    this.port.log.splice(0, this.port.log.length, ...saved.log);
  }

  get result(): unknown {
    const [computer] = this.world.computers;
    return { state: computer?.state, text: computer?.console.text, log: this.port.log, boiler: this.boiler.state };
  }
}

async function start(memory: "own" | "arena"): Promise<Site> {
  const site = new Site(memory);
  await site.world.get("a")?.load({ "main.c": PROGRAM });
  return site;
}

describe.each(["own", "arena"] as const)("a device with everything, in memory of kind %s", (memory) => {
  it("does what its header says", async () => {
    const site = await start(memory);
    for (let tick = 0; tick < 45; tick++) site.tick();
    expect(site.errors).toEqual([]);
    expect(site.result).toMatchInlineSnapshot(`
      {
        "boiler": {
          "fuel": 89,
          "notes": [
            {
              "tick": 0,
              "words": "first",
            },
            {
              "tick": 0,
              "words": "zwölf",
            },
          ],
        },
        "log": [
          "attach",
          "0 first",
          "0 zwölf",
          "1 burn 4",
          "1 burn 20",
          "1 valve 30 alarm false",
          "2 burn 3",
          "2 burn 19",
          "3 burn 2",
          "3 burn 18",
          "4 burn 1",
          "4 burn 17",
          "5 burn 16",
          "cancel 15",
          "7 valve 60 alarm true",
          "30 burn 2",
          "31 burn 1",
          "cancel 30",
        ],
        "state": {
          "exitCode": 7,
          "kind": "exited",
        },
        "text": "1 1 -1
      1 3 big 6 boi -1 1
      20 100
      -3 -3
      6 fiölf 2 0
      253 -3
      1 1 -6 -8
      0
      1 1 1 3 50 97
      0 100
      0 -8
      110 91
      1 3905591811
      1 1168562098
      1 2274926300
      0 2649317130
      0
      1 3
      0
      ",
      }
    `);
  });

  it("goes on from a save of every tick as if it had never been saved", async () => {
    const straight = await start(memory);
    const saves: Uint8Array[] = [];
    for (let tick = 0; tick < 45; tick++) {
      saves.push(straight.save());
      straight.tick();
    }
    const end = straight.save();
    for (const [at, bytes] of saves.entries()) {
      const other = new Site(memory === "own" ? "arena" : "own");
      await other.load(bytes);
      for (let tick = at; tick < 45; tick++) other.tick();
      expect(other.result, `from tick ${at}`).toEqual(straight.result);
      expect(other.save(), `from tick ${at}`).toEqual(end);
    }
  });
});
