// A crash names the line of the player's own C, with every optimization and in both kinds of memory.

import { ComputerWorld, type CrashPlace } from "gasworks/computer";
import { describe, expect, it, vi } from "vitest";

import { sharedCompiler } from "../../../bench/compile-freestanding.ts";

vi.setConfig({ testTimeout: 120_000 });

const PROGRAM = (which: number): string => `
#include <stdio.h>
#include <stdlib.h>
#include "work.h"

static int *nowhere(int n) { return (int *)(0x7ffffff0 + n); }

int main(int argc, char **argv) {
  int which = ${which};
  if (which == 0) printf("%d\\n", divide(3, argc - 1));
  if (which == 1)
    *nowhere(argc) = 4;
  if (which == 2) {
    puts("giving up");
    abort();
  }
  if (which == 3) return deep(argc);
  for (int i = 0; which == 4; i++)
    printf("%d\\n", numbers[i * 100000]);
  return 0;
}
`;

const WORK = `
__attribute__((noinline)) int divide(int a, int b) {
  int c = a + 1;
  return c / b;
}
__attribute__((noinline)) int deep(int n) {
  volatile char bytes[64];
  bytes[n % 64] = n;
  return deep(n + 1) + bytes[0];
}
int numbers[4];
`;

const HEADER = "int divide(int a, int b);\nint deep(int n);\nextern int numbers[4];\n";

async function crash(which: number, memory: "own" | "arena", optimization: "-O0" | "-O2") {
  const world = new ComputerWorld({ compiler: sharedCompiler, memory });
  const computer = world.add({ id: "a", gasPerTick: 2_000_000 });
  const sources = { "main.c": PROGRAM(which), "work.c": WORK, "work.h": HEADER };
  await computer.load(sources, { compile: { optimization } });
  for (let tick = 0; tick < 20 && computer.state.kind !== "crashed"; tick++) world.runTick();
  return computer.state.kind === "crashed" ? computer.state.report : undefined;
}

const divide: CrashPlace = { file: "work.c", line: 4, function: "divide" };

describe.each(["own", "arena"] as const)("a crash, in memory of kind %s", (memory) => {
  it.each(["-O0", "-O2"] as const)("names the line, compiled with %s", async (optimization) => {
    const at = async (which: number) => (await crash(which, memory, optimization))?.place;
    expect(await at(0)).toEqual(divide);
    expect(await at(1)).toMatchObject({ file: "main.c", line: 12 });
    // In abort(), which the C library has: the line that called it.
    expect(await at(2)).toMatchObject({ file: "main.c", line: 15 });
    expect(await at(3)).toMatchObject({ file: "work.c", function: "deep" });
    expect(await at(4)).toMatchObject({ file: "main.c", line: 19 });
  });
});

it("says no line of a program without lines", async () => {
  const world = new ComputerWorld({ compiler: sharedCompiler });
  const computer = world.add({ id: "a" });
  await computer.load({ "main.c": "int main(void) { __builtin_trap(); }" }, { compile: { debug: false } });
  world.runTick();
  expect(computer.state).toMatchObject({ kind: "crashed", report: { code: "unreachable" } });
  expect(computer.state).not.toHaveProperty("report.place");
});
