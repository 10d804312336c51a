// Gas that a computer did not use, kept for later ticks. Counted from ticks, so that nobody has to visit a sleeper.

import { MAX_SLICE_GAS } from "../../vm/index.ts";

/** Most gas that a bank may be told to hold: far more than any tick may use, and exact beside a tick's gas. */
export const MAX_GAS_BANK: number = 2 ** 40;

/**
 * A slice is at most this many times `gasPerTick`: a crowd that wakes up with full banks slows a few ticks by a factor that
 * is known, and does not stop one.
 */
const GAS_BANK_BURST = 8;

/** Earns gas in each tick in which a program is there, pays for slices, and keeps the rest up to a cap. */
export class GasBank {
  readonly #gasPerTick: number;
  readonly #cap: number;
  /** What was kept of all ticks before {@link GasBank.#earnsFrom}. */
  #kept = 0;
  /** The first tick whose gas is not among it; `Infinity` while no program is there. */
  #earnsFrom = Infinity;

  constructor(gasPerTick: number, cap: number) {
    this.#gasPerTick = gasPerTick;
    this.#cap = cap;
  }

  /** What is kept of all ticks before this one. */
  keptAt(tick: number): number {
    if (tick <= this.#earnsFrom) return this.#kept;
    return Math.min(this.#cap, this.#kept + (tick - this.#earnsFrom) * this.#gasPerTick);
  }

  /** Gas that a slice in this tick may have. */
  budgetAt(tick: number): number {
    const most = Math.min(MAX_SLICE_GAS, GAS_BANK_BURST * this.#gasPerTick);
    return Math.min(most, this.#gasPerTick + this.keptAt(tick));
  }

  /** The tick's slice was run. @param paid - Of {@link GasBank.budgetAt}, at most all of it. */
  pay(tick: number, paid: number): void {
    this.#kept = Math.min(this.#cap, this.keptAt(tick) + this.#gasPerTick - paid);
    this.#earnsFrom = tick + 1;
  }

  /** A program begins: gas is earned from this tick on. */
  begin(tick: number): void {
    this.#earnsFrom = tick;
  }

  /** The program has ended: what it has earned before this tick stays. */
  end(tick: number): void {
    this.#kept = this.keptAt(tick);
    this.#earnsFrom = Infinity;
  }

  /** Puts back what was kept when it was saved, as far as there is room for it now. No program is there yet. */
  restore(kept: number): void {
    this.#kept = Math.min(this.#cap, kept);
    this.#earnsFrom = Infinity;
  }
}
