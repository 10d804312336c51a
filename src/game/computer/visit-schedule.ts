// Who has something to do in which tick, so that a tick costs nothing for those who have not.

import { TickQueue } from "./tick-queue.ts";

/** Whom a schedule knows; `id` decides the order within a tick, ascending by UTF-16 units. */
export interface Visited {
  readonly id: string;
}

/** Who is to be visited in the next tick, and in which later ones. Ticks are taken one after the other. */
export class VisitSchedule<T extends Visited> {
  /** For the next tick, ascending by id. */
  #next: T[] = [];
  /** For the next tick as well, in no order. */
  readonly #woken = new Set<T>();
  readonly #later = new TickQueue<T>();

  /** Has one visited in the next tick. */
  wake(one: T): void {
    this.#later.remove(one);
    this.#woken.add(one);
  }

  /** Drops what is planned later than the next tick. */
  forget(one: T): void {
    this.#later.remove(one);
    this.#woken.delete(one);
  }

  /** Ends the planning of this tick: who is to be visited, ascending by id. */
  take(tick: number): readonly T[] {
    for (const one of this.#later.take(tick)) this.#woken.add(one);
    const steady = this.#next;
    this.#next = [];
    if (this.#woken.size === 0) return steady;
    const woken = [...this.#woken].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    this.#woken.clear();
    return merge(steady, woken);
  }

  /**
   * Plans the next visit of one that was just visited; call it in the order of {@link VisitSchedule.take}.
   *
   * @param tick - The tick that was taken.
   * @param at - A later tick; `Infinity` for none.
   */
  plan(one: T, tick: number, at: number): void {
    if (at <= tick + 1) this.#next.push(one);
    else this.#later.put(one, at);
  }
}

/** Both ascending by id; who stands in both comes once. */
function merge<T extends Visited>(left: readonly T[], right: readonly T[]): T[] {
  const merged: T[] = [];
  let at = 0;
  for (const one of left) {
    for (let other = right[at]; other !== undefined && other.id <= one.id; other = right[++at]) {
      if (other !== one) merged.push(other);
    }
    merged.push(one);
  }
  for (; at < right.length; at++) merged.push(right[at] as T);
  return merged;
}
