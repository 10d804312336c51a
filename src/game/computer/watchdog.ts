// Starts crashed programs again, but not for ever: one that crashes whenever it boots is left alone after a few times.

/** Whether a crashed program is started again by itself. */
export interface RestartOptions {
  /** How often within `withinTicks`; an integer from 0 (never) to 100. */
  readonly most: number;
  /** From the crash to the tick in which the program starts again; an integer from 1 to 2^31 − 1. @defaultValue 20 */
  readonly afterTicks?: number;
  /**
   * Restarts of so many ticks before a crash count; an integer from 1 to 2^31 − 1, or `Infinity` to count all since the
   * program was started by hand. @defaultValue 1,200
   */
  readonly withinTicks?: number;
}

/** What follows a crash. */
export type RestartVerdict =
  /** The program is started again in this tick. */
  | { readonly kind: "planned"; readonly tick: number }
  /** It is not: it has been started again so often, and crashed each time. */
  | { readonly kind: "given-up"; readonly restarts: number };

/** The state of a watchdog as plain data. */
export interface SavedWatchdog {
  /** The ticks of the restarts, ascending. */
  readonly restarts: readonly number[];
  readonly verdict: RestartVerdict | null;
}

export const MOST_RESTARTS = 100;

export class Watchdog {
  readonly #options: Required<RestartOptions>;
  /** The ticks of the last restarts, ascending. */
  #restarts: readonly number[] = [];
  #verdict: RestartVerdict | undefined;

  constructor(options: Required<RestartOptions>) {
    this.#options = options;
  }

  /** What follows the crash; `undefined` if nobody has asked for restarts, or nothing has crashed. */
  get verdict(): RestartVerdict | undefined {
    return this.#verdict;
  }

  /** Restarts that count. */
  get restarts(): number {
    return this.#restarts.length;
  }

  /** The tick of the planned restart, `Infinity` without one. */
  get nextTick(): number {
    return this.#verdict?.kind === "planned" ? this.#verdict.tick : Infinity;
  }

  /** The program has crashed. */
  noteCrash(tick: number): void {
    const { most, afterTicks, withinTicks } = this.#options;
    if (most === 0) return;
    this.#restarts = this.#restarts.filter((restart) => restart > tick - withinTicks);
    this.#verdict =
      this.#restarts.length < most
        ? { kind: "planned", tick: tick + afterTicks }
        : { kind: "given-up", restarts: this.#restarts.length };
  }

  /** The planned restart happens now. */
  noteRestart(tick: number): void {
    this.#restarts = [...this.#restarts, tick];
    this.#verdict = undefined;
  }

  /** Somebody has decided otherwise: nothing is planned, and nothing counts. */
  reset(): void {
    this.#restarts = [];
    this.#verdict = undefined;
  }

  /** @returns `undefined` where there is nothing to say. */
  capture(): SavedWatchdog | undefined {
    if (this.#restarts.length === 0 && this.#verdict === undefined) return undefined;
    return { restarts: this.#restarts, verdict: this.#verdict ?? null };
  }

  /**
   * Puts the state back; without restarts in the options, nothing of it.
   *
   * @param canRestart - Whether there is a program that has crashed: a forged save may plan to restart another.
   */
  restore(saved: SavedWatchdog | undefined, canRestart: boolean): void {
    this.reset();
    if (saved === undefined || this.#options.most === 0) return;
    this.#restarts = saved.restarts;
    if (canRestart) this.#verdict = saved.verdict ?? undefined;
  }
}
