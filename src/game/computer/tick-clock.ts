// Fixed ticks out of uneven frames. The only place where the wall's time becomes the game's.

/** Counts how many ticks are due. Time that a slow frame owes beyond a limit is dropped: the game slows, it never jumps. */
export class TickClock {
  readonly #tickMs: number;
  readonly #maxTicksPerFrame: number;
  #creditMs = 0;

  /**
   * @param ticksPerSecond - Greater than 0.
   * @param maxTicksPerFrame - Most ticks that one frame runs. An integer ≥ 1.
   */
  constructor(ticksPerSecond: number, maxTicksPerFrame: number) {
    this.#tickMs = 1_000 / ticksPerSecond;
    this.#maxTicksPerFrame = maxTicksPerFrame;
  }

  /** How far the time stands between two ticks, 0 to 1: for drawing movements smoothly. */
  get fraction(): number {
    return Math.min(1, this.#creditMs / this.#tickMs);
  }

  /**
   * Adds a frame's time.
   *
   * @param deltaMs - Milliseconds since the last frame; what is negative or not finite counts as 0.
   * @returns `due`: how many ticks to run now, 0 to the limit; `dropped`: how many more were due and are forgotten.
   */
  advance(deltaMs: number): { readonly due: number; readonly dropped: number } {
    if (Number.isFinite(deltaMs) && deltaMs > 0) this.#creditMs += deltaMs;
    // 60 frames of 1000/60 ms add up to a hair under a second: without the tolerance a tick would slip to the next frame.
    const due = Math.floor(this.#creditMs / this.#tickMs + 1e-6);
    if (due > this.#maxTicksPerFrame) {
      this.#creditMs = 0;
      return { due: this.#maxTicksPerFrame, dropped: due - this.#maxTicksPerFrame };
    }
    this.#creditMs = Math.max(0, this.#creditMs - due * this.#tickMs);
    return { due, dropped: 0 };
  }

  /** Gives back ticks that were due and were not run: they are due in the next frame. */
  putOff(ticks: number): void {
    this.#creditMs += ticks * this.#tickMs;
  }

  /** Forgets the time that has not become a tick: after a pause or a load. */
  reset(): void {
    this.#creditMs = 0;
  }
}
