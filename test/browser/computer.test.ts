// Computers in a real page: modules are prepared in the package's own worker, and the page goes on drawing meanwhile.

import { ComputerWorld, createBrowserPreparer, Motor, type MotorPort } from "gasworks/computer";
import { createBrowserCompiler } from "gasworks/toolchain";
import { afterAll, describe, expect, it } from "vitest";

import { watchStalls } from "../support/watch-stalls.ts";

const PROGRAM = `
#include <stdio.h>
#include "devices.h"
int main(void) {
  motor_t motor = motor_open("wheels");
  for (int lap = 1; lap <= 3; lap++) printf("lap %d: %d tiles at %.1f\\n", lap, motor_forward(motor, 2), lap / 2.0);
  return 0;
}
`;

const OUTPUT = "lap 1: 2 tiles at 0.5\nlap 2: 2 tiles at 1.0\nlap 3: 2 tiles at 1.5\n";

const endlessRoad: MotorPort = {
  ticksPerTile: 3,
  ticksPerTurn: 2,
  canMove: () => true,
  advance: () => {},
  halt: () => {},
};

const compiler = createBrowserCompiler({ baseUrl: "/node_modules/@yowasp/clang/gen/" });
const preparer = createBrowserPreparer();
afterAll(() => {
  preparer[Symbol.dispose]();
  compiler[Symbol.dispose]();
});

describe("a computer in a page", () => {
  it("compiles and prepares in workers, runs, and goes on from a save in another world", async () => {
    const world = new ComputerWorld({ compiler, preparer });
    const devices = () => ({ wheels: Motor.attach(endlessRoad) });
    const computer = world.add({ id: "rover", devices: devices() });
    await computer.load({ "main.c": PROGRAM });
    for (let tick = 0; tick < 9; tick++) world.runTick();
    const save = structuredClone(world.capture());
    expect(computer.state).toEqual({ kind: "waiting", device: "wheels", function: "forward" });

    const other = new ComputerWorld({ compiler, preparer });
    const twin = other.add({ id: "rover", devices: devices() });
    await other.restore(save);
    for (const { console } of [computer, twin]) expect(console.text).toBe(OUTPUT.slice(0, 22));
    for (let tick = 0; tick < 15; tick++) {
      world.runTick();
      other.runTick();
    }
    for (const { console, state, gasUsed } of [computer, twin]) {
      expect(console.text).toBe(OUTPUT);
      expect(state).toEqual({ kind: "exited", exitCode: 0 });
      expect(gasUsed).toBe(computer.gasUsed);
    }
  });

  it("does not hold up the page while a module is prepared", async () => {
    const { wasm } = await compiler.compile({ "main.c": PROGRAM.replaceAll(/.*(devices\.h|motor).*/g, "") });
    if (wasm === undefined) throw new Error("The program does not compile");
    const stopWatching = watchStalls();
    await preparer.prepare(wasm, { wasi: true });
    const longest = stopWatching();
    // The time that two shared cores may take away from the page by themselves is in there.
    expect(longest).toBeLessThan(200);
  });

  it("refuses with the Vm's own codes, from the worker too", async () => {
    await expect(preparer.prepare(new Uint8Array([1, 2, 3]), {})).rejects.toMatchObject({
      name: "VmError",
      code: "vm/module-malformed",
    });
  });

  it("gives up on a worker that cannot be started, and says what a bundler may need", async () => {
    const broken = createBrowserPreparer({ createWorker: () => new Worker("/no-such-file.js", { type: "module" }) });
    await expect(broken.prepare(new Uint8Array(), {})).rejects.toMatchObject({
      code: "computer/prepare-failed",
      message: expect.stringContaining('optimizeDeps: { exclude: ["gasworks"] }'),
    });
  });
});
