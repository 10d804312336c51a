// What calls of the host take, beside what they cost. Runs in Node and in a page.

import { ComputerWorld, type Computer } from "gasworks/computer";
import { createVm, gas, prepareModule } from "gasworks/vm";

import { PRINT_TYPE, printDevice } from "../print-device.ts";
import { geometricMean, percentile } from "../ratios.ts";
import { callDevices } from "./call-devices.ts";

/** How often a program makes its call. */
export const CALL_ROUNDS = 2_000;

/** Nothing but plain data. */
export interface CallProgram {
  /** What it calls, with what. */
  readonly name: string;
  /** Name of the device that it is wired to, `""` for none. */
  readonly device: string;
  readonly wasm: Uint8Array;
}

/** Nothing but plain data. */
export interface CallInput {
  /** Freestanding kernels: what gas is worth. */
  readonly kernels: readonly Uint8Array[];
  /** The first one does nothing in its ticks. */
  readonly programs: readonly CallProgram[];
}

/** One kind of call. */
export interface CallFigure {
  readonly name: string;
  /** Of one call, with the round of the loop around it. */
  readonly gas: number;
  readonly nanoseconds: number;
  /** That kernels use in the same time. */
  readonly fairGas: number;
}

export interface CallFigures {
  /** Of kernels: the geometric mean. */
  readonly nanosecondsPerGas: number;
  readonly calls: readonly CallFigure[];
}

/** So that commands, of which a tick has 256, are not refused. */
const GAS_PER_TICK = 20_000;
const WARM_UP = 4;
const ROUNDS = 9;
/** Few enough that a busy machine does not make much of a difference between a call and the kernel beside it. */
const LOW = 0.2;

export async function measureCalls({ kernels, programs }: CallInput): Promise<CallFigures> {
  const runs: (() => number)[] = [];
  for (const kernel of kernels) runs.push(await kernelRun(kernel));
  const rates = runs.map((run) => percentile(measured(run), LOW));
  const nanosecondsPerGas = geometricMean(rates);
  // One kernel takes turns with the calls; what it takes says how fast the machine is just then.
  const yardstick = runs.at(-1) as () => number;
  const share = nanosecondsPerGas / (rates.at(-1) as number);
  const calls: CallFigure[] = [];
  let idle = 0;
  for (const [at, program] of programs.entries()) {
    const timed = await timeProgram(program, yardstick);
    const perTick = timed.ticks * idle * timed.kernelRate;
    const nanoseconds = (timed.nanoseconds - perTick) / CALL_ROUNDS;
    // The first one yields in each round: its ticks are what the others have beside their calls.
    if (at === 0) idle = timed.nanoseconds / timed.ticks / timed.kernelRate;
    calls.push({
      name: program.name,
      gas: timed.gasUsed / CALL_ROUNDS,
      nanoseconds,
      fairGas: nanoseconds / (timed.kernelRate * share),
    });
  }
  return { nanosecondsPerGas, calls };
}

function measured(run: () => number): number[] {
  return Array.from({ length: WARM_UP + ROUNDS }, run).slice(WARM_UP);
}

/** Runs the kernel once and gives the nanoseconds for a unit of gas. */
async function kernelRun(wasm: Uint8Array): Promise<() => number> {
  const module = await prepareModule(wasm, { devices: [PRINT_TYPE] }, { memory: "arena" });
  const devices = [printDevice([])];
  return () => {
    using vm = createVm(module, { entry: "entry", devices });
    const before = performance.now();
    while (vm.runSlice(gas(10_000_000)).kind === "out-of-gas");
    return (1e6 * (performance.now() - before)) / Number(vm.gasUsed);
  };
}

interface Timed {
  readonly gasUsed: number;
  readonly nanoseconds: number;
  readonly ticks: number;
  /** Nanoseconds for a unit of gas, meanwhile. */
  readonly kernelRate: number;
}

async function timeProgram({ device, wasm }: CallProgram, yardstick: () => number): Promise<Timed> {
  const world = new ComputerWorld({ memory: "arena" });
  const attached = callDevices()[device];
  const computer = world.add({
    id: "caller",
    gasPerTick: GAS_PER_TICK,
    memoryPages: 8,
    devices: attached === undefined ? {} : { [device]: attached },
  });
  await computer.load(wasm);
  const rates: number[] = [];
  let ticks = 0;
  const times = measured(() => {
    rates.push(yardstick());
    computer.reset();
    const before = performance.now();
    ticks = runToEnd(world, computer);
    return performance.now() - before;
  });
  const gasUsed = Number(computer.gasUsed);
  world.dispose();
  return { gasUsed, nanoseconds: 1e6 * percentile(times, LOW), ticks, kernelRate: percentile(rates, LOW) };
}

function runToEnd(world: ComputerWorld, computer: Computer): number {
  let ticks = 0;
  while (computer.state.kind === "running" || computer.state.kind === "waiting") {
    world.runTick();
    ticks++;
  }
  if (computer.state.kind !== "exited") throw new Error(`Cannot time the calls: ${JSON.stringify(computer.state)}`);
  return ticks;
}
