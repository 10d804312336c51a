// The embedded compiler in Node: clang as WebAssembly in a worker thread.

import { availableParallelism } from "node:os";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

import type { Compiler } from "../compiler.ts";
import { ToolchainError } from "../errors.ts";
import { type ResultCacheOption, withResultCache } from "../result-cache.ts";
import { connectNodeWorker } from "./connect-node-worker.ts";
import { EmbeddedCompiler } from "./embedded-compiler.ts";
import { type EmbeddedLimits, resolveLimits } from "./limits.ts";
import type { StartWorker } from "./worker-link.ts";

export interface NodeCompilerOptions extends EmbeddedLimits, ResultCacheOption {
  /**
   * Directory with `llvm.core.wasm` and either `sysroot-c.tar` or `llvm-resources.tar`.
   *
   * @defaultValue the installed package `@yowasp/clang`
   */
  readonly directory?: string;
}

/**
 * Creates a compiler that works in worker threads. An idle compiler does not keep the process alive.
 *
 * @throws {@link ToolchainError} `toolchain/unavailable` if no directory is given and `@yowasp/clang` is not installed.
 * @throws RangeError if a limit is out of its range.
 */
export function createNodeCompiler(options: NodeCompilerOptions = {}): Compiler {
  const base = options.directory === undefined ? installedClang() : pathToFileURL(`${options.directory}/`);
  const limits = resolveLimits(options, availableParallelism());
  return withResultCache(new EmbeddedCompiler(startNodeWorker, { baseUrl: base.href }, limits), options);
}

/**
 * Directory of the installed package `@yowasp/clang` that holds its files, as a URL with a slash at its end.
 *
 * @throws {@link ToolchainError} `toolchain/unavailable` if it is not installed.
 */
export function installedClang(): URL {
  try {
    return new URL("./", import.meta.resolve("@yowasp/clang"));
  } catch (error) {
    throw new ToolchainError(
      "toolchain/unavailable",
      'Cannot find the compiler: the package "@yowasp/clang" is not installed next to gasworks',
      { cause: error },
    );
  }
}

const startNodeWorker: StartWorker = (...listeners) =>
  // Without the process's own flags: some of them, such as --input-type, keep a worker from starting.
  connectNodeWorker(
    new Worker(new URL("./node.worker.js", import.meta.url), { name: "compiler", execArgv: [] }),
    listeners,
  );
