// Which programs give up their memories because they wait for long. Nothing that anybody sees depends on it.

import { TickQueue } from "./tick-queue.ts";

/** Compressing a memory takes up to a millisecond: a thousand that began to wait together are parked one after the other. */
const PARKED_PER_TICK = 2;

/** What can be parked. */
export interface Parkable {
  park(): void;
}

export class Parking<T extends Parkable> {
  readonly #afterTicks: number;
  readonly #waiting = new TickQueue<T>();
  /** Those that have waited long enough, the first to park first. */
  readonly #due = new Set<T>();

  /** @param afterTicks - How long one waits before it is parked; `Infinity` for ever. */
  constructor(afterTicks: number) {
    this.#afterTicks = afterTicks;
  }

  /** One has begun to wait. */
  enter(one: T, tick: number): void {
    this.#waiting.put(one, tick + this.#afterTicks);
  }

  /** One goes on, or is no more. */
  leave(one: T): void {
    this.#waiting.remove(one);
    this.#due.delete(one);
  }

  /** Parks who is due; call it in each tick. */
  run(tick: number): void {
    for (const one of this.#waiting.take(tick)) this.#due.add(one);
    let left = PARKED_PER_TICK;
    for (const one of this.#due) {
      if (left-- === 0) return;
      this.#due.delete(one);
      one.park();
    }
  }
}
