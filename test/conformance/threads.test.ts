// A world whose computers are spread over threads comes to the states of one that is not.

import { describe, expect, it } from "vitest";

import { createCrowd, statesOf, type CrowdPart } from "../../dist/bench/scale/crowd-world.js";
import { spreadCrowd } from "../../dist/bench/scale/spread-crowd.js";
import { programGuest } from "../support/guest.ts";

const SOURCES = [
  `#include <stdio.h>
   #include <stdlib.h>
   int main(void) { for (unsigned n = 0;; n += rand()) { char *p = malloc(1 + n % 999); *p = n; printf("%u\\n", n); free(p); } }`,
  `static double x[512]; int main(void) { for (int i = 0;; i++) x[i & 511] = x[(i * 7) & 511] * 0.5 + i; }`,
];
const COMPUTERS = 40;
const TICKS = 60;

describe("a world on several threads", () => {
  it.each(["own", "arena"] as const)("comes to the states of one thread, in a memory of kind %s", async (memory) => {
    const programs = await Promise.all(SOURCES.map((source) => programGuest(source)));
    const computers = Array.from({ length: COMPUTERS }, (_, at) => ({ id: `${at}`, program: at % SOURCES.length }));
    const whole: CrowdPart = { memory, gasPerTick: 4_001, programs, computers };
    const world = await createCrowd({ ...whole, memory: "own" });
    for (let tick = 0; tick < TICKS; tick++) world.runTick();
    const expected = statesOf(world).toSorted();
    expect(new Set(expected.map((state) => state.split(" ")[1])).size).toBeGreaterThan(1);
    for (const threads of [1, 3]) {
      await using parts = await spreadCrowd(whole, threads);
      for (let tick = 0; tick < TICKS; tick += 20) await parts.run(20);
      expect(await parts.states()).toEqual(expected);
    }
  });
});
