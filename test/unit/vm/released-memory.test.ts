// What a program took goes when its Vm and module go: nothing that all programs share holds on to one of them.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { createVm, gas, prepareModule } from "gasworks/vm";
import { expect, it } from "vitest";

import { watGuest } from "../../support/guest.ts";

const PROGRAMS = 40;
const MEGABYTE = 1e6;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

it("lets go of programs whose stack held references", async () => {
  await runThem(0);
  const before = await heapBytes();
  await runThem(PROGRAMS);
  expect((await heapBytes()) - before).toBeLessThan(0.2 * MEGABYTE * PROGRAMS);
});

async function runThem(from: number): Promise<void> {
  for (let index = from; index < from + PROGRAMS; index++) {
    const module = await prepareModule(await watGuest(holder(1_000 + index)), {});
    const vm = createVm(module);
    for (let slice = 0; slice < 3; slice++) expect(vm.runSlice(gas(100)).kind).toBe("out-of-gas");
    vm.dispose();
  }
}

/** Keeps a reference in a local over so many rounds of a loop. */
function holder(rounds: number): string {
  return `(module (table 2 funcref) (elem (i32.const 0) $it) (func $it)
    (func (export "_start") (local $held funcref) (local $round i32)
      (local.set $held (table.get (i32.const 0)))
      (loop
        (local.set $round (i32.add (local.get $round) (i32.const 1)))
        (br_if 0 (i32.lt_u (local.get $round) (i32.const ${rounds}))))
      (table.set (i32.const 1) (local.get $held))))`;
}

async function heapBytes(): Promise<number> {
  // Twice: what is freed by finalizers is collected in the round after them.
  for (let round = 0; round < 2; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  return process.memoryUsage().heapUsed;
}
