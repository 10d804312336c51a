// What guests may pass to devices: anything. A bad call gets a negative number, and no handler ever sees it.

import { ComputerWorld, DEVICE_ERRORS, Motor, type MotorPort } from "gasworks/computer";
import type { Device, GuestValue } from "gasworks/vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { fakeCall, fakePreparer, fakeProgram, FakeVms } from "../../support/fake-vms.ts";
import { Probe } from "../../support/probe-device.ts";

const { noDevice, badHandle, badArgument } = DEVICE_ERRORS;

/** A running computer, and its devices as the Vm has them. */
async function devicesOfComputer(): Promise<{ devices: readonly Device[]; log: string[] }> {
  const log: string[] = [];
  const vms = new FakeVms();
  const world = new ComputerWorld({
    preparer: fakePreparer,
    vms,
  });
  const idle: MotorPort = { ticksPerTile: 1, ticksPerTurn: 1, canMove: () => false, advance: () => {}, halt: () => {} };
  const computer = world.add({
    id: "a",
    devices: { left: Probe.attach({ log }), right: Probe.attach({ log }), wheels: Motor.attach(idle) },
  });
  await computer.load(fakeProgram({ print: "idle" }));
  return { devices: vms.devices, log };
}

type Call = (name: string, args: readonly GuestValue[], text?: string) => unknown;

async function probeCalls(): Promise<{ probe: Call; motor: Call; log: string[] }> {
  const { devices, log } = await devicesOfComputer();
  const callsOf = (module: string): Call => {
    const device = devices.find(({ type }) => type.importModule === module);
    return (name, args, text) => device?.handle(fakeCall(name, args, text));
  };
  return { probe: callsOf("device.probe"), motor: callsOf("device.motor"), log };
}

describe("opening a device", () => {
  it("gives small handles in the order of opening, the same one for the same name", async () => {
    const { probe } = await probeCalls();
    expect(probe("open", [0], "right")).toBe(1);
    expect(probe("open", [0], "left")).toBe(2);
    expect(probe("open", [0], "right")).toBe(1);
  });

  it.each(["up", "", "constructor", "__proto__", "wheels"])(
    "answers %j, which is no probe, with an error",
    async (name) => {
      const { probe } = await probeCalls();
      expect(probe("open", [0], name)).toBe(noDevice.value);
    },
  );
});

describe("calling a device", () => {
  it("reaches the handler with checked values", async () => {
    const { probe, log } = await probeCalls();
    const handle = Number(probe("open", [0], "left"));
    expect(probe("ask", [handle, 41])).toBe(42);
    expect(probe("check", [handle, 7, -1, 100n, 0.5])).toBe(0);
    expect(log).toEqual(["ask 41", "check 7 4294967295 100 0.5"]);
  });

  it.each([0, 2, -1, 2 ** 31 - 1, -(2 ** 31)])(
    "answers the handle %i, which was never given, with an error",
    async (handle) => {
      const { probe, log } = await probeCalls();
      probe("open", [0], "left");
      expect(probe("ask", [handle, 1])).toBe(badHandle.value);
      expect(log).toEqual([]);
    },
  );

  it("answers the handle of another device type with an error", async () => {
    const { probe, motor, log } = await probeCalls();
    const wheels = Number(motor("open", [0], "wheels"));
    expect(probe("ask", [wheels, 1])).toBe(badHandle.value);
    expect(log).toEqual([]);
  });

  it.each<[string, readonly GuestValue[]]>([
    ["a number that is none of the constants", [1, 1, 0n, 0]],
    ["a number below the least", [0, 0, 0n, 0]],
    ["a bigint above the greatest", [0, 1, 101n, 0]],
    ["a float out of range", [0, 1, 0n, 1.5]],
    ["not a number", [0, 1, 0n, Number.NaN]],
    ["infinity", [0, 1, 0n, Number.POSITIVE_INFINITY]],
  ])("answers %s with an error", async (_what, args) => {
    const { probe, log } = await probeCalls();
    const handle = Number(probe("open", [0], "left"));
    expect(probe("check", [handle, ...args])).toBe(badArgument.value);
    expect(log).toEqual([]);
  });

  it("never throws and always answers a 32-bit integer, whatever is passed", async () => {
    const { probe } = await probeCalls();
    probe("open", [0], "left");
    const i32s = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(i32s, i32s, i32s, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.float(), (...values) => {
        const answer = probe("check", values);
        expect(Number.isInteger(answer)).toBe(true);
      }),
    );
  });
});
