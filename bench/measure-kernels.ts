// Times the kernels in the engine that this runs in, a Node process or a page.

import { gas, type Gas } from "gasworks/vm";

import type { KernelBinaries } from "./build-kernels.ts";
import { CONTENDERS, ONE_SLICE, RAW, type Contender, type Runner } from "./contenders.ts";
import { percentile, ratioOf, type Ratio } from "./ratios.ts";

/** Of a slice, when a contender is sliced. */
export const SLICE_MILLISECONDS = 0.3;

/**
 * V8 replaces its quick first compile by an optimized one while the program runs, for all instances of a module, but never
 * in the middle of a call. These calls are not counted.
 */
const WARM_UP_ROUNDS = 15;

/** The seed takes ten times as long as the others. */
const SEED_ROUNDS_SHARE = 1 / 3;

export interface KernelResult {
  readonly kernel: string;
  /** 10th percentile of raw's times. */
  readonly rawMilliseconds: number;
  /** Of our schedule, for the whole run. */
  readonly gas: number;
  /** Pauses in one run of `gasworks`. */
  readonly pauses: number;
  /** By contender; `null` if it cannot run the kernel. */
  readonly ratios: Readonly<Record<string, Ratio | null>>;
}

export async function measureKernel(binaries: KernelBinaries, rounds: number): Promise<KernelResult> {
  const ratios: Record<string, Ratio | null> = {};
  let rawMilliseconds = Number.NaN;
  let total = 0;
  let pauses = 0;
  for (const of of ["lime1", "mvp"] as const) {
    const raw = await loaded(RAW[of], binaries);
    const racers: { readonly name: string; readonly runner: Runner; readonly slice: Gas; readonly times: number[] }[] =
      [];
    for (const contender of CONTENDERS.filter((each) => each.of === of)) {
      const runner = await contender.load(binaries);
      if (runner === undefined) {
        ratios[contender.name] = null;
        continue;
      }
      const { slice, gasUsed } = warmUp(runner, contender.isSliced);
      racers.push({ name: contender.name, runner, slice, times: [] });
      if (contender.name === "gasworks") {
        total = gasUsed;
        pauses = Math.ceil(gasUsed / slice) - 1;
      }
    }
    warmUp(raw, false);
    const rawTimes: number[] = [];
    const count = of === "mvp" ? Math.ceil(rounds * SEED_ROUNDS_SHARE) : rounds;
    for (let round = 0; round < count; round += 1) {
      const expected = timeOnce(raw, ONE_SLICE);
      rawTimes.push(expected.milliseconds);
      for (const { name, runner, slice, times } of racers) {
        const actual = timeOnce(runner, slice);
        if (actual.printed !== expected.printed) {
          throw new Error(`Cannot compare: raw printed ${expected.printed}, ${name} printed ${actual.printed}`);
        }
        times.push(actual.milliseconds);
      }
      // Pages have few memories to give, and each program has one.
      if (round % 8 === 7) collectGarbage();
    }
    for (const { name, times } of racers) ratios[name] = ratioOf({ raw: rawTimes, contender: times });
    if (of === "lime1") rawMilliseconds = percentile(rawTimes, 0.1);
  }
  return { kernel: binaries.kernel, rawMilliseconds, gas: total, pauses, ratios };
}

async function loaded(contender: Contender, binaries: KernelBinaries): Promise<Runner> {
  const runner = await contender.load(binaries);
  if (runner === undefined) throw new Error(`Unreachable: ${contender.name} runs every kernel`);
  return runner;
}

/** Until the code is optimized; says how much gas a slice of {@link SLICE_MILLISECONDS} is. */
function warmUp(runner: Runner, isSliced: boolean): { readonly slice: Gas; readonly gasUsed: number } {
  let best = Infinity;
  let gasUsed = 0;
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
    const run = timeOnce(runner, ONE_SLICE);
    best = Math.min(best, run.milliseconds);
    gasUsed = run.gasUsed;
    if (round % 8 === 7) collectGarbage();
  }
  const slice = isSliced ? gas(Math.max(1, Math.round((gasUsed / best) * SLICE_MILLISECONDS))) : ONE_SLICE;
  for (let round = 0; isSliced && round < WARM_UP_ROUNDS / 3; round += 1) timeOnce(runner, slice);
  return { slice, gasUsed };
}

function timeOnce(runner: Runner, slice: Gas): { milliseconds: number; printed: string; gasUsed: number } {
  const program = runner.start(slice);
  const before = performance.now();
  program.run();
  const milliseconds = performance.now() - before;
  return { milliseconds, printed: program.printed.join(" "), gasUsed: program.gasUsed };
}

/** Where the engine was started with `--expose-gc`. */
export function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}
