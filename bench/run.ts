// `npm run bench`: how many times longer than plain V8 each contender takes, kernel by kernel, all in this one process.
// `--json` prints one object instead of the table; `--rounds N` takes N pairs of times (60 if absent).

import { parseArgs } from "node:util";

import { CONTENDERS, RAW, type Runner } from "./contenders.ts";
import { compileKernel, KERNELS } from "./kernels.ts";
import { geometricMean, ratioOf, type PairedTimes, type Ratio } from "./ratios.ts";

const { values: options } = parseArgs({
  options: { json: { type: "boolean", default: false }, rounds: { type: "string", default: "60" } },
});
const rounds = Number(options.rounds);

// V8 replaces its quick first compile by an optimized one while the program runs, for all instances of a module, but never
// in the middle of a call. These calls are not counted.
const WARM_UP_ROUNDS = 15;

const results = new Map<string, Map<string, Ratio>>();
const rawTimes = new Map<string, number>();
for (const kernel of KERNELS) {
  const wasm = await compileKernel(kernel);
  const raw = await RAW.prepare(wasm);
  const row = new Map<string, Ratio>();
  for (const contender of CONTENDERS) {
    const runner = await contender.prepare(wasm);
    const times = measure(raw, runner);
    row.set(contender.name, ratioOf(times));
    rawTimes.set(kernel, Math.min(...times.raw, rawTimes.get(kernel) ?? Infinity));
  }
  results.set(kernel, row);
}
process.stdout.write(options.json ? `${JSON.stringify(asJson())}\n` : asTable());

/** Raw and contender in turns, each time a fresh program. */
function measure(raw: Runner, contender: Runner): PairedTimes {
  const times = { raw: [] as number[], contender: [] as number[] };
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    const expected = timeOnce(raw);
    const actual = timeOnce(contender);
    if (expected.printed !== actual.printed) {
      throw new Error(`Cannot compare: raw printed ${expected.printed}, the contender ${actual.printed}`);
    }
    if (round < 0) continue;
    times.raw.push(expected.milliseconds);
    times.contender.push(actual.milliseconds);
  }
  return times;
}

function timeOnce(runner: Runner): { milliseconds: number; printed: string } {
  const program = runner.start();
  const before = performance.now();
  program.run();
  return { milliseconds: performance.now() - before, printed: program.printed.join(" ") };
}

function asJson(): object {
  const columns = CONTENDERS.map(({ name }) => name);
  const numbersOf = (kernel: string): object =>
    Object.fromEntries(columns.map((name) => [name, round2(ratio(kernel, name).low)]));
  return {
    node: {
      version: process.version,
      kernels: Object.fromEntries(KERNELS.map((kernel) => [kernel, numbersOf(kernel)])),
      geomean: Object.fromEntries(columns.map((name) => [name, round2(mean(name, "low"))])),
    },
  };
}

function asTable(): string {
  const line = (cells: readonly string[]): string =>
    cells.map((cell, index) => (index === 0 ? cell.padEnd(10) : cell.padStart(18))).join("");
  const cellOf = (low: number, median: number): string => `${low.toFixed(2)} (${median.toFixed(2)})`;
  const lines = [
    `Time through plain V8's, Node ${process.version}, ${rounds} pairs: of the 10th percentiles (median of the pairs)`,
    "",
    line(["kernel", "raw ms", ...CONTENDERS.map(({ name }) => name)]),
    ...KERNELS.map((kernel) =>
      line([
        kernel,
        (rawTimes.get(kernel) ?? Number.NaN).toFixed(2),
        ...CONTENDERS.map(({ name }) => cellOf(ratio(kernel, name).low, ratio(kernel, name).median)),
      ]),
    ),
    line(["geomean", "", ...CONTENDERS.map(({ name }) => cellOf(mean(name, "low"), mean(name, "median")))]),
  ];
  return `${lines.join("\n")}\n`;
}

function ratio(kernel: string, contender: string): Ratio {
  return results.get(kernel)?.get(contender) ?? { low: Number.NaN, median: Number.NaN };
}

function mean(contender: string, which: keyof Ratio): number {
  return geometricMean(KERNELS.map((kernel) => ratio(kernel, contender)[which]));
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
