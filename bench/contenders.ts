// Who runs the kernels: V8 on the bytes as clang wrote them, our engine, and the published pipeline.

import { createVm, MAX_SLICE_GAS, prepareModule, type Device, type Vm } from "gasworks/vm";

import { createSeedVm, prepareSeedModule } from "./peers/seed/index.ts";
import { printDevice } from "./print-device.ts";

/** A kernel made ready by one contender. */
export interface Runner {
  /** Size of what the engine compiles. */
  readonly bytes: number;
  /** A fresh program; not timed. */
  start(): Program;
}

export interface Program {
  /** Runs to the end; timed. */
  run(): void;
  /** What the kernel printed. */
  readonly printed: readonly number[];
}

/** A way to run a kernel. */
export interface Contender {
  readonly name: string;
  prepare(wasm: Uint8Array): Promise<Runner>;
}

/** The denominator of every ratio. */
export const RAW: Contender = {
  name: "raw",
  async prepare(wasm) {
    const module = new WebAssembly.Module(new Uint8Array(wasm));
    const initial = 16;
    return {
      bytes: wasm.length,
      start() {
        const printed: number[] = [];
        const print = (number: number): void => void printed.push(number);
        const memory = new WebAssembly.Memory({ initial });
        const entry = new WebAssembly.Instance(module, { env: { memory, print } }).exports["entry"] as () => void;
        return { printed, run: entry };
      },
    };
  },
};

/** Everybody who is compared with {@link RAW}, by the names of the table's columns. */
export const CONTENDERS: readonly Contender[] = [
  {
    name: "gasworks",
    async prepare(wasm) {
      const print = printDevice([]);
      const module = await prepareModule(wasm, { devices: [print.type] });
      return {
        bytes: wasm.length,
        start: () => startVm((devices) => createVm(module, { entry: "entry", devices })),
      };
    },
  },
  {
    name: "seed",
    async prepare(wasm) {
      const module = prepareSeedModule(wasm);
      return { bytes: module.bytes, start: () => startVm((devices) => createSeedVm(module, { devices })) };
    },
  },
];

function startVm(create: (devices: readonly Device[]) => Vm): Program {
  const printed: number[] = [];
  const vm = create([printDevice(printed)]);
  return {
    printed,
    run() {
      // One slice is enough for us; the pipeline's units are smaller, so it pauses a few times.
      let end = vm.runSlice(MAX_SLICE_GAS);
      while (end.kind === "out-of-gas") end = vm.runSlice(MAX_SLICE_GAS);
      if (end.kind !== "exited") throw new Error(`Cannot time a kernel that ends with ${JSON.stringify(end)}`);
    },
  };
}
