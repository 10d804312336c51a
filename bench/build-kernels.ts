// Everything that has to be done in Node, once, before kernels can be timed in any engine: compiling, and the build halves
// of the peers, whose tools are no part of what is timed. The result is plain data that can be posted to a page.

import { compileKernel, KERNELS, type Kernel } from "./kernels.ts";
import { buildAsyncifyModule, type AsyncifyBinary } from "./peers/asyncify/index.ts";
import { instrumentSeedModule, type SeedBinary } from "./peers/seed/index.ts";
import { PRINT_TYPE } from "./print-device.ts";

/** One kernel in all the forms that contenders run. `null` where a peer's tools cannot read it. */
export interface KernelBinaries {
  readonly kernel: Kernel;
  /** As players' programs are compiled. */
  readonly lime1: Uint8Array;
  /** For the published pipeline, and for the raw runs that it is compared with. */
  readonly mvp: Uint8Array;
  readonly asyncify: AsyncifyBinary | null;
  readonly seed: SeedBinary | null;
}

export async function buildKernels(kernels: readonly Kernel[] = KERNELS): Promise<KernelBinaries[]> {
  const built: KernelBinaries[] = [];
  for (const kernel of kernels) {
    const [lime1, mvp] = [await compileKernel(kernel, "lime1"), await compileKernel(kernel, "mvp")];
    built.push({
      kernel,
      lime1,
      mvp,
      asyncify: await buildAsyncifyModule(lime1, { devices: [PRINT_TYPE] }),
      seed: readableBySeed(mvp),
    });
  }
  return built;
}

function readableBySeed(wasm: Uint8Array): SeedBinary | null {
  try {
    return instrumentSeedModule(wasm);
  } catch (error) {
    // wasm-metering's way to say that it does not know an instruction.
    if (error instanceof TypeError) return null;
    throw error;
  }
}
