// Times of one compiler, in the process or page that uses it. Each figure is a median; runs are few, because some take
// seconds.

import type { Compiler, Sources } from "gasworks/toolchain";

import type { CompiledPrograms } from "./compiled-programs.ts";

/** All in milliseconds. */
export interface CompilerFigures {
  /** From the last byte of the download to the first program, with a compiler that has never worked in this process. */
  readonly firstProgram: number;
  /** The 500 lines the first time: engines compile the parts of clang that are new to them. */
  readonly firstLarge: number;
  readonly small: number;
  readonly large: number;
  /** Two small programs at once, until both are there. */
  readonly twoSmall: number;
  /** From a cancel to the next small program. */
  readonly afterCancel: number;
  /** The longest time for which this thread did not get its turn, until the first program and the first large one. */
  readonly longestStall: number;
  /** The longest task of its own in that time: 0 if none took 50 ms, NaN where the engine does not tell. */
  readonly longestTask: number;
  /** The same stall in as much time in which it does nothing: what the machine's other work makes of it. */
  readonly longestStallAtRest: number;
}

/** How often the quick ones are repeated. */
const RUNS = 7;
/** How long the endless program runs before it is canceled. */
const BEFORE_CANCEL_MS = 300;

/** @param compiler - A new one, which keeps no results. */
export async function measureCompiler(compiler: Compiler, programs: CompiledPrograms): Promise<CompilerFigures> {
  const { small, large } = programs;
  const stalls = watchStalls();
  const tasks = watchTasks();
  const watched = performance.now();
  let downloaded = watched;
  const onProgress = (): void => {
    downloaded = performance.now();
  };
  await compile(compiler, small, { onProgress });
  const firstProgram = performance.now() - downloaded;
  const firstLarge = await timeOf(() => compile(compiler, large));
  const longestStall = stalls();
  const longestTask = tasks();
  const atRest = watchStalls();
  await pause(performance.now() - watched);
  const longestStallAtRest = atRest();
  return {
    firstProgram,
    firstLarge,
    small: await medianOf(RUNS, () => timeOf(() => compile(compiler, small))),
    large: await medianOf(RUNS, () => timeOf(() => compile(compiler, large))),
    twoSmall: await medianOf(RUNS, () =>
      timeOf(() => Promise.all([compile(compiler, small), compile(compiler, small)])),
    ),
    afterCancel: await medianOf(RUNS, () => timeAfterCancel(compiler, programs)),
    longestStall,
    longestTask,
    longestStallAtRest,
  };
}

async function timeAfterCancel(compiler: Compiler, { small, endless }: CompiledPrograms): Promise<number> {
  const controller = new AbortController();
  const running = compiler.compile(endless, { signal: controller.signal }).then(
    () => "it ended",
    (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
  );
  await pause(BEFORE_CANCEL_MS);
  const canceled = performance.now();
  controller.abort();
  const end = await running;
  if (end !== "toolchain/canceled") throw new Error(`Cannot cancel the endless program: ${String(end)}`);
  await compile(compiler, small);
  return performance.now() - canceled;
}

async function compile(
  compiler: Compiler,
  sources: Sources,
  options: { readonly onProgress?: () => void } = {},
): Promise<void> {
  const { wasm } = await compiler.compile(sources, { optimization: "-O2", ...options });
  if (wasm === undefined) throw new Error("Cannot compile a program of the benchmark");
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

async function medianOf(runs: number, measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let run = 0; run < runs; run++) values.push(await measure());
  return values.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** @returns What ends the watch and gives the longest time between two turns of this thread. */
function watchStalls(): () => number {
  let last = performance.now();
  let longest = 0;
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const interval = setInterval(look, 4);
  return () => {
    clearInterval(interval);
    look();
    return longest;
  };
}

/** @returns What ends the watch and gives the duration of the longest task that the engine calls long. */
function watchTasks(): () => number {
  if (!PerformanceObserver.supportedEntryTypes.includes("longtask")) return () => Number.NaN;
  let longest = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
  });
  observer.observe({ type: "longtask" });
  return () => {
    for (const { duration } of observer.takeRecords()) longest = Math.max(longest, duration);
    observer.disconnect();
    return longest;
  };
}
