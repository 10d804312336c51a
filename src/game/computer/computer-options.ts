// What a computer is made of, checked at the door.

import type { CompileOptions } from "../../../toolchain/index.ts";
import { MAX_SLICE_GAS, type MemoryBackend } from "../../vm/index.ts";
import { hashText } from "./hash-text.ts";
import type { AttachedDevice } from "./device/attached-device.ts";
import type { EnergySource } from "./energy-source.ts";
import { MAX_GAS_BANK } from "./gas-bank.ts";
import { MOST_RESTARTS, type RestartOptions } from "./watchdog.ts";

/** What a computer is made of. */
export interface ComputerOptions {
  /** Names the computer in saves and fixes its place in the tick. 1 to 200 characters. */
  readonly id: string;
  /** Gas that the program may use in one tick, 1 to 2^30 − 1. @defaultValue 20_000 */
  readonly gasPerTick?: number;
  /**
   * Most gas that is kept of ticks in which the program did not use all of `gasPerTick`, because it slept, waited or ended; an
   * integer from 0 to 2^40. Later ticks have it on top of `gasPerTick`, up to 8 times `gasPerTick` (and 2^30 − 1) in one
   * tick. A computer without a running program keeps what it has and earns nothing. @defaultValue 0
   */
  readonly gasBank?: number;
  /**
   * Whose it is: all computers of one owner share the world's `gasPerOwner`. 1 to 200 characters. Not part of saves.
   *
   * @defaultValue nobody's, without a quota
   */
  readonly owner?: string;
  /**
   * What the program's gas comes out of beside `gasPerTick`, e.g. a `BatteryCell`: a slice has at most what it can give.
   *
   * @defaultValue nothing: gas costs nothing
   */
  readonly energy?: EnergySource;
  /** Most memory the program may have, in pages of 64 KiB, 1 to 65,536. @defaultValue 16 */
  readonly memoryPages?: number;
  /**
   * Where the program's memory is: `own` is a little faster, and a page has only about a hundred of them (it holds many
   * programs in the few memories of `arena`). The same for results and saves. @defaultValue the world's
   */
  readonly memory?: MemoryBackend;
  /** Devices by the name under which programs open them: letters, digits, space and `._-`, at most 32. @defaultValue none */
  readonly devices?: Readonly<Record<string, AttachedDevice>>;
  /**
   * Starts a program again that has crashed. Once it has been started again so often and crashes still, it stays as it is
   * until somebody calls `start()`, `reset()` or `load()`; these count from 0 again. @defaultValue never
   */
  readonly restarts?: RestartOptions;
  /** Seed of the program's random numbers, an unsigned 32-bit integer. @defaultValue derived from the id */
  readonly entropySeed?: number;
}

/** All options with their values. */
export type ResolvedOptions = Required<Omit<ComputerOptions, "restarts" | "owner" | "energy">> & {
  readonly owner: string | undefined;
  readonly energy: EnergySource | undefined;
  readonly restarts: Required<RestartOptions>;
};

/** How to load a program. */
export interface LoadOptions {
  /** Runs the program as soon as it is ready. @defaultValue true */
  readonly start?: boolean;
  /** For the compiler, where sources are loaded. `debug` is `"lines"` unless it is given: crashes then name the line. */
  readonly compile?: Omit<CompileOptions, "target" | "cpu">;
  /**
   * Lets the program that runs go on until the new one is ready, and keeps it for {@link Computer.goBack}: it stays as it
   * is if the new one is refused. Its tasks are canceled when it makes room. @defaultValue false
   */
  readonly hot?: boolean;
}

const DEFAULTS = {
  gasPerTick: 20_000,
  gasBank: 0,
  memoryPages: 16,
  devices: {},
} as const satisfies Partial<ComputerOptions>;

/**
 * Fills in the defaults.
 *
 * @throws {RangeError} {@link TypeError} if an option is out of its range.
 */
export function resolveOptions(options: ComputerOptions, worldMemory: MemoryBackend): ResolvedOptions {
  const {
    id,
    gasPerTick = DEFAULTS.gasPerTick,
    gasBank = DEFAULTS.gasBank,
    memoryPages = DEFAULTS.memoryPages,
    devices = DEFAULTS.devices,
    memory = worldMemory,
  } = options;
  const { entropySeed = hashText(id), owner, energy } = options;
  requireInteger("an id of this length:", id.length, [1, 200]);
  if (owner !== undefined) requireInteger("an owner's name of this length:", owner.length, [1, 200]);
  requireInteger("gasPerTick", gasPerTick, [1, MAX_SLICE_GAS]);
  requireInteger("gasBank", gasBank, [0, MAX_GAS_BANK]);
  requireInteger("memoryPages", memoryPages, [1, 65_536]);
  requireInteger("entropySeed", entropySeed, [0, 2 ** 32 - 1]);
  requireMemory(memory);
  const restarts = resolveRestarts(options.restarts ?? { most: 0 });
  return {
    id,
    owner,
    energy,
    gasPerTick,
    gasBank,
    memoryPages,
    memory,
    devices: { ...devices },
    restarts,
    entropySeed,
  };
}

function resolveRestarts({ most, afterTicks = 20, withinTicks = 1_200 }: RestartOptions): Required<RestartOptions> {
  requireInteger("restarts.most", most, [0, MOST_RESTARTS]);
  requireInteger("restarts.afterTicks", afterTicks, [1, 2 ** 31 - 1]);
  if (withinTicks !== Infinity) requireInteger("restarts.withinTicks", withinTicks, [1, 2 ** 31 - 1]);
  return { most, afterTicks, withinTicks };
}

/** Where programs have their memories; `auto` is `arena` in a page or a worker of one, and `own` on a server. */
export type MemoryChoice = "auto" | MemoryBackend;

/** @throws {TypeError} if it is no choice. */
export function backendFor(choice: MemoryChoice): MemoryBackend {
  if (choice === "auto") return "document" in globalThis || "WorkerGlobalScope" in globalThis ? "arena" : "own";
  requireMemory(choice);
  return choice;
}

function requireMemory(memory: MemoryBackend): void {
  if (memory === "own" || memory === "arena") return;
  throw new TypeError(`Cannot use ${JSON.stringify(memory)} as memory: expected "own" or "arena"`);
}

function requireInteger(option: string, value: number, [min, max]: readonly [min: number, max: number]): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`Cannot add a computer with ${option} ${value}: expected an integer from ${min} to ${max}`);
}
