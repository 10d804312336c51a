// Who has something to do in which tick, so that a tick costs nothing for those who have not.

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
  readonly #byTick = new Map<number, Set<T>>();
  readonly #tickOf = new Map<T, number>();

  /** Has one visited in the next tick. */
  wake(one: T): void {
    this.#cancel(one);
    this.#woken.add(one);
  }

  /** Drops what is planned later than the next tick. */
  forget(one: T): void {
    this.#cancel(one);
    this.#woken.delete(one);
  }

  /** Ends the planning of this tick: who is to be visited, ascending by id. */
  take(tick: number): readonly T[] {
    const due = this.#byTick.get(tick) ?? [];
    this.#byTick.delete(tick);
    for (const one of due) {
      this.#tickOf.delete(one);
      this.#woken.add(one);
    }
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
    this.#cancel(one);
    if (at <= tick + 1) {
      this.#next.push(one);
      return;
    }
    if (at > Number.MAX_SAFE_INTEGER) return;
    const others = this.#byTick.get(at);
    if (others === undefined) this.#byTick.set(at, new Set([one]));
    else others.add(one);
    this.#tickOf.set(one, at);
  }

  #cancel(one: T): void {
    const tick = this.#tickOf.get(one);
    if (tick === undefined) return;
    this.#tickOf.delete(one);
    const others = this.#byTick.get(tick);
    others?.delete(one);
    if (others?.size === 0) this.#byTick.delete(tick);
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
