// Real C that calls commands, reads its gas, and is saved between them, in both kinds of memory.

import { command, ComputerWorld, defineDevice, i32, query } from "gasworks/computer";
import { decodeSave, encodeSave } from "gasworks/persistence";
import { expect, it, vi } from "vitest";

import { sharedCompiler } from "../../../bench/compile-freestanding.ts";
import { sharedPreparer } from "../../support/shared-preparer.ts";

vi.setConfig({ testTimeout: 120_000 });

const PROGRAM = `
#include <stdio.h>
#include "devices.h"

int main(void) {
  lamp_t lamp = lamp_open("lamp");
  for (int i = 0; i < 4; i++) {
    long long before = gas_left();
    int answer = lamp_set(lamp, i);
    for (volatile int k = 0; k < 50; k++);
    printf("%d %d %d\\n", answer, lamp_level(lamp), gas_left() < before);
    sleep_ticks(2);
    printf("now %d\\n", lamp_level(lamp));
  }
  printf("%s\\n", error_text(lamp_set(lamp, 9)));
  return gas_bank() > 0 ? 3 : 4;
}
`;

class Lamps {
  readonly levels = new Map<string, number>();
  readonly log: string[] = [];
}

const Lamp = defineDevice<{ readonly lamps: Lamps; readonly name: string }>({
  type: "lamp",
  doc: "A lamp.",
  queries: {
    level: query(
      { doc: "Tells how bright it is.", returns: "0 to 4", cost: 5 },
      ({ lamps, name }) => lamps.levels.get(name) ?? 0,
    ),
  },
  commands: {
    set: command(
      { doc: "Sets how bright it is.", args: { level: i32("How bright", { min: 0, max: 4 }) }, cost: 20 },
      ({ lamps, name }, { level }) => {
        lamps.levels.set(name, level);
        lamps.log.push(`${name} ${level}`);
      },
    ),
  },
});

function worldOf(memory: "own" | "arena", lamps: Lamps): ComputerWorld {
  const world = new ComputerWorld({ compiler: sharedCompiler, preparer: sharedPreparer, memory });
  // Added in another order than that of their ids.
  for (const id of ["b", "a"]) {
    world.add({ id, gasBank: 50_000, devices: { lamp: Lamp.attach({ lamps, name: id }) } });
  }
  return world;
}

async function started(memory: "own" | "arena", lamps: Lamps): Promise<ComputerWorld> {
  const world = worldOf(memory, lamps);
  for (const computer of world.computers) await computer.load({ "main.c": PROGRAM });
  return world;
}

const outputOf = (world: ComputerWorld): string[] =>
  world.computers.map(({ id, console, state }) => `${id} ${state.kind} ${console.text}`);

it("commands take effect at the end of the tick, in the order of the ids, also behind a save", async () => {
  const lamps = new Lamps();
  const straight = await started("own", lamps);
  for (let tick = 0; tick < 40; tick++) straight.runTick();
  expect(lamps.log).toEqual([0, 1, 2, 3].flatMap((level) => [`a ${level}`, `b ${level}`]));
  const text = outputOf(straight);
  // The old level in the slice of the call, the new one later.
  expect(text[0]).toContain("0 0 1\nnow 0\n0 0 1\nnow 1\n0 1 1\nnow 2\n0 2 1\nnow 3\n");
  expect(text[0]).toContain("An argument is outside the range that the call allows.");
  expect(straight.get("a")?.state).toMatchObject({ kind: "exited", exitCode: 3 });

  for (const pause of [1, 4, 7]) {
    const half = new Lamps();
    const before = await started("arena", half);
    for (let tick = 0; tick < pause; tick++) before.runTick();
    const { tick, programs, computers } = before.capture();
    const meta = { name: "half", tick, savedAt: "2026-01-01T00:00:00.000Z" };
    const save = decodeSave(encodeSave({ meta, world: null, programs, computers }));
    const after = worldOf("own", half);
    await after.restore({ ...save, tick });
    for (let tick = pause; tick < 40; tick++) after.runTick();
    expect(half.log, `saved after ${pause} ticks`).toEqual(lamps.log);
    expect(outputOf(after)).toEqual(text);
    expect(after.get("a")?.gasUsed).toBe(straight.get("a")?.gasUsed);
  }
});
