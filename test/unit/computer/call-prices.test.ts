// Gas is the time that programs may take. A call that were cheaper than what it takes would be time that nobody gave them.

import {
  ComputerWorld,
  costTableOf,
  defineDevice,
  HOST_CALL_COST,
  Lamp,
  modDevice,
  query,
  type AttachedDevice,
} from "gasworks/computer";
import type { DeviceType, ValueType } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { SYSTEM_CALLS, SYSTEM_DEVICE_TYPE } from "../../../src/game/computer/device/system-calls.ts";
import { policyOf } from "../../../src/game/computer/program.ts";
import { jumpFunctionType } from "../../../src/vm/jump/jump-imports.ts";
import { instrument } from "../../../src/vm/prepare/prepared-file.ts";
import { wasiFunctionType } from "../../../src/vm/wasi/wasi-types.ts";
import { watGuest } from "../../support/guest.ts";
import { SHIPPED_DEVICES } from "../../support/shipped-devices.ts";

/** As a mod brings it, which may think that asking is free. */
const { definition: Gauge } = modDevice({
  definition: defineDevice({
    type: "gauge",
    doc: "Shows a number.",
    queries: { read: query({ doc: "Reads it.", returns: "0", cost: 0 }, () => 0) },
  }),
  port: () => undefined,
});

const WASI: DeviceType = {
  importModule: "wasi_snapshot_preview1",
  functions: Object.fromEntries(
    ["clock_time_get", "fd_read", "fd_write", "path_open", "poll_oneoff", "random_get", "sched_yield"].map((name) => [
      name,
      wasiFunctionType(name) ?? expect.fail(name),
    ]),
  ),
};

const JUMPS: DeviceType = {
  importModule: "gasworks.jump",
  functions: { setjmp: jumpFunctionType("setjmp") ?? expect.fail("setjmp") },
};

/** What a program of a computer pays for each function of a type, beside the call instruction. */
async function pricesOf({ importModule, functions }: DeviceType): Promise<Record<string, number>> {
  const list = (word: string, types: readonly ValueType[]): string =>
    types.length === 0 ? "" : ` (${word} ${types.join(" ")})`;
  const imports = Object.entries(functions).map(
    ([name, { params, results }]) =>
      `(import "${importModule}" "${name}" (func${list("param", params)}${list("result", results)}))`,
  );
  const types = [Gauge.deviceType, ...SHIPPED_DEVICES.map(({ deviceType }) => deviceType)];
  const wasm = await watGuest(`(module ${imports.join(" ")} (func (export "_start")))`);
  const { claims } = instrument(wasm, policyOf({ wiring: {}, memoryPages: 1 }, types));
  return Object.fromEntries(claims.imports.map(({ field, cost }) => [field, cost]));
}

const DEVICES = [...SHIPPED_DEVICES, Gauge];

describe("each function that a program can import", () => {
  it.each([SYSTEM_DEVICE_TYPE, WASI, JUMPS, ...DEVICES.map(({ deviceType }) => deviceType)])(
    "of $importModule costs what it declares, on top of what every call costs",
    async (type) => {
      const prices = await pricesOf(type);
      expect(Object.keys(prices).length).toBeGreaterThan(0);
      for (const [name, { cost }] of Object.entries(type.functions)) {
        expect(cost, name).toBeGreaterThanOrEqual(0);
        expect(prices[name], name).toBe(HOST_CALL_COST + cost);
      }
    },
  );

  it("costs what players are told", async () => {
    const lamp = Lamp.attach({ show: () => {} });
    const told = costTableOf({ lamp });
    for (const [name, cost] of Object.entries(await pricesOf(Lamp.deviceType))) expect(told[`lamp_${name}`]).toBe(cost);
    for (const [name, cost] of Object.entries(await pricesOf(SYSTEM_DEVICE_TYPE))) expect(told[name]).toBe(cost);
    expect(Object.keys(told)).toEqual(expect.arrayContaining(Object.keys(SYSTEM_CALLS)));
  });
});

/** What a thousand rounds use; a round is a call, an addition, a comparison and two branches. */
const ROUNDS = 1_000;
const ROUND = 4 + 1 + 1 + 3 + 1;

async function gasOf(imported: string, call: string, device?: AttachedDevice): Promise<number> {
  const world = new ComputerWorld();
  const computer = world.add({ id: "a", gasPerTick: 2 ** 28, devices: device === undefined ? {} : { it: device } });
  const wasm = await watGuest(`(module ${imported}
    (memory (export "memory") 1) (data (i32.const 0) "it\\00")
    (func (export "_start") (local $n i32)
      (loop $again
        (drop ${call})
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $again (i32.ne (local.get $n) (i32.const ${ROUNDS}))))))`);
  await computer.load(wasm);
  world.runTick();
  expect(computer.state).toEqual({ kind: "exited", exitCode: 0 });
  return Number(computer.gasUsed);
}

describe("a program that does nothing but call", () => {
  it("pays for each call of the cheapest kinds", async () => {
    const cheap = [
      ['(import "gasworks" "gas_left" (func $f (result i64)))', "(call $f)", 0],
      ['(import "gasworks" "task_poll" (func $f (param i32) (result i32)))', "(call $f (i32.const 99))", 0],
      ['(import "wasi_snapshot_preview1" "sched_yield" (func $f (result i32)))', "(call $f)", 50],
    ] as const;
    for (const [imported, call, declared] of cheap) {
      const used = await gasOf(imported, call);
      expect(used, imported).toBeGreaterThanOrEqual(ROUNDS * (HOST_CALL_COST + declared + ROUND - 4));
      expect(used, imported).toBeLessThan(ROUNDS * (HOST_CALL_COST + declared + ROUND + 4));
    }
  });

  it("pays for calls that are refused, too", async () => {
    const imported = '(import "device.lamp" "is_lit" (func $f (param i32) (result i32)))';
    const used = await gasOf(imported, "(call $f (i32.const 77))", Lamp.attach({ show: () => {} }));
    expect(used).toBeGreaterThanOrEqual(ROUNDS * HOST_CALL_COST);
  });

  it("pays for each byte that it prints", async () => {
    const imported = '(import "wasi_snapshot_preview1" "fd_write" (func $f (param i32 i32 i32 i32) (result i32)))';
    const call = "(call $f (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 16))";
    // One buffer at 0 without bytes: 8 bytes of a list.
    expect(await gasOf(imported, call)).toBeGreaterThanOrEqual(ROUNDS * (HOST_CALL_COST + 50 + 8 * 10));
  });
});
