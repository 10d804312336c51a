// What the page of the compiler's benchmark offers to run.ts.

import { createBrowserCompiler, type Compiler, type EmbeddedLimits } from "gasworks/toolchain";

import type { CompiledPrograms } from "./compiled-programs.ts";
import { measureCompiler, type CompilerFigures } from "./measure-compiler.ts";

interface CompilerBenchPage {
  measureTimes(programs: CompiledPrograms): Promise<CompilerFigures>;
  /** Loads a compiler and compiles as a player does, and two programs at once. It is given back after `idleLimitMs`. */
  useCompiler(programs: CompiledPrograms, idleLimitMs: number): Promise<void>;
  /** Milliseconds of a small program in the compiler that was used. */
  useAgain(programs: CompiledPrograms): Promise<number>;
}

declare global {
  interface Window {
    gasworksCompilerBench?: CompilerBenchPage;
  }
}

/** Long enough for a machine with much other work. */
const TIME_LIMIT_MS = 300_000;

const create = (limits: EmbeddedLimits = {}): Compiler =>
  createBrowserCompiler({
    baseUrl: new URL("/clang/", location.href),
    results: false,
    timeLimitMs: TIME_LIMIT_MS,
    ...limits,
  });

let used: Compiler | undefined;

window.gasworksCompilerBench = {
  async measureTimes(programs) {
    using compiler = create();
    return await measureCompiler(compiler, programs);
  },
  async useCompiler({ small, large }, idleLimitMs) {
    const compiler = (used ??= create({ idleLimitMs }));
    await compiler.preload();
    for (let run = 0; run < 5; run++) await compiler.compile(small, { optimization: "-O2" });
    await compiler.compile(large, { optimization: "-O2" });
    await Promise.all([small, large].map((sources) => compiler.compile(sources, { optimization: "-O2" })));
  },
  async useAgain({ small }) {
    const before = performance.now();
    await used?.compile(small, { optimization: "-O2" });
    return performance.now() - before;
  },
};
