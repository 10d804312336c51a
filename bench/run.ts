// `npm run bench`: how many times longer than plain V8 each contender takes, kernel by kernel, in Node (this process) and
// in Chromium; then pauses, snapshots, ticks, and preparing. See README.md.

import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";

import { buildKernels, type KernelBinaries } from "./build-kernels.ts";
import { compileFreestanding, sharedCompiler } from "./compile-freestanding.ts";
import { KERNELS } from "./kernels.ts";
import { measureFigures, type FigureInput } from "./measure-figures.ts";
import { measureKernel } from "./measure-kernels.ts";
import { measurePreparing, type PreparedModule } from "./measure-preparing.ts";
import { PROJECT_ROOT } from "./project-root.ts";
import { asJson, asMarkdown, asText, type EngineResult } from "./report.ts";
import { openChromium } from "./run-in-chromium.ts";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    markdown: { type: "boolean", default: false },
    rounds: { type: "string", default: "60" },
    engine: { type: "string", default: "node,chromium" },
    kernels: { type: "string", default: KERNELS.join() },
    "no-figures": { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
const kernels = await buildKernels(KERNELS.filter((kernel) => options.kernels.split(",").includes(kernel)));
const withFigures = !options["no-figures"];
const depths = await compileFreestanding(await guestSource("depths.c"), { optimization: "-O2" });
const engines: EngineResult[] = [];
if (options.engine.includes("node")) engines.push(await runInNode());
if (options.engine.includes("chromium")) engines.push(await runInChromium());
const report = { engines, preparing: withFigures && options.engine.includes("node") ? await runPreparing() : [] };
const print = options.json
  ? `${JSON.stringify(asJson(report))}\n`
  : options.markdown
    ? asMarkdown(report)
    : asText(report);
process.stdout.write(print);

async function runInNode(): Promise<EngineResult> {
  const results = [];
  for (const binaries of kernels) results.push(await measureKernel(binaries, rounds));
  const figures = withFigures ? await measureFigures(figureInput(500)) : undefined;
  return { engine: "node", version: process.version, rounds, kernels: results, figures };
}

async function runInChromium(): Promise<EngineResult> {
  await using browser = await openChromium();
  const results = [];
  for (const binaries of kernels) results.push(await browser.measureKernel(binaries, rounds));
  const figures = withFigures ? await browser.measureFigures(figureInput(100)) : undefined;
  return { engine: "chromium", version: browser.version, rounds, kernels: results, figures };
}

function figureInput(vmCount: number): FigureInput {
  return { depths, kernels, vmCount };
}

async function runPreparing(): Promise<PreparedModule[]> {
  const program = await sharedCompiler.compile({ "main.c": await guestSource("report.c") }, { optimization: "-O2" });
  if (program.wasm === undefined) throw new Error("Cannot compile report.c");
  const modules: readonly [string, Uint8Array][] = [
    ...kernels.map(({ kernel, lime1 }: KernelBinaries): [string, Uint8Array] => [kernel, lime1]),
    ["report (with the C library)", program.wasm],
  ];
  const results: PreparedModule[] = [];
  for (const [name, wasm] of modules) results.push(await measurePreparing(name, wasm));
  return results;
}

function guestSource(name: string): Promise<string> {
  return readFile(path.join(PROJECT_ROOT, "bench/guests", name), "utf8");
}
