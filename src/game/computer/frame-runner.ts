// The ticks of a frame: as many as are due, and no more than the page has time for.

import type { ComputerWorld } from "./computer-world.ts";
import { TickClock } from "./tick-clock.ts";

/** How much of a frame goes to ticks. */
export interface FrameLimits {
  /** Most ticks that one frame runs; what a slow frame owes beyond that is dropped. An integer ≥ 1. @defaultValue 5 */
  readonly maxTicksPerFrame?: number;
  /**
   * Time after which a frame starts no further tick; those that are due wait for the next frame. A tick is never cut and one
   * is always run, so results do not depend on the machine: only how far the game falls behind does. Milliseconds, greater
   * than 0; `Infinity` for no limit. @defaultValue 10
   */
  readonly maxMillisecondsPerFrame?: number;
  /**
   * Milliseconds since any beginning, for `maxMillisecondsPerFrame` and nothing else.
   *
   * @defaultValue `performance.now()`
   */
  readonly elapsedMs?: () => number;
}

/** What a frame could not run. `limit` names the option that held it back. */
export type Overrun =
  /** Ticks that are never made up for: the game's time slows. */
  | { readonly kind: "dropped"; readonly ticks: number; readonly limit: "maxTicksPerFrame" }
  /** Ticks that are due and wait for the next frame. */
  | { readonly kind: "put-off"; readonly ticks: number; readonly limit: "maxMillisecondsPerFrame" };

/** Runs the ticks of a world, frame by frame. */
export class FrameRunner {
  readonly #world: ComputerWorld;
  readonly #clock: TickClock;
  readonly #maxMilliseconds: number;
  readonly #elapsedMs: () => number;

  /** @throws {RangeError} if a limit is out of its range. */
  constructor(world: ComputerWorld, limits: FrameLimits = {}) {
    const { maxTicksPerFrame = 5, maxMillisecondsPerFrame = 10, elapsedMs = () => performance.now() } = limits;
    if (!Number.isInteger(maxTicksPerFrame) || maxTicksPerFrame < 1) {
      throw new RangeError(`Cannot run at most ${maxTicksPerFrame} ticks a frame: expected an integer ≥ 1`);
    }
    if (!(maxMillisecondsPerFrame > 0)) {
      throw new RangeError(`Cannot tick for ${maxMillisecondsPerFrame} ms a frame: expected a number > 0, or Infinity`);
    }
    this.#world = world;
    this.#clock = new TickClock(world.ticksPerSecond, maxTicksPerFrame);
    this.#maxMilliseconds = maxMillisecondsPerFrame;
    this.#elapsedMs = elapsedMs;
  }

  /** How far the time stands between two ticks, 0 to 1: for drawing movements smoothly. */
  get fraction(): number {
    return this.#clock.fraction;
  }

  /**
   * Runs what is due. The world tells `overrun` of what it leaves out.
   *
   * @param deltaMs - Milliseconds since the last frame; what is negative or not finite counts as 0.
   * @param mayGoOn - Asked before each tick: a listener may have paused the game. What is left then is nobody's debt.
   */
  runFrame(deltaMs: number, mayGoOn: () => boolean = () => true): void {
    const { due, dropped } = this.#clock.advance(deltaMs);
    const startMs = this.#elapsedMs();
    let putOff = 0;
    for (let count = 0; count < due && mayGoOn(); count++) {
      if (count > 0 && this.#elapsedMs() - startMs >= this.#maxMilliseconds) {
        putOff = due - count;
        break;
      }
      this.#world.runTick();
    }
    this.#clock.putOff(putOff);
    if (dropped > 0) this.#world.tellOverrun({ kind: "dropped", ticks: dropped, limit: "maxTicksPerFrame" });
    if (putOff > 0) this.#world.tellOverrun({ kind: "put-off", ticks: putOff, limit: "maxMillisecondsPerFrame" });
  }

  /** Forgets the time that has not become a tick: after a pause or a load. */
  reset(): void {
    this.#clock.reset();
  }
}
