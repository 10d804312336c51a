// Where the time of a tick goes: 500 computers with devices on one map, and the same without this and that. Runs in Node and
// in a page.

import { ComputerWorld, Lamp, Motor, Radar, type LampPort, type MotorPort, type RadarPort } from "gasworks/computer";
import { createVm, gas, prepareModule, type GuestModule, type MemoryBackend, type Vm } from "gasworks/vm";

import { collectGarbage } from "../measure-kernels.ts";
import { percentile } from "../ratios.ts";

export const DEVICE_COMPUTERS = 500;
export const DEVICE_GAS = 5_000;

/** Nothing but plain data. */
export interface DeviceInput {
  /** `guests/rover.c` with its devices. */
  readonly rover: Uint8Array;
  /** The same without: it spends its gas on thinking. */
  readonly thinker: Uint8Array;
}

export interface DeviceFigures {
  readonly computers: number;
  readonly gas: number;
  readonly ticksPerSecond: number;
  /** Of the tick's time; their sum is 1. */
  readonly shares: {
    /** Calls, handlers, tasks and commands: what the tick does not take when programs think in their place. */
    readonly devices: number;
    /** Computers and their world: what the same slices do not take without them. */
    readonly scheduling: number;
    /** What the same gas does not take in one slice for each program. */
    readonly pausing: number;
    readonly programs: number;
  };
}

const SIDE = 100;

/** A rover on a field that all of them share: no two stand on one tile. */
class Rover implements MotorPort, RadarPort, LampPort {
  readonly ticksPerTile = 4;
  readonly ticksPerTurn = 2;
  #x: number;
  #y: number;
  #heading: number;
  readonly #field: Uint8Array;
  color = 0;

  constructor(field: Uint8Array, at: number) {
    this.#field = field;
    this.#x = (at * 7) % SIDE;
    this.#y = Math.floor((at * 7) / SIDE) * 2;
    this.#heading = at % 4;
    field[this.#y * SIDE + this.#x] = 1;
  }

  canMove(): boolean {
    return this.#isFree(1);
  }

  advance({ kind, ticksDone, ticksTotal }: Parameters<MotorPort["advance"]>[0]): void {
    if (ticksDone < ticksTotal) return;
    if (kind === "turn-right") this.#heading = (this.#heading + 1) % 4;
    if (kind !== "forward") return;
    this.#field[this.#y * SIDE + this.#x] = 0;
    this.#x += DX[this.#heading] ?? 0;
    this.#y += DY[this.#heading] ?? 0;
    this.#field[this.#y * SIDE + this.#x] = 1;
  }

  halt(): void {}

  scan(): { distance: number; sight: "wall" } {
    let distance = 0;
    while (distance < 5 && this.#isFree(distance + 1)) distance += 1;
    return { distance, sight: "wall" };
  }

  show({ color }: { readonly color: number }): void {
    this.color = color;
  }

  #isFree(steps: number): boolean {
    const x = this.#x + steps * (DX[this.#heading] ?? 0);
    const y = this.#y + steps * (DY[this.#heading] ?? 0);
    return x >= 0 && y >= 0 && x < SIDE && y < SIDE && this.#field[y * SIDE + x] === 0;
  }
}

const DX = [1, 0, -1, 0];
const DY = [0, 1, 0, -1];

/** What rovers are wired to: their programs are compiled for it. */
export function roverDevices(field: Uint8Array = new Uint8Array(SIDE * SIDE), at = 0) {
  const rover = new Rover(field, at);
  return { wheels: Motor.attach(rover), eye: Radar.attach(rover), light: Lamp.attach(rover) };
}

async function createRovers(wasm: Uint8Array, memory: MemoryBackend): Promise<ComputerWorld> {
  const world = new ComputerWorld({ memory });
  const field = new Uint8Array(SIDE * SIDE);
  const loads = Array.from({ length: DEVICE_COMPUTERS }, (_, at) => {
    const devices = roverDevices(field, at);
    return world.add({ id: `rover ${at}`, gasPerTick: DEVICE_GAS, memoryPages: 2, devices }).load(wasm);
  });
  await Promise.all(loads);
  return world;
}

const WARM_UP = 60;
/** Of this many ticks together. */
const BATCH = 20;
const ROUNDS = 15;

/** All kinds of tick take turns, so that a busy machine is busy for each of them. */
export async function measureDevices({ rover, thinker }: DeviceInput): Promise<DeviceFigures> {
  const memory = "arena";
  const rovers = await createRovers(rover, memory);
  const thinkers = await createRovers(thinker, memory);
  const module = await prepareModule(thinker, { wasi: true }, { memory });
  const sliced = started(module);
  const whole = started(module);
  const slice = gas(DEVICE_GAS);
  const long = gas(DEVICE_GAS * BATCH);
  const ticks: Readonly<Record<string, () => void>> = {
    devices: () => repeat(() => rovers.runTick()),
    scheduling: () => repeat(() => thinkers.runTick()),
    pausing: () => repeat(() => runAll(sliced, slice)),
    programs: () => runAll(whole, long),
  };
  for (let tick = 0; tick < WARM_UP / BATCH; tick++) for (const run of Object.values(ticks)) run();
  collectGarbage();
  const times: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(ticks)) {
      const before = performance.now();
      run();
      (times[name] ??= []).push((performance.now() - before) / BATCH);
    }
  }
  const milliseconds = (name: string): number => percentile(times[name] ?? [], 0.5);
  const total = milliseconds("devices");
  const steps = [total, milliseconds("scheduling"), milliseconds("pausing"), milliseconds("programs"), 0];
  const share = (at: number): number => ((steps[at] ?? 0) - (steps[at + 1] ?? 0)) / total;
  const figures: DeviceFigures = {
    computers: rovers.computers.filter(({ state }) => state.kind === "running").length,
    gas: DEVICE_GAS,
    ticksPerSecond: 1_000 / total,
    shares: { devices: share(0), scheduling: share(1), pausing: share(2), programs: share(3) },
  };
  rovers.dispose();
  thinkers.dispose();
  for (const vm of [...sliced, ...whole]) vm.dispose();
  return figures;
}

function started(module: GuestModule): Vm[] {
  return Array.from({ length: DEVICE_COMPUTERS }, () => {
    const vm = createVm(module);
    vm.runSlice(gas(module.bootGas + 1));
    return vm;
  });
}

function runAll(vms: readonly Vm[], budget: ReturnType<typeof gas>): void {
  for (const vm of vms) vm.runSlice(budget);
}

function repeat(tick: () => void): void {
  for (let count = 0; count < BATCH; count++) tick();
}
