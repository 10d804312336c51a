import { defineDevice, done, generateHeaders, i32, query, task, type DeviceDeclaration } from "gasworks/computer";
import { describe, expect, it } from "vitest";

import { Probe } from "../../support/probe-device.ts";

const answer = (): number => 0;
const shape = { doc: "Does it.", returns: "0", cost: 1 };
const lamp: DeviceDeclaration<object> = { type: "lamp", doc: "A lamp.", queries: { look: query(shape, answer) } };

describe("defineDevice()", () => {
  it("begins a number that is kept at what is allowed and nearest to 0", () => {
    const device = defineDevice(
      {
        type: "gauge",
        doc: "A gauge.",
        state: {
          any: i32("x"),
          up: i32("x", { min: 3 }),
          down: i32("x", { max: -3 }),
          between: i32("x", { min: -3, max: 3 }),
          above: i32("x", { min: 2, max: 5 }),
          given: i32("x", { min: 2, max: 5, initial: 4 }),
        },
      },
      {},
    ).attach();
    expect(device.state).toEqual({ any: 0, up: 3, down: -3, between: 0, above: 2, given: 4 });
  });

  it("gives the import types of the Vm: a handle first, an i32 back", () => {
    expect(Probe.deviceType).toEqual({
      importModule: "device.probe",
      functions: {
        open: { params: ["i32"], results: ["i32"], cost: 1_500, mayWait: false },
        at: { params: ["i32"], results: ["i32"], cost: 1_500, mayWait: false },
        ask: { params: ["i32", "i32"], results: ["i32"], cost: 5, mayWait: false },
        check: { params: ["i32", "i32", "i32", "i64", "f32"], results: ["i32"], cost: 5, mayWait: false },
        work: { params: ["i32", "i32"], results: ["i32"], cost: 5, mayWait: true },
        work_start: { params: ["i32", "i32"], results: ["i32"], cost: 5, mayWait: false },
      },
    });
  });

  it.each<[string, DeviceDeclaration<object>]>([
    ["a type that is no name in C", { ...lamp, type: "Lamp" }],
    ["a type whose name the C library has", { ...lamp, type: "time" }],
    ["a type that would look like the error numbers", { ...lamp, type: "err" }],
    ["no words for players", { ...lamp, doc: " " }],
    ["words that would end the comment", { ...lamp, doc: "A lamp. */ int x;" }],
    ["a call named open", { ...lamp, queries: { open: query(shape, answer) } }],
    [
      "a call that is query and task",
      { ...lamp, tasks: { look: task(shape, { start: () => done(0), tick: () => done(0) }) } },
    ],
    ["a call that costs less than nothing", { ...lamp, queries: { look: query({ ...shape, cost: -1 }, answer) } }],
    ["a call that costs a fraction", { ...lamp, queries: { look: query({ ...shape, cost: 1.5 }, answer) } }],
    ["an answer without words", { ...lamp, queries: { look: query({ ...shape, returns: "" }, answer) } }],
    [
      "an argument named like a keyword",
      { ...lamp, queries: { look: query({ ...shape, args: { for: i32("x") } }, answer) } },
    ],
    [
      "an argument named like the handle",
      { ...lamp, queries: { look: query({ ...shape, args: { lamp: i32("x") } }, answer) } },
    ],
    [
      "an empty range",
      { ...lamp, queries: { look: query({ ...shape, args: { n: i32("x", { min: 2, max: 1 }) } }, answer) } },
    ],
    [
      "a range beyond the type",
      { ...lamp, queries: { look: query({ ...shape, args: { n: i32("x", { max: 2 ** 31 }) } }, answer) } },
    ],
    [
      "a constant nobody declared",
      { ...lamp, queries: { look: query({ ...shape, args: { n: i32("x", { oneOf: ["ON"] }) } }, answer) } },
    ],
    ["a constant in lower case", { ...lamp, constants: { on: { value: 1, doc: "On." } } }],
    ["a constant beyond 32 bits", { ...lamp, constants: { ON: { value: 2 ** 31, doc: "On." } } }],
  ])("refuses %s", (_what, declaration) => {
    expect(() => defineDevice(declaration)).toThrow(TypeError);
  });
});

describe("generateHeaders()", () => {
  it("declares what is attached, and nothing else", () => {
    const headers = generateHeaders({ left: Probe.attach({ log: [] }), right: Probe.attach({ log: [] }) });
    expect(headers["devices.h"]).toMatchInlineSnapshot(`
      "#ifndef DEVICES_H
      #define DEVICES_H

      /* The devices of this computer. Generated from its wiring. */

      #include "gasworks.h"

      /**
       * Writes down what is asked of it.
       *
       * Attached to this computer: "left", "right".
       */
      typedef int probe_t;

      enum {
        /** The lower side. */
        PROBE_LOW = 0,
        /** The upper side. */
        PROBE_HIGH = 7,
      };

      /**
       * Opens the probe that is attached under a name.
       *
       * @param name Its name, as a string
       * @return a handle for the other calls, or ERR_NO_DEVICE
       */
      __attribute__((import_module("device.probe"), import_name("open"), warn_unused_result))
      probe_t probe_open(const char *name);

      /**
       * Opens one probe after the other, in the order of their names.
       *
       * @param index Which one, from 0
       * @return a handle for the other calls, or ERR_NO_DEVICE behind the last one
       */
      __attribute__((import_module("device.probe"), import_name("at"), warn_unused_result))
      probe_t probe_at(int index);

      /**
       * Answers what it was given, plus one.
       *
       * @param n Any number
       * @return the sum; negative on an error
       */
      __attribute__((import_module("device.probe"), import_name("ask"), warn_unused_result))
      int probe_ask(probe_t probe, int n);

      /**
       * Takes one of each type.
       *
       * @param side A side
       * @param count At least 1
       * @param wide At most 100
       * @param part 0 to 1
       * @return 0; negative on an error
       */
      __attribute__((import_module("device.probe"), import_name("check"), warn_unused_result))
      int probe_check(probe_t probe, int side, unsigned count, long long wide, float part);

      /**
       * Works for some ticks.
       *
       * @param ticks How many
       * @return the ticks; negative on an error
       */
      __attribute__((import_module("device.probe"), import_name("work")))
      int probe_work(probe_t probe, int ticks);

      /**
       * Starts probe_work and goes on at once.
       *
       * @param ticks How many
       * @return a task for task_wait, task_poll and task_cancel; ERR_BUSY if there are too many
       */
      __attribute__((import_module("device.probe"), import_name("work_start"), warn_unused_result))
      int probe_work_start(probe_t probe, int ticks);

      #endif
      "
    `);
    expect(generateHeaders({})["devices.h"]).not.toContain("probe");
  });

  it("gives error numbers, sleeping and the tick to every computer", () => {
    const header = generateHeaders({})["gasworks.h"] ?? "";
    expect(header).toContain("ERR_NO_DEVICE = -1,");
    expect(header).toContain("int sleep_ticks(int ticks);");
    expect(header).toContain("long long tick_now(void);");
    expect(header).toContain("long long gas_left(void);");
    expect(header).toContain("long long gas_bank(void);");
  });

  it("refuses two types that would declare one name", () => {
    const lampPost = defineDevice<object>({ ...lamp, type: "lamp_look", queries: { up: query(shape, answer) } });
    const lampLook = defineDevice<object>({ ...lamp, queries: { look_up: query(shape, answer) } });
    expect(() => generateHeaders({ a: lampPost.attach({}), b: lampLook.attach({}) })).toThrow(/lamp_look_up/);
    expect(() => generateHeaders({ a: lampLook.attach({}), b: defineDevice(lamp).attach({}) })).toThrow(/lamp_t/);
  });
});
