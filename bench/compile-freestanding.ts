// C to the smallest possible module: no libc, no `_start`, and MVP instructions only unless told otherwise. What the
// published pipeline can read, and what kernels of the benchmark are made of.

import { createServiceCompiler, formatDiagnostic, type Compiler, type OptimizationLevel } from "gasworks/toolchain";
import { createNodeCompiler } from "gasworks/toolchain/node";

/** How to compile one freestanding C file. */
export interface FreestandingOptions {
  /** @defaultValue `"-O0"`, as clang itself */
  readonly optimization?: OptimizationLevel;
  /** @defaultValue `"mvp"` */
  readonly cpu?: "lime1" | "mvp";
}

/**
 * One for the process: loading clang takes longer than most compiles. Idle, it does not keep the process alive. Where the
 * environment's GASWORKS_COMPILE_SERVICE names a service, that compiles: the processes of the tests share one clang.
 */
export const sharedCompiler: Compiler = openCompiler(process.env["GASWORKS_COMPILE_SERVICE"]);

/**
 * Compiles and links one C source. Exports every function under its own name and imports the memory as `env.memory`.
 *
 * @throws {Error} with clang's own words if it does not compile.
 */
export async function compileFreestanding(source: string, options: FreestandingOptions = {}): Promise<Uint8Array> {
  const { optimization = "-O0", cpu = "mvp" } = options;
  const sources = { "guest.c": source };
  const { wasm, diagnostics } = await sharedCompiler.compile(sources, {
    optimization,
    target: "freestanding",
    cpu,
  });
  if (wasm === undefined) {
    throw new Error(`Cannot compile a freestanding guest:\n${diagnostics.map(formatDiagnostic).join("\n")}`);
  }
  return wasm;
}

function openCompiler(service: string | undefined): Compiler {
  return service === undefined ? createNodeCompiler() : createServiceCompiler({ url: service, timeLimitMs: 120_000 });
}
