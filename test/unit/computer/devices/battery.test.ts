// Gas as energy: a computer lives on its battery, stands still without, and goes on when somebody charges it.

import { Battery, BatteryCell, ComputerWorld, type ComputerOptions } from "gasworks/computer";
import { decodeSave, encodeSave } from "gasworks/persistence";
import { describe, expect, it } from "vitest";

import { assembleWat } from "../../../support/assemble-wat.ts";

const BUSY = assembleWat('(module (memory (export "memory") 1) (func (export "_start") (loop $on (br $on))))');

/** A world with one computer that lives on a battery. */
function open(capacity: number, options: Partial<ComputerOptions> = {}) {
  const cell = new BatteryCell({ capacity });
  const world = new ComputerWorld();
  const devices = { battery: Battery.attach(cell) };
  const computer = world.add({ id: "rover", gasPerTick: 1_000, energy: cell, devices, ...options });
  const tick = (ticks: number): void => {
    for (let count = 0; count < ticks; count++) world.runTick();
  };
  return { cell, world, computer, tick };
}

describe("a computer with a battery", () => {
  it("uses what is in it and no more, stands still, and goes on when it is charged", async () => {
    const { cell, computer, tick } = open(3_500);
    await computer.load(await BUSY);
    tick(3);
    const used = computer.gasUsed;
    expect(cell.gasLeft).toBe(3_500 - 3 * 1_000);
    tick(10);
    expect([cell.gasLeft, computer.state.kind, computer.gasUsedLastTick]).toEqual([0, "running", 0]);
    const stood = computer.gasUsed;
    expect(stood).toBeGreaterThan(used);
    tick(10);
    expect(computer.gasUsed).toBe(stood);
    cell.charge(800);
    tick(1);
    expect(cell.gasLeft).toBe(0);
    expect(computer.gasUsed).toBeGreaterThan(stood);
  });

  it("stands where it stood after a load, with what was in the battery", async () => {
    const straight = open(5_000);
    await straight.computer.load(await BUSY);
    straight.tick(3);
    const { tick, programs, computers } = straight.world.capture();
    const bytes = encodeSave({ meta: { name: "", tick, savedAt: "" }, world: null, programs, computers });
    const loaded = open(5_000);
    const save = decodeSave(bytes);
    await loaded.world.restore({ tick, programs: save.programs, computers: save.computers });
    expect(loaded.cell.gasLeft).toBe(2_000);
    for (const each of [straight, loaded]) each.tick(5);
    expect(loaded.computer.gasUsed).toBe(straight.computer.gasUsed);
    expect([loaded.cell.gasLeft, straight.cell.gasLeft]).toEqual([0, 0]);
  });

  it("pays nothing while it waits, and nothing without a program", async () => {
    const { cell, tick } = open(5_000);
    tick(5);
    expect(cell.gasLeft).toBe(5_000);
  });

  it.each([
    { capacity: 0 },
    { capacity: 1.5 },
    { capacity: 10, charge: 11 },
    { capacity: 10, charge: -1 },
    { capacity: 10, lowShare: 2 },
  ])("cannot be $capacity with $charge, low at $lowShare", (options) => {
    expect(() => new BatteryCell(options)).toThrow(RangeError);
  });

  it("is that of one computer: another that is to have it is refused, until the first has let it go", () => {
    const { cell, world, computer } = open(10);
    const devices = { spare: Battery.attach(cell) };
    expect(() => world.add({ id: "other", devices })).toThrow(
      'Cannot attach the battery as "spare" of computer "other": what it is attached to belongs to "battery" of computer "rover". Attach another one',
    );
    expect(world.get("other")).toBeUndefined();
    cell.use(4);
    expect(cell.gasLeft).toBe(6);
    computer.detach("battery");
    expect(() => world.add({ id: "other", devices })).not.toThrow();
  });

  it("takes whole gas only", () => {
    expect(() => open(10).cell.charge(0.5)).toThrow(RangeError);
  });
});
