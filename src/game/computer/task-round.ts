// Whose tasks are advanced in a tick: of all computers that are awake, and of those that are woken before their turn.

/** Who takes turns; `id` decides the order, ascending by UTF-16 units. */
export interface TurnTaker {
  readonly id: string;
}

/** The turns of one tick. */
export class TaskRound<T extends TurnTaker> {
  /** Ascending by id; `undefined` between the rounds. */
  #awake: readonly T[] | undefined;
  /** Once turns are taken descending by id, so that the next one is the last. */
  #woken: T[] = [];
  #current: T | undefined;

  /** @param awake - Ascending by id. */
  begin(awake: readonly T[]): void {
    this.#awake = awake;
  }

  /** Gives one a turn; does nothing if it has come already, or between the rounds. */
  join(one: T): void {
    if (this.#awake === undefined || (this.#current !== undefined && one.id <= this.#current.id)) return;
    let from = 0;
    if (this.#current === undefined) from = this.#woken.length;
    for (let to = this.#woken.length; from < to;) {
      const middle = (from + to) >>> 1;
      if ((this.#woken[middle] as T).id > one.id) from = middle + 1;
      else to = middle;
    }
    this.#woken.splice(from, 0, one);
  }

  /** Ends the round: calls `turn` for each. @returns who had one, ascending by id */
  run(turn: (one: T) => void): readonly T[] {
    const awake = this.#awake ?? [];
    const taken: T[] = [];
    this.#woken = this.#woken.toSorted((a, b) => (a.id > b.id ? -1 : 1));
    for (let at = 0; at < awake.length || this.#woken.length > 0;) {
      const steady = awake[at];
      const woken = this.#woken.at(-1);
      const isWoken = woken !== undefined && (steady === undefined || woken.id < steady.id);
      if (!isWoken) at += 1;
      else this.#woken.pop();
      const one = (isWoken ? woken : steady) as T;
      if (one === this.#current) continue;
      this.#current = one;
      taken.push(one);
      turn(one);
    }
    this.#awake = undefined;
    this.#current = undefined;
    return taken;
  }
}
