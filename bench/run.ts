// `npm run bench`: measures and prints. What is measured, and how: README.md.

import { parseArgs } from "node:util";

import { KERNELS } from "./kernels.ts";
import { asJson, asMarkdown, asText } from "./report.ts";
import { ENGINES, runBench, type BenchOptions } from "./run-bench.ts";

/** What was asked for on a command line. */
export interface BenchRequest extends BenchOptions {
  readonly format: "text" | "json" | "markdown";
}

/** What may be typed behind the command; `gasworks bench` has the same. */
export const OPTIONS = {
  json: { type: "boolean", default: false },
  markdown: { type: "boolean", default: false },
  rounds: { type: "string", default: "60" },
  engine: { type: "string", default: ENGINES.join() },
  kernels: { type: "string", default: KERNELS.join() },
  "no-figures": { type: "boolean", default: false },
  saves: { type: "boolean", default: false },
  compilers: { type: "boolean", default: false },
  calls: { type: "boolean", default: false },
} as const;

/** @throws {TypeError} for options that there are not, and values that make no sense. */
export function parseBenchArguments(args: readonly string[]): BenchRequest {
  const { values: options } = parseArgs({ args: [...args], options: OPTIONS });
  const rounds = Number(options.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new TypeError(`Cannot measure "${options.rounds}" rounds: expected an integer ≥ 1`);
  }
  if (options.saves && options.compilers) {
    throw new TypeError("Cannot measure saves only and compilers only: expected one of --saves and --compilers");
  }
  return {
    format: options.json ? "json" : options.markdown ? "markdown" : "text",
    rounds,
    engines: chosen(options.engine, ENGINES, "--engine"),
    kernels: chosen(options.kernels, KERNELS, "--kernels"),
    withFigures: !options["no-figures"],
    savesOnly: options.saves,
    compilersOnly: options.compilers,
    callsOnly: options.calls,
  };
}

/** Measures; the result is what is to be printed. */
export async function benchText(request: BenchRequest): Promise<string> {
  const report = await runBench(request);
  switch (request.format) {
    case "json":
      return `${JSON.stringify(asJson(report))}\n`;
    case "markdown":
      return asMarkdown(report);
    case "text":
      return asText(report);
    default:
      return request.format satisfies never;
  }
}

function chosen<T extends string>(text: string, offered: readonly T[], option: string): T[] {
  const names = text.split(",");
  const unknown = names.find((name) => !offered.some((each) => each === name));
  if (unknown !== undefined) {
    throw new TypeError(`Cannot use "${unknown}" as ${option}: expected some of ${offered.join(", ")}`);
  }
  return offered.filter((each) => names.includes(each));
}

if (process.argv[1] === import.meta.filename) {
  process.stdout.write(await benchText(parseBenchArguments(process.argv.slice(2))));
}
