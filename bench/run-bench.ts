// All that is measured, in the order of the report: kernels in Node (this process) and in Chromium with pauses, snapshots
// and ticks, then preparing and single instructions.

import { readFile } from "node:fs/promises";
import path from "node:path";

import { buildKernels, type KernelBinaries } from "./build-kernels.ts";
import { buildCallInput } from "./calls/call-programs.ts";
import { measureCalls } from "./calls/measure-calls.ts";
import { compileFreestanding, sharedCompiler } from "./compile-freestanding.ts";
import { ComputerWorld } from "gasworks/computer";

import { measureDevices, roverDevices, type DeviceInput } from "./devices/measure-devices.ts";
import { KERNELS, type Kernel } from "./kernels.ts";
import { measureFigures, type FigureInput } from "./measure-figures.ts";
import { measureInstructions } from "./measure-instructions.ts";
import { measureKernel } from "./measure-kernels.ts";
import { measurePreparing, type PreparedModule } from "./measure-preparing.ts";
import { PROJECT_ROOT } from "./project-root.ts";
import type { EngineResult, Report } from "./report.ts";
import { openChromium } from "./run-in-chromium.ts";
import { measureSaves, type SaveFigures, type SaveInput } from "./saves/measure-saves.ts";
import { openNodeStorage } from "./saves/node-storage.ts";
import { runCompilers } from "./toolchain/run-compilers.ts";

export const ENGINES = ["node", "chromium"] as const;

/** What to measure. */
export interface BenchOptions {
  /** @defaultValue all */
  readonly kernels?: readonly Kernel[];
  /** @defaultValue both */
  readonly engines?: readonly (typeof ENGINES)[number][];
  /** How often raw and contenders take turns. @defaultValue 60 */
  readonly rounds?: number;
  /** Whether to measure more than kernels. @defaultValue true */
  readonly withFigures?: boolean;
  /** Whether to measure saves and nothing else. @defaultValue false */
  readonly savesOnly?: boolean;
  /** Whether to measure nothing but compilers. @defaultValue false */
  readonly compilersOnly?: boolean;
  /** Whether to measure nothing but calls of devices, WASI and the like. @defaultValue false */
  readonly callsOnly?: boolean;
}

/** Computers in a tick. Chromium gives a page no more than about 124 memories. */
const VM_COUNTS = { node: 500, chromium: 100 } as const;

/** Takes about five minutes. */
export async function runBench(options: BenchOptions = {}): Promise<Report> {
  const { rounds = 60, withFigures = true, engines = ENGINES, savesOnly = false, compilersOnly = false } = options;
  if (options.callsOnly === true) {
    return { engines: await runCalls(engines), preparing: [], instructions: [], compilers: undefined };
  }
  if (savesOnly) return { engines: await runSaves(engines), preparing: [], instructions: [], compilers: undefined };
  // First of all: a clang that this process has used before would be faster.
  const compilers = withFigures || compilersOnly ? await runCompilers(engines) : undefined;
  if (compilersOnly) return { engines: [], preparing: [], instructions: [], compilers };
  const kernels = await buildKernels(options.kernels ?? KERNELS);
  const depths = await compileFreestanding(await guestSource("depths.c"), { optimization: "-O2" });
  const figureInput = (engine: keyof typeof VM_COUNTS): FigureInput => ({
    depths,
    kernels,
    vmCount: VM_COUNTS[engine],
  });
  const results: EngineResult[] = [];
  if (engines.includes("node")) {
    const timed = [];
    for (const binaries of kernels) timed.push(await measureKernel(binaries, rounds));
    const figures = withFigures ? await measureFigures(figureInput("node")) : undefined;
    const devices = withFigures ? await measureDevices(await deviceInput()) : undefined;
    const calls = withFigures ? await measureCalls(await buildCallInput()) : undefined;
    const saves = withFigures ? await measureSavesInNode() : undefined;
    const { version } = process;
    results.push({ engine: "node", version, rounds, kernels: timed, figures, devices, calls, saves });
  }
  if (engines.includes("chromium")) {
    await using browser = await openChromium();
    const timed = [];
    for (const binaries of kernels) timed.push(await browser.measureKernel(binaries, rounds));
    const figures = withFigures ? await browser.measureFigures(figureInput("chromium")) : undefined;
    const devices = withFigures ? await browser.measureDevices(await deviceInput()) : undefined;
    const calls = withFigures ? await browser.measureCalls(await buildCallInput()) : undefined;
    const saves = withFigures ? await browser.measureSaves(await saveInput()) : undefined;
    const { version } = browser;
    results.push({ engine: "chromium", version, rounds, kernels: timed, figures, devices, calls, saves });
  }
  const isComplete = withFigures && engines.includes("node");
  return {
    engines: results,
    preparing: isComplete ? await runPreparing(kernels) : [],
    instructions: isComplete ? await measureInstructions() : [],
    compilers,
  };
}

async function runCalls(engines: readonly (typeof ENGINES)[number][]): Promise<EngineResult[]> {
  const input = await buildCallInput();
  const results: EngineResult[] = [];
  if (engines.includes("node")) {
    results.push({ ...NOTHING, engine: "node", version: process.version, calls: await measureCalls(input) });
  }
  if (engines.includes("chromium")) {
    await using browser = await openChromium();
    const calls = await browser.measureCalls(input);
    results.push({ ...NOTHING, engine: "chromium", version: browser.version, calls });
  }
  return results;
}

/** Of an engine that was asked for one thing only. */
const NOTHING = {
  rounds: 0,
  kernels: [],
  figures: undefined,
  devices: undefined,
  calls: undefined,
  saves: undefined,
} as const;

async function runSaves(engines: readonly (typeof ENGINES)[number][]): Promise<EngineResult[]> {
  const results: EngineResult[] = [];
  if (engines.includes("node")) {
    results.push({ ...NOTHING, engine: "node", version: process.version, saves: await measureSavesInNode() });
  }
  if (engines.includes("chromium")) {
    await using browser = await openChromium();
    const saves = await browser.measureSaves(await saveInput());
    results.push({ ...NOTHING, engine: "chromium", version: browser.version, saves });
  }
  return results;
}

async function measureSavesInNode(): Promise<SaveFigures> {
  using storage = openNodeStorage();
  return await measureSaves(await saveInput(), storage);
}

/** Compiled as a computer compiles it: with lines for crash reports. */
async function saveInput(): Promise<SaveInput> {
  const sources = { "main.c": await guestSource("keeper.c") };
  const { wasm } = await sharedCompiler.compile(sources, { optimization: "-O2", debug: "lines" });
  if (wasm === undefined) throw new Error("Cannot compile keeper.c");
  return { keeper: wasm };
}

async function runPreparing(kernels: readonly KernelBinaries[]): Promise<PreparedModule[]> {
  const program = await sharedCompiler.compile({ "main.c": await guestSource("report.c") }, { optimization: "-O2" });
  if (program.wasm === undefined) throw new Error("Cannot compile report.c");
  const results: PreparedModule[] = [];
  for (const { kernel, lime1 } of kernels) results.push(await measurePreparing(kernel, lime1));
  results.push(await measurePreparing("report (with the C library)", program.wasm));
  return results;
}

/** Rovers are compiled for what they are wired to. */
async function deviceInput(): Promise<DeviceInput> {
  const source = await guestSource("rover.c");
  const { headers } = new ComputerWorld().add({ id: "rover", devices: roverDevices() });
  const compile = async (sources: Readonly<Record<string, string>>): Promise<Uint8Array> => {
    const { wasm } = await sharedCompiler.compile(sources, { optimization: "-O2" });
    if (wasm === undefined) throw new Error("Cannot compile rover.c");
    return wasm;
  };
  return {
    rover: await compile({ ...headers, "main.c": `#define DEVICES\n${source}` }),
    thinker: await compile({ "main.c": source }),
  };
}

function guestSource(name: string): Promise<string> {
  return readFile(path.join(PROJECT_ROOT, "bench/guests", name), "utf8");
}
