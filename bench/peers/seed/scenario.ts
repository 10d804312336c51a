// The published scenario. One instance runs on 10,000 gas, its memory moves to a second instance, which goes on, 10,000
// gas a tick, to the end. The last line says whether the printed numbers have a gap.

import { gas } from "gasworks/vm";

import { printDevice } from "../../print-device.ts";
import { compileExample, EXAMPLE_COUNT } from "./compile-example.ts";
import { prepareSeedModule } from "./prepare-seed-module.ts";
import { createSeedVm, restoreSeedVm } from "./seed-vm.ts";

const GAS_PER_TICK = gas(10_000);

/** Prints what happens, and returns whether the numbers came without a gap. */
export async function playScenario(writeLine: (line: string) => void): Promise<boolean> {
  const wasm = await compileExample();
  writeLine(`Compiled example.c, shortened to ${EXAMPLE_COUNT} numbers: ${wasm.length} bytes`);
  const module = prepareSeedModule(wasm);
  writeLine(`Metered and asyncified: ${module.bytes} bytes`);

  const printed: number[] = [];
  const print = printDevice(printed);

  using first = createSeedVm(module, { devices: [print] });
  first.runSlice(GAS_PER_TICK);
  writeLine(`First instance, after ${GAS_PER_TICK} gas: ${first.state}, printed ${printed.join(" ")}`);

  const snapshot = first.snapshot();
  const printedBeforeMove = printed.length;
  using second = restoreSeedVm(module, snapshot, { devices: [print] });
  writeLine(`Moved ${snapshot.memory.length} bytes of memory to a second instance`);

  let ticks = 0;
  do {
    const before = printed.length;
    second.runSlice(GAS_PER_TICK);
    ticks += 1;
    if (ticks <= 3) {
      writeLine(`Second instance, tick ${ticks}: ${second.state}, printed ${printed.slice(before).join(" ")}`);
    }
  } while (second.state === "paused");
  writeLine(`Second instance, tick ${ticks}: ${second.state}, last number ${printed.at(-1)}`);

  const gapless = printed.length === EXAMPLE_COUNT && printed.every((number, index) => number === index);
  writeLine(
    gapless
      ? `ok: 0 to ${EXAMPLE_COUNT - 1} without a gap, ${printedBeforeMove} before the move and the rest behind it`
      : `FAILED: expected 0 to ${EXAMPLE_COUNT - 1}, got ${printed.join(" ")}`,
  );
  return gapless;
}
