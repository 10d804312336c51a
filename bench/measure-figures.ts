// What ratios do not show: pauses, snapshots, and the tick of a game with many computers. Runs in Node and in a page.

import { createVm, gas, prepareModule, restoreVm, type Device, type GuestModule, type Vm } from "gasworks/vm";

import type { KernelBinaries } from "./build-kernels.ts";
import { collectGarbage } from "./measure-kernels.ts";
import { PRINT_TYPE, printDevice } from "./print-device.ts";
import { percentile } from "./ratios.ts";

/** Depths at which pauses are timed. `guests/depths.c` has an entry for each. */
export const DEPTHS = [1, 10, 100, 1_000] as const;

/** Gas for each Vm in a tick. */
export const TICK_GAS = [5_000, 20_000] as const;

/** Nothing but plain data. */
export interface FigureInput {
  readonly depths: Uint8Array;
  readonly kernels: readonly KernelBinaries[];
  /** How many Vms a tick has. Chromium gives a page no more than about 124 memories. */
  readonly vmCount: number;
}

export interface TickFigure {
  readonly vmCount: number;
  readonly gas: number;
  readonly microsecondsPerVm: number;
  /** Of the tick's time, what the same gas does not take in one long slice: 0 to 1. */
  readonly overhead: number;
}

export interface Figures {
  /** To pause and to go on, without a snapshot, by the number of frames. */
  readonly pauseMicroseconds: Readonly<Record<string, number>>;
  readonly snapshot: {
    readonly memoryKib: number;
    readonly takeMicroseconds: number;
    /** A new Vm, its memory and instance included. */
    readonly restoreMicroseconds: number;
  };
  readonly ticks: readonly TickFigure[];
}

export async function measureFigures(input: FigureInput): Promise<Figures> {
  const pauseMicroseconds: Record<string, number> = {};
  const depths = await prepareModule(input.depths, {});
  for (const depth of DEPTHS) pauseMicroseconds[depth] = timePause(depths, `frames${depth}`);
  const modules: GuestModule[] = [];
  for (const { lime1 } of input.kernels) modules.push(await prepareModule(lime1, { devices: [PRINT_TYPE] }));
  for (const module of modules) runOften(module);
  collectGarbage();
  const snapshot = timeSnapshot(modules.at(-1) as GuestModule);
  const ticks = TICK_GAS.map((amount) => timeTicks(modules, input.vmCount, amount));
  return { pauseMicroseconds, snapshot, ticks };
}

/** A few rounds of the loop: a slice must be more than the debt that the one before left. */
const PAUSE_SLICE = gas(100);

function timePause(module: GuestModule, entry: string): number {
  using vm = createVm(module, { entry });
  vm.runSlice(gas(100_000));
  const batch = 200;
  const times: number[] = [];
  for (let round = 0; round < 60; round += 1) {
    const before = performance.now();
    for (let i = 0; i < batch; i += 1) vm.runSlice(PAUSE_SLICE);
    times.push((1_000 * (performance.now() - before)) / batch);
  }
  if (vm.state !== "paused") throw new Error(`Cannot time pauses of a program that is ${vm.state}`);
  return percentile(times, 0.1);
}

const devices: readonly Device[] = [printDevice([])];

function started(module: GuestModule): Vm {
  const vm = createVm(module, { entry: "entry", devices });
  vm.runSlice(gas(module.bootGas + 1));
  return vm;
}

/** So that ticks find optimized code. */
function runOften(module: GuestModule): void {
  for (let round = 0; round < 10; round += 1) {
    using vm = started(module);
    while (vm.runSlice(gas(1_000_000)).kind === "out-of-gas");
  }
  collectGarbage();
}

function timeSnapshot(module: GuestModule): Figures["snapshot"] {
  using vm = started(module);
  vm.runSlice(gas(1_000_000));
  const take: number[] = [];
  const restore: number[] = [];
  let memoryKib = 0;
  for (let round = 0; round < 40; round += 1) {
    const start = performance.now();
    const snapshot = vm.snapshot();
    const taken = performance.now();
    restoreVm(module, snapshot, { devices }).dispose();
    const restored = performance.now();
    take.push(1_000 * (taken - start));
    restore.push(1_000 * (restored - taken));
    memoryKib = snapshot.memory.length / 1_024;
    if (round % 8 === 7) collectGarbage();
  }
  return { memoryKib, takeMicroseconds: percentile(take, 0.5), restoreMicroseconds: percentile(restore, 0.5) };
}

const TICKS = 20;
const REPEATS = 5;

/** The same Vms, once tick by tick and once each in one slice. */
function timeTicks(modules: readonly GuestModule[], vmCount: number, amount: number): TickFigure {
  const inTicks: number[] = [];
  const inOne: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    inTicks.push(
      timeVms(
        modules,
        vmCount,
        Array.from({ length: TICKS }, () => amount),
      ),
    );
    inOne.push(timeVms(modules, vmCount, [TICKS * amount]));
  }
  const overheads = inTicks.map((time, at) => 1 - (inOne[at] ?? Number.NaN) / time);
  return {
    vmCount,
    gas: amount,
    microsecondsPerVm: (1_000 * percentile(inTicks, 0.5)) / TICKS / vmCount,
    overhead: Math.max(0, percentile(overheads, 0.5)),
  };
}

/** Milliseconds that the slices of all Vms take; making them is not timed. */
function timeVms(modules: readonly GuestModule[], vmCount: number, slices: readonly number[]): number {
  collectGarbage();
  const vms = Array.from({ length: vmCount }, (_, index) => started(modules[index % modules.length] as GuestModule));
  const before = performance.now();
  for (const slice of slices) {
    const budget = gas(slice);
    for (const vm of vms) vm.runSlice(budget);
  }
  const time = performance.now() - before;
  for (const vm of vms) vm.dispose();
  return time;
}
