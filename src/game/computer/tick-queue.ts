// Things to be done in later ticks.

/** Who is due in which tick. Each is due once at most; ticks are asked for by their numbers. */
export class TickQueue<T> {
  readonly #byTick = new Map<number, Set<T>>();
  readonly #tickOf = new Map<T, number>();

  /** @param tick - Replaces an earlier one. `Infinity` for never. */
  put(one: T, tick: number): void {
    this.remove(one);
    if (tick === Infinity) return;
    const others = this.#byTick.get(tick);
    if (others === undefined) this.#byTick.set(tick, new Set([one]));
    else others.add(one);
    this.#tickOf.set(one, tick);
  }

  remove(one: T): void {
    const tick = this.#tickOf.get(one);
    if (tick === undefined) return;
    this.#tickOf.delete(one);
    const others = this.#byTick.get(tick);
    others?.delete(one);
    if (others?.size === 0) this.#byTick.delete(tick);
  }

  /** Removes those that are due in a tick, and gives them. */
  take(tick: number): Iterable<T> {
    const due = this.#byTick.get(tick) ?? [];
    this.#byTick.delete(tick);
    for (const one of due) this.#tickOf.delete(one);
    return due;
  }
}
