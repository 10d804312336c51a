// More languages in Node.

import { Worker } from "node:worker_threads";

import type { Compiler } from "../compiler.ts";
import { connectNodeWorker } from "../embedded/connect-node-worker.ts";
import type { StartWorker } from "../embedded/worker-link.ts";
import { LanguageCompiler, type LanguageLimits } from "./language-compiler.ts";

/**
 * Adds AssemblyScript (`.ts`) and WebAssembly text (`.wat`) to a compiler. Their packages, `assemblyscript` and `wabt`, are
 * loaded in a worker when the first such program comes; a missing one is `toolchain/unavailable` then.
 *
 * @param compiler - For C. It belongs to the result, which disposes of it. Without one C is `toolchain/unavailable`.
 * @throws RangeError if a limit is out of its range.
 */
export function withLanguages(compiler: Compiler | undefined, limits: LanguageLimits = {}): Compiler {
  return new LanguageCompiler(compiler, startNodeWorker, limits);
}

/** What the packages may need; a hostile program ends the worker and not the process. In MiB. */
const MAX_HEAP_MB = 1_024;

const startNodeWorker: StartWorker = (...listeners) => {
  const worker = new Worker(new URL("./node.worker.js", import.meta.url), {
    name: "languages",
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    stderr: true,
  });
  // A package that crashes prints its stack, with paths of this machine.
  worker.stderr.resume();
  return connectNodeWorker(worker, listeners);
};
