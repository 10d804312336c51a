// What a world is made of, checked at the door.

import type { Compiler } from "../../../toolchain/index.ts";
import type { MemoryChoice } from "./computer-options.ts";
import { createLocalPreparer, type Preparer } from "./preparer.ts";
import type { VmFactory } from "./program.ts";
import type { ErrorSource } from "./world-events.ts";

/** What a world is made of; everything from outside comes in here. */
export interface ComputerWorldOptions {
  /** Turns C into wasm. @defaultValue none: only wasm can be loaded */
  readonly compiler?: Compiler;
  /** Checks and instruments modules. @defaultValue on the caller's own thread, which stalls it for up to a second */
  readonly preparer?: Preparer;
  /**
   * Where programs have their memories, unless a computer says otherwise. Results and saves are the same.
   *
   * @defaultValue `"auto"`: `arena` in a page or a worker of one, where memories are few; else `own`
   */
  readonly memory?: MemoryChoice;
  /**
   * Ticks after which a program that waits gives up its memory until it goes on: the computer then takes little more than
   * what is in it, compressed. An integer ≥ 1, or `Infinity` for never. @defaultValue five seconds' worth
   */
  readonly parkAfterTicks?: number;
  /** Length of a tick as programs see it. An integer from 1 to 1,000. @defaultValue 20 */
  readonly ticksPerSecond?: number;
  /**
   * Gas that all computers of one owner may use in one tick together, an integer from 1 to 2^40: what is left of it bounds
   * each slice, and a computer for which none is left goes on in a later tick. What a computer could not have is kept by its
   * `gasBank`, as far as that goes. Each tick begins with the next computer of the owner, those that do nothing counted, so
   * that each has its turn. @defaultValue no quotas
   */
  readonly gasPerOwner?: number;
  /** Whether saves have the players' files beside what they were compiled to. @defaultValue true */
  readonly savesSources?: boolean;
  /**
   * Told at once what devices and listeners throw. @defaultValue rethrown outside the tick, as an uncaught error, unless
   * somebody listens to `error`
   */
  readonly onError?: (error: unknown, where: string, source: ErrorSource) => void;
  /** Makes Vms. @defaultValue those of `gasworks/vm` */
  readonly vms?: VmFactory;
}

/** What was checked, with its value. */
export interface ResolvedWorldOptions {
  readonly ticksPerSecond: number;
  readonly parkAfterTicks: number;
  /** `Infinity` for no quotas. */
  readonly gasPerOwner: number;
  readonly preparer: Preparer;
  readonly savesSources: boolean;
}

const PARK_AFTER_SECONDS = 5;
const MAX_GAS_PER_OWNER = 2 ** 40;

/**
 * Fills in the defaults.
 *
 * @throws {RangeError} if an option is out of its range.
 */
export function resolveWorldOptions(options: ComputerWorldOptions): ResolvedWorldOptions {
  const { ticksPerSecond = 20, preparer = createLocalPreparer(), savesSources = true } = options;
  if (!Number.isInteger(ticksPerSecond) || ticksPerSecond < 1 || ticksPerSecond > 1_000) {
    throw new RangeError(`Cannot tick ${ticksPerSecond} times a second: expected an integer from 1 to 1,000`);
  }
  const { parkAfterTicks = PARK_AFTER_SECONDS * ticksPerSecond } = options;
  if (parkAfterTicks !== Infinity && (!Number.isInteger(parkAfterTicks) || parkAfterTicks < 1)) {
    throw new RangeError(`Cannot park after ${parkAfterTicks} ticks: expected an integer ≥ 1, or Infinity`);
  }
  const { gasPerOwner = Infinity } = options;
  const isQuota = Number.isInteger(gasPerOwner) && gasPerOwner >= 1 && gasPerOwner <= MAX_GAS_PER_OWNER;
  if (options.gasPerOwner !== undefined && !isQuota) {
    throw new RangeError(`Cannot share ${gasPerOwner} gas: expected an integer from 1 to ${MAX_GAS_PER_OWNER}`);
  }
  return { ticksPerSecond, parkAfterTicks, gasPerOwner, preparer, savesSources };
}
