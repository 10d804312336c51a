// What a compiler may use up, as its creator says.

import { MAX_DELAY_MS, requireTimeLimit } from "../turns.ts";

/** Limits on one compile. They bound what a hostile source can use up. */
export interface CompilerLimits {
  /** Wall-clock time of one compile in milliseconds, without the one-time download. @defaultValue 20_000 */
  readonly timeLimitMs?: number;
  /**
   * Memory of one compile in pages of 64 KiB, 278 … 65,536. Ordinary programs need 350.
   *
   * @defaultValue 4_096
   */
  readonly memoryLimitPages?: number;
}

/** Limits on a compiler that lives in the caller's process: what it may take of the machine, and for how long. */
export interface EmbeddedLimits extends CompilerLimits {
  /** How many programs are compiled at once, 1 … 16. More wait. @defaultValue 2, or 1 on a machine with one core */
  readonly maxWorkers?: number;
  /**
   * After so many milliseconds without a call, workers and compiler are given back to the system; the next call gets them
   * again from where they are kept. `Infinity`: never. @defaultValue 60_000
   */
  readonly idleLimitMs?: number;
}

const DEFAULTS = { timeLimitMs: 20_000, memoryLimitPages: 4_096, maxWorkers: 2, idleLimitMs: 60_000 } as const;

/** The compiler's own minimum and maximum, as its module declares them. */
const MEMORY_PAGES = { min: 278, max: 65_536 } as const;

const MAX_WORKERS = 16;

/**
 * @param cores - Of the machine.
 * @throws RangeError if a limit is out of its range.
 */
export function resolveLimits(limits: EmbeddedLimits, cores: number): Required<EmbeddedLimits> {
  const {
    timeLimitMs = DEFAULTS.timeLimitMs,
    memoryLimitPages = DEFAULTS.memoryLimitPages,
    maxWorkers = Math.max(1, Math.min(DEFAULTS.maxWorkers, cores)),
    idleLimitMs = DEFAULTS.idleLimitMs,
  } = limits;
  requireTimeLimit(timeLimitMs);
  if (!isIntegerIn(memoryLimitPages, MEMORY_PAGES.min, MEMORY_PAGES.max)) {
    throw new RangeError(
      `Cannot limit the compiler to ${memoryLimitPages} pages: expected an integer in ${MEMORY_PAGES.min} … ${MEMORY_PAGES.max}`,
    );
  }
  if (!isIntegerIn(maxWorkers, 1, MAX_WORKERS)) {
    throw new RangeError(`Cannot compile in ${maxWorkers} workers: expected an integer in 1 … ${MAX_WORKERS}`);
  }
  if (!(idleLimitMs > 0 && (idleLimitMs <= MAX_DELAY_MS || idleLimitMs === Number.POSITIVE_INFINITY))) {
    throw new RangeError(
      `Cannot keep an idle compiler for ${idleLimitMs} ms: expected 1 … ${MAX_DELAY_MS} or Infinity`,
    );
  }
  return { timeLimitMs, memoryLimitPages, maxWorkers, idleLimitMs };
}

function isIntegerIn(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
