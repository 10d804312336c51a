// How fast programs are compiled: embedded in Node and in a Chromium worker, and by the machine's own clang beside them.

import path from "node:path";

import { createNativeCompiler, createNodeCompiler, findNativeTools, packClang } from "gasworks/toolchain/node";

import { openChromiumPage, type ChromiumPage } from "../chromium-page.ts";
import { largestRenderer } from "../resident-memory.ts";
import { compiledPrograms, type CompiledPrograms } from "./compiled-programs.ts";
import { measureCompiler, type CompilerFigures } from "./measure-compiler.ts";
import type {} from "./page.ts";

/** One way to compile; `figures` is missing where there is none on this machine. */
export interface MeasuredWay {
  readonly way: "node" | "chromium" | "native";
  readonly title: string;
  readonly figures: CompilerFigures | undefined;
}

/** What the page's process has, in MiB; NaN where the system does not tell. */
export interface PageMemory {
  readonly before: number;
  readonly highest: number;
  /** After the compiles, while the compiler is kept. */
  readonly inUse: number;
  /** A minute after it was given back. */
  readonly afterIdleness: number;
  /** How long the first program takes then: the compiler comes from where the browser keeps its files. */
  readonly nextProgramMilliseconds: number;
}

export interface CompilerReport {
  readonly ways: readonly MeasuredWay[];
  readonly memory: PageMemory | undefined;
}

type Engine = "node" | "chromium";

/** Long enough for a machine with much other work. */
const TIME_LIMIT_MS = 300_000;
/** Shorter than in a game: what is measured is what comes back, not the wait. */
const IDLE_LIMIT_MS = 5_000;
/** The engine collects its garbage when it likes. */
const UNTIL_GIVEN_BACK_MS = 60_000;

/** Takes about two minutes, of which one waits for memory to come back. */
export async function runCompilers(engines: readonly Engine[]): Promise<CompilerReport> {
  const programs = await compiledPrograms();
  const ways: MeasuredWay[] = [];
  let memory: PageMemory | undefined;
  if (engines.includes("node")) {
    using compiler = createNodeCompiler({ results: false, timeLimitMs: TIME_LIMIT_MS });
    ways.push({ way: "node", title: `Node ${process.version}`, figures: await measureCompiler(compiler, programs) });
  }
  if (engines.includes("chromium")) {
    ways.push(await measureChromium(programs));
    memory = await measureMemory(programs);
  }
  ways.push(await measureNative(programs));
  return { ways, memory };
}

async function openPage(): Promise<ChromiumPage> {
  const opened = await openChromiumPage({
    html: "bench/toolchain/index.html",
    addFiles: (folder) => packClang(path.join(folder, "clang")),
  });
  await opened.page.waitForFunction(() => window.gasworksCompilerBench !== undefined);
  return opened;
}

async function measureChromium(programs: CompiledPrograms): Promise<MeasuredWay> {
  await using opened = await openPage();
  const figures = await opened.page.evaluate((given) => window.gasworksCompilerBench?.measureTimes(given), programs);
  return { way: "chromium", title: `Chromium ${opened.version}`, figures };
}

/** In a page of its own: what the last one left behind would count. */
async function measureMemory(programs: CompiledPrograms): Promise<PageMemory> {
  await using opened = await openPage();
  const before = largestRenderer();
  let highest = before;
  const looking = setInterval(() => {
    highest = Math.max(highest, largestRenderer());
  }, 25);
  await opened.page.evaluate(([given, idleLimitMs]) => window.gasworksCompilerBench?.useCompiler(given, idleLimitMs), [
    programs,
    IDLE_LIMIT_MS,
  ] as const);
  clearInterval(looking);
  const inUse = largestRenderer();
  await pause(IDLE_LIMIT_MS + UNTIL_GIVEN_BACK_MS);
  const afterIdleness = largestRenderer();
  const nextProgram = await opened.page.evaluate((given) => window.gasworksCompilerBench?.useAgain(given), programs);
  return {
    before,
    highest: Math.max(highest, inUse),
    inUse,
    afterIdleness,
    nextProgramMilliseconds: nextProgram ?? Number.NaN,
  };
}

async function measureNative(programs: CompiledPrograms): Promise<MeasuredWay> {
  const { found } = await findNativeTools();
  if (found === undefined) return { way: "native", title: "no clang installed", figures: undefined };
  using compiler = createNativeCompiler({ timeLimitMs: TIME_LIMIT_MS });
  const title = /clang version \d+(\.\d+)*/.exec(found.version)?.[0] ?? found.version;
  return { way: "native", title, figures: await measureCompiler(compiler, programs) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
