// Who runs the kernels: V8 on the bytes as clang wrote them, our engine, and the peers. Runs in Node and in a page.

import {
  createVm,
  gas,
  MAX_SLICE_GAS,
  prepareModule,
  type Device,
  type Gas,
  type MemoryBackend,
  type Vm,
} from "gasworks/vm";

import type { KernelBinaries } from "./build-kernels.ts";
import { createAsyncifyVm, loadAsyncifyModule } from "./peers/asyncify/asyncify-vm.ts";
import { createSeedVm } from "./peers/seed/seed-vm.ts";
import { PRINT_TYPE, printDevice } from "./print-device.ts";

/** A program that stands before its first instruction, instance and memory included. */
export interface Program {
  /** Runs to the end; timed. */
  run(): void;
  /** What the kernel printed. */
  readonly printed: readonly number[];
  /** Units of its own that it took, once it has ended; 0 if it does not count. */
  readonly gasUsed: number;
}

/** A kernel made ready by one contender. */
export interface Runner {
  /** A fresh program, to be run in slices of that size; not timed. */
  start(slice: Gas): Program;
}

/** A way to run a kernel. */
export interface Contender {
  readonly name: string;
  /** Which raw run it is compared with: that of the same bytes. */
  readonly of: "lime1" | "mvp";
  /** Whether it is paused again and again, or runs in as few slices as it can. */
  readonly isSliced: boolean;
  /** Nothing if this contender cannot run the kernel. */
  load(binaries: KernelBinaries): Promise<Runner | undefined>;
}

/** The denominators of all ratios. */
export const RAW: Readonly<Record<"lime1" | "mvp", Contender>> = { lime1: raw("lime1"), mvp: raw("mvp") };

/** Everybody who is compared with {@link RAW}, by the names of the table's columns. */
export const CONTENDERS: readonly Contender[] = [
  { name: "gasworks", of: "lime1", isSliced: true, load: (binaries) => loadGasworks(binaries, "own") },
  { name: "gasworksArena", of: "lime1", isSliced: true, load: (binaries) => loadGasworks(binaries, "arena") },
  { name: "gasworksOneSlice", of: "lime1", isSliced: false, load: (binaries) => loadGasworks(binaries, "own") },
  { name: "asyncify", of: "lime1", isSliced: true, load: loadAsyncify },
  // Not sliced: a pause overwrites memory of the guest, see docs/seed-pipeline.md.
  { name: "seed", of: "mvp", isSliced: false, load: loadSeed },
];

function raw(of: "lime1" | "mvp"): Contender {
  return {
    name: "raw",
    of,
    isSliced: false,
    async load(binaries) {
      const module = await WebAssembly.compile(Uint8Array.from(binaries[of]));
      return {
        start() {
          const printed: number[] = [];
          const print = (number: number): void => void printed.push(number);
          const memory = new WebAssembly.Memory({ initial: PAGES });
          const entry = new WebAssembly.Instance(module, { env: { memory, print } }).exports["entry"] as () => void;
          return { printed, run: entry, gasUsed: 0 };
        },
      };
    },
  };
}

/** Enough for every kernel. */
const PAGES = 16;

async function loadGasworks({ lime1 }: KernelBinaries, memory: MemoryBackend): Promise<Runner> {
  const module = await prepareModule(lime1, { devices: [PRINT_TYPE] }, { memory });
  const create = (devices: readonly Device[]): Vm => createVm(module, { entry: "entry", devices });
  return { start: (slice) => startVm(create, slice, module.bootGas) };
}

async function loadAsyncify({ asyncify }: KernelBinaries): Promise<Runner | undefined> {
  if (asyncify === null) return undefined;
  const module = await loadAsyncifyModule(asyncify);
  const create = (devices: readonly Device[]): Vm => createAsyncifyVm(module, { entry: "entry", devices });
  return { start: (slice) => startVm(create, slice, module.bootGas) };
}

async function loadSeed({ seed }: KernelBinaries): Promise<Runner | undefined> {
  if (seed === null) return undefined;
  const { wasm, initialPages } = seed;
  const module = { compiled: await WebAssembly.compile(wasm), initialPages, bytes: wasm.length };
  return { start: (slice) => startVm((devices) => createSeedVm(module, { devices }), slice, undefined) };
}

/** @param bootGas - What is owed for segments; nothing if the instance is made at once. */
function startVm(create: (devices: readonly Device[]) => Vm, slice: Gas, bootGas: number | undefined): Program {
  const printed: number[] = [];
  const vm = create([printDevice(printed)]);
  // Our instances are made in the first slice. It gets past the segments and no further than the first test.
  if (bootGas !== undefined) vm.runSlice(gas(bootGas + 1));
  const before = Number(vm.gasUsed);
  return {
    printed,
    get gasUsed() {
      return Number(vm.gasUsed) - before;
    },
    run() {
      let end = vm.runSlice(slice);
      while (end.kind === "out-of-gas") end = vm.runSlice(slice);
      if (end.kind !== "exited") throw new Error(`Cannot time a kernel that ends with ${JSON.stringify(end)}`);
    },
  };
}

/** As much as a slice can have. */
export const ONE_SLICE: Gas = MAX_SLICE_GAS;
