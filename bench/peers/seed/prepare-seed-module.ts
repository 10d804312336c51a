// The build half of the published pipeline: a metering call per block by wasm-metering, then Binaryen's Asyncify, neither
// with any option beyond the published ones. Reads freestanding `-mcpu=mvp` modules only, as wasm-metering does.

import binaryen from "binaryen";
import metering from "wasm-metering";

/** A metered and asyncified module as plain data: it can be posted to a page and compiled there. */
export interface SeedBinary {
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly initialPages: number;
}

/** A metered and asyncified module, ready for any number of executors. */
export interface SeedModule {
  readonly compiled: WebAssembly.Module;
  /** Pages the module wants at the start. The guest's own wish: nothing bounds it. */
  readonly initialPages: number;
  /** Size of the instrumented module, for the benchmark's table. */
  readonly bytes: number;
}

// Binaryen's options belong to the process, and other code here sets them. The published program never touches them, so
// these, Binaryen's own defaults, are what it ran with.
const DEFAULT_OPTIMIZE_LEVEL = 2;
const DEFAULT_SHRINK_LEVEL = 1;

/** Instruments and compiles; see {@link instrumentSeedModule}. */
export function prepareSeedModule(wasm: Uint8Array): SeedModule {
  const { wasm: instrumented, initialPages } = instrumentSeedModule(wasm);
  return { compiled: new WebAssembly.Module(instrumented), initialPages, bytes: instrumented.length };
}

/**
 * Instruments a module that imports its memory as `env.memory`.
 *
 * Nothing is checked first. What the two tools cannot read, they report in their own ways: a `TypeError` from
 * wasm-metering, an object that is no `Error` from Binaryen, a `WebAssembly.CompileError` when they emitted nonsense.
 */
export function instrumentSeedModule(wasm: Uint8Array): SeedBinary {
  const metered = metering.meterWASM(wasm, { meterType: "i32" });
  const optimizeLevel = binaryen.getOptimizeLevel();
  const shrinkLevel = binaryen.getShrinkLevel();
  const ir = binaryen.readBinary(metered);
  try {
    binaryen.setOptimizeLevel(DEFAULT_OPTIMIZE_LEVEL);
    binaryen.setShrinkLevel(DEFAULT_SHRINK_LEVEL);
    ir.runPasses(["asyncify"]);
    // A copy of its own: `emitBinary` may give a view of Binaryen's heap, and `Module` wants an unshared buffer.
    return { wasm: new Uint8Array(ir.emitBinary()), initialPages: ir.getMemoryInfo().initial };
  } finally {
    binaryen.setOptimizeLevel(optimizeLevel);
    binaryen.setShrinkLevel(shrinkLevel);
    ir.dispose();
  }
}
