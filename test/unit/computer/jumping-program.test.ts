// A program that tries, waits and fails: setjmp and longjmp around calls that take ticks, saved at every tick.

import { ComputerWorld, type Computer } from "gasworks/computer";
import { decodeSave, encodeSave } from "gasworks/persistence";
import { describe, expect, it, vi } from "vitest";

import { sharedCompiler } from "../../../bench/compile-freestanding.ts";
import { sharedPreparer } from "../../support/shared-preparer.ts";

vi.setConfig({ testTimeout: 120_000 });

const PATIENT = `
#include <gasworks.h>
#include <setjmp.h>
#include <stdio.h>

static jmp_buf retry;

static void attempt(int number) {
  printf("try %d at %lld\\n", number, tick_now());
  sleep_ticks(2);
  if (number < 3) longjmp(retry, number);
  printf("done at %lld\\n", tick_now());
}

int main(void) {
  int failed = setjmp(retry);
  if (failed) printf("try %d failed\\n", failed);
  sleep_ticks(1);
  attempt(failed + 1);
  return 0;
}
`;

const CARELESS = `
#include <setjmp.h>
static jmp_buf place;
__attribute__((noinline)) static int prepare(void) {
  return setjmp(place);
}
__attribute__((noinline)) static void give_up(int code) {
  if (code > 2)
    longjmp(place, code);
}
int main(void) {
  for (volatile int i = prepare(); i < 9; i++)
    give_up(i);
  return 0;
}
`;

function create(memory: "own" | "arena"): { readonly world: ComputerWorld; readonly computer: Computer } {
  const world = new ComputerWorld({ compiler: sharedCompiler, preparer: sharedPreparer, memory });
  return { world, computer: world.add({ id: "a", gasPerTick: 5_000 }) };
}

describe.each(["own", "arena"] as const)("a program that jumps, in memory of kind %s", (memory) => {
  it("waits between setjmp and longjmp, and goes on out of a save of any tick", async () => {
    let { world, computer } = create(memory);
    await computer.load({ "main.c": PATIENT });
    const reference = create(memory);
    await reference.computer.load({ "main.c": PATIENT });
    let jumps = 0;
    for (let ticks = 0; reference.computer.state.kind !== "exited" && ticks < 100; ticks++) {
      const { tick, programs, computers } = world.capture();
      const saved = decodeSave(encodeSave({ meta: { name: "", tick, savedAt: "" }, world: null, programs, computers }));
      jumps += saved.computers[0]?.snapshot?.jumps?.places.length ?? 0;
      ({ world, computer } = create(memory));
      await world.restore({ tick, programs: saved.programs, computers: saved.computers });
      world.runTick();
      reference.world.runTick();
      expect([computer.state, computer.console.text, computer.gasUsed]).toEqual([
        reference.computer.state,
        reference.computer.console.text,
        reference.computer.gasUsed,
      ]);
    }
    expect(computer.console.text).toMatch(
      /^try 1 at \d+\ntry 1 failed\ntry 2 at \d+\ntry 2 failed\ntry 3 at \d+\ndone at \d+\n$/,
    );
    expect(jumps).toBeGreaterThan(5);
  });

  it.each(["-O0", "-O2"] as const)(
    "crashes at the line of a jump that cannot be, in words: %s",
    async (optimization) => {
      const { world, computer } = create(memory);
      await computer.load({ "main.c": CARELESS }, { compile: { optimization } });
      for (let tick = 0; tick < 20 && computer.state.kind !== "crashed"; tick++) world.runTick();
      expect(computer.state).toMatchObject({
        kind: "crashed",
        report: {
          code: "bad-longjmp",
          title: "A jump to nowhere",
          place: { file: "main.c", line: 9, function: "give_up" },
        },
      });
    },
  );
});
