// Every program that the demo offers, compiled and run in the demo's own yard, without a page.

import { readFileSync } from "node:fs";

import { ComputerWorld, Motor, Radar, type Computer } from "gasworks/computer";
import { withLanguages } from "gasworks/toolchain/node";
import { expect, test } from "vitest";

import { sharedCompiler } from "../../../bench/compile-freestanding.ts";
import { YARD } from "../../../src/game/demo/rules/level.ts";
import { RoverWorld } from "../../../src/game/demo/rules/rover-world.ts";

const compiler = withLanguages(sharedCompiler);

/** A rover with a program, and a way to let time pass. */
async function roverWith(
  program: string,
  file = "main.c",
): Promise<{ computers: ComputerWorld; computer: Computer; yard: RoverWorld }> {
  const yard = new RoverWorld(YARD);
  const computers = new ComputerWorld({ compiler });
  const computer = computers.add({
    id: "rover-1",
    devices: { motor: Motor.attach(yard), radar: Radar.attach(yard) },
  });
  const source = readFileSync(new URL(`../../../src/game/demo/programs/${program}`, import.meta.url), "utf8");
  await computer.load({ [file]: source });
  return { computers, computer, yard };
}

function runToEnd(computers: ComputerWorld, computer: Computer, maxTicks: number): void {
  for (
    let tick = 0;
    tick < maxTicks && (computer.state.kind === "running" || computer.state.kind === "waiting");
    tick++
  ) {
    computers.runTick();
  }
}

test("fetch-ore brings three pieces home and ends where it began", async () => {
  const { computers, computer, yard } = await roverWith("fetch-ore.c");
  runToEnd(computers, computer, 1_000);
  expect(computer.state).toEqual({ kind: "exited", exitCode: 0 });
  expect(yard.state).toMatchObject({ delivered: 3, rover: { ...YARD.start, heading: "east", cargo: 0 } });
});

test("follow-wall finds ore and comes home to the base", async () => {
  const { computers, computer, yard } = await roverWith("follow-wall.c");
  runToEnd(computers, computer, 5_000);
  expect(computer.state).toEqual({ kind: "exited", exitCode: 0 });
  expect(yard.state.delivered).toBeGreaterThanOrEqual(3);
  expect(yard.state.rover).toMatchObject(YARD.start);
});

test("prime-drive counts right and drives a tile for every hundred primes", async () => {
  const { computers, computer, yard } = await roverWith("prime-drive.c");
  runToEnd(computers, computer, 2_000);
  expect(computer.state).toEqual({ kind: "exited", exitCode: 0 });
  expect(computer.console.text).toContain("2262 primes up to 20000");
  expect(yard.state.driven).toBeGreaterThan(15);
});

test("measure-room, in AssemblyScript, measures four sides and stays where it is", async () => {
  const { computers, computer, yard } = await roverWith("measure-room.as", "main.ts");
  runToEnd(computers, computer, 500);
  expect(computer.state).toEqual({ kind: "exited", exitCode: 0 });
  expect(computer.console.text).toMatch(/^(?:side \d: \d+ tiles\n){4}The longest way is [1-9]\d* tiles\.\n$/);
  expect(yard.state).toMatchObject({ driven: 0, rover: { ...YARD.start, heading: "east" } });
});

test("square, in WebAssembly text, drives around a square", async () => {
  const { computers, computer, yard } = await roverWith("square.wat", "main.wat");
  runToEnd(computers, computer, 500);
  expect(computer.state).toEqual({ kind: "exited", exitCode: 0 });
  expect(computer.console.text).toBe("Once around.\n");
  expect(yard.state.driven).toBeGreaterThanOrEqual(6);
  expect(yard.state.rover.heading).toBe("east");
});

test("busy-loop uses all its gas in every tick and never ends", async () => {
  const { computers, computer } = await roverWith("busy-loop.c");
  for (let tick = 0; tick < 50; tick++) computers.runTick();
  expect(computer.state).toEqual({ kind: "running" });
  expect(computer.gasUsed).toBeGreaterThan(50n * BigInt(computer.gasPerTick) - 20_000n);
});
