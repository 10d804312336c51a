import { ComputerWorld, Entropy } from "gasworks/computer";
import { describe, expect, it, vi } from "vitest";

import { sharedCompiler } from "../../../../bench/compile-freestanding.ts";

vi.setConfig({ testTimeout: 60_000 });

const DRAWS = 30_000;
const SIDES = 6;

describe("entropy", () => {
  it("draws each number about equally often, also where 2^32 is no multiple of the range", async () => {
    const world = new ComputerWorld({ compiler: sharedCompiler });
    const computer = world.add({ id: "a", gasPerTick: 2 ** 28, devices: { dice: Entropy.attach() } });
    // Three quarters of 2^32 in three parts: taking remainders alone would draw the first part twice as often.
    await computer.load({
      "main.c": `
#include <stdio.h>
#include "devices.h"
int main(void) {
  entropy_t dice = entropy_open("dice");
  int sides[${SIDES}] = {0}, parts[3] = {0};
  for (int i = 0; i < ${DRAWS}; i++) {
    sides[entropy_below(dice, ${SIDES})]++;
    entropy_between_t drawn;
    entropy_between(dice, -1610612736, 1610612735, &drawn);
    parts[(drawn.value + 1610612736ll) >> 30]++;
  }
  for (int i = 0; i < ${SIDES}; i++) printf("%d ", sides[i]);
  for (int i = 0; i < 3; i++) printf("%d ", parts[i]);
}
`,
    });
    for (let tick = 0; tick < 10; tick++) world.runTick();
    expect(computer.state).toEqual({ kind: "exited", exitCode: 0 });
    const counts = computer.console.text.trim().split(" ").map(Number);
    const expected = counts.map((_, at) => DRAWS / (at < SIDES ? SIDES : 3));
    // Six standard deviations; the numbers are the same in every run.
    for (const [at, count] of counts.entries()) {
      expect(Math.abs(count - (expected[at] ?? 0))).toBeLessThan(6 * Math.sqrt(expected[at] ?? 0));
    }
  });
});
