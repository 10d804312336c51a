// How many computers fit into one tab and one tick: worlds of many, in each kind of memory. Runs in Node and in a page.

import { createVm, gas, prepareModule, type MemoryBackend } from "gasworks/vm";

import { collectGarbage } from "../measure-kernels.ts";
import { percentile } from "../ratios.ts";
import { createCrowd } from "./crowd-world.ts";
import { programOf } from "./distinct-programs.ts";

/** What is measured at once; plain data. */
export interface CrowdRequest {
  readonly memory: MemoryBackend;
  readonly computers: number;
  /** How many programs they run, which differ in one constant. */
  readonly programs: number;
  readonly guest: CrowdGuest;
}

/** Files of `../guests`: what the computers do. */
export const CROWD_GUESTS = ["crowd", "scatter", "sleeper"] as const;
export type CrowdGuest = (typeof CROWD_GUESTS)[number];

export interface CrowdInput {
  readonly request: CrowdRequest;
  readonly guests: Readonly<Record<CrowdGuest, Uint8Array>>;
}

export interface CrowdFigures extends CrowdRequest {
  /** Computers that there are: less than was asked for if the engine gives no more memories. */
  readonly created: number;
  /** From the first `add()` to the last program that is ready to run, its one prepared module included. */
  readonly createMilliseconds: number;
  /** The median of ticks. */
  readonly tickMilliseconds: number;
}

export const GAS_PER_TICK = 10_000;
/** Ticks before those that are timed: their first touches of memory are not what a game's ticks are. */
const WARM_UP = 12;

/** Makes a world, runs it, and leaves it standing until `release()`, so that its memory can be measured. */
export async function measureCrowd({
  request,
  guests,
}: CrowdInput): Promise<CrowdFigures & { readonly release: () => void }> {
  const { memory, computers, programs, guest } = request;
  const wasm = Array.from({ length: programs }, (_, at) =>
    programs === 1 ? guests[guest] : programOf(guests[guest], at),
  );
  collectGarbage();
  const start = performance.now();
  const world = await createCrowd({
    memory,
    gasPerTick: GAS_PER_TICK,
    programs: wasm,
    computers: Array.from({ length: computers }, (_, at) => ({ id: `computer ${at}`, program: at % programs })),
  });
  const createMilliseconds = performance.now() - start;
  // Data segments are paid for first.
  for (let tick = 0; tick < WARM_UP; tick++) world.runTick();
  const created = world.computers.filter(({ state }) => state.kind === "running" || state.kind === "waiting").length;
  const times: number[] = [];
  const rounds = computers > 2_000 && guest !== "sleeper" ? 25 : 60;
  for (let tick = 0; tick < rounds; tick++) {
    const before = performance.now();
    world.runTick();
    times.push(performance.now() - before);
  }
  return {
    ...request,
    created,
    createMilliseconds,
    tickMilliseconds: percentile(times, 0.5),
    release: () => world.dispose(),
  };
}

/**
 * What it takes to change the computer that an instance runs, in nanoseconds: two computers that take turns, less one
 * that runs as often.
 */
export async function measureSwitch(crowd: Uint8Array): Promise<number> {
  const module = await prepareModule(crowd, { wasi: true }, { memory: "arena" });
  const [one, other] = [createVm(module), createVm(module)];
  const slice = gas(100);
  for (const vm of [one, other]) vm.runSlice(gas(module.bootGas + 10_000));
  const turns = 20_000;
  const time = (a: typeof one, b: typeof one): number => {
    const before = performance.now();
    for (let turn = 0; turn < turns; turn++) {
      a.runSlice(slice);
      b.runSlice(slice);
    }
    return ((performance.now() - before) * 1e6) / (2 * turns);
  };
  const differences = Array.from({ length: 25 }, () => {
    const alone = time(one, one);
    return time(one, other) - alone;
  });
  one.dispose();
  other.dispose();
  return percentile(differences, 0.5);
}
