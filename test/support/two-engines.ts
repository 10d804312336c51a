// Plays one guest on our engine and on the published pipeline, the same way: slices of a fixed size, on request a move to
// a new Vm at every pause. Both are given `env.print`, and what the guest printed is the outcome to compare.

import { createVm, gas, prepareModule, restoreVm, type SliceResult, type Snapshot, type Vm } from "gasworks/vm";

import { createSeedVm, prepareSeedModule, restoreSeedVm } from "../../bench/peers/seed/index.ts";
import { printDevice } from "../../bench/print-device.ts";
import { freestandingGuest, watGuest } from "./guest.ts";

const PRINT_IN_C = `__attribute__((import_module("env"), import_name("print"))) extern void print(int number);`;

/** C behind a declaration of `print`. Runs on both engines: MVP, with the memory imported. */
export function printingC(source: string): Promise<Uint8Array> {
  return freestandingGuest(`${PRINT_IN_C}\n${source}`);
}

/** The inside of a module, behind the import of `$print` and of one page of memory. Runs on both engines. */
export function printingWat(body: string): Promise<Uint8Array> {
  return watGuest(
    `(module (import "env" "print" (func $print (param i32))) (import "env" "memory" (memory 1)) ${body})`,
  );
}

/** A module loaded by one of the engines, with `env.print` attached to `printed`. */
export interface Loaded {
  /** Arguments of every call of `env.print`, by any Vm made here. */
  readonly printed: readonly number[];
  create(): Vm;
  restore(snapshot: Snapshot): Vm;
}

/** How to load a guest. */
export interface LoadOptions {
  /** @defaultValue `"entry"` */
  readonly entry?: string;
  /** Gas of one call of `env.print`. The published pipeline takes none. @defaultValue 0 */
  readonly printCost?: number;
}

/** Refuses or loads, on our engine. */
export async function loadOurs(
  wasm: Uint8Array,
  { entry = "entry", printCost = 0 }: LoadOptions = {},
): Promise<Loaded> {
  const printed: number[] = [];
  const devices = [printDevice(printed, printCost)];
  const module = await prepareModule(wasm, { devices: devices.map((device) => device.type) });
  return {
    printed,
    create: () => createVm(module, { entry, devices }),
    restore: (snapshot) => restoreVm(module, snapshot, { entry, devices }),
  };
}

/** Loads on the published pipeline; throws whatever its parts throw. */
export function loadSeed(wasm: Uint8Array, { entry = "entry" }: LoadOptions = {}): Loaded {
  const printed: number[] = [];
  const devices = [printDevice(printed)];
  const module = prepareSeedModule(wasm);
  return {
    printed,
    create: () => createSeedVm(module, { entry, devices }),
    restore: (snapshot) => restoreSeedVm(module, snapshot, { entry, devices }),
  };
}

/** How to play a loaded guest. */
export interface PlayOptions {
  /** Gas of each slice. */
  readonly slice: number;
  /** Whether a new Vm, restored from a snapshot, takes over at every pause. @defaultValue false */
  readonly move?: boolean;
}

/** What a play came to. */
export interface Outcome {
  readonly end: SliceResult;
  readonly slices: number;
  readonly gasUsed: bigint;
}

const MAXIMAL_SLICES = 200_000;

/** Plays from the start to an exit or a trap. Fails after 200,000 slices. */
export function play(loaded: Loaded, { slice, move = false }: PlayOptions): Outcome {
  let vm = loaded.create();
  for (let slices = 1; slices <= MAXIMAL_SLICES; slices += 1) {
    const end = vm.runSlice(gas(slice));
    if (end.kind !== "out-of-gas") {
      const { gasUsed } = vm;
      vm.dispose();
      return { end, slices, gasUsed };
    }
    if (move) {
      const next = loaded.restore(vm.snapshot());
      vm.dispose();
      vm = next;
    }
  }
  vm.dispose();
  throw new Error(`The guest has not ended after ${MAXIMAL_SLICES} slices of ${slice} gas`);
}
