/** So small that engines keep it in a word. */
const MOST_SINCE = 2 ** 29;

/** What a program has used, and what it owes. */
export class GasBooks {
  #used: bigint;
  /** What was used on top of that: thousands of slices in a second are to make no bigints. */
  #since = 0;
  #debt: number;

  constructor({ used, debt }: { readonly used: bigint; readonly debt: number }) {
    this.#used = used;
    this.#debt = debt;
  }

  get used(): bigint {
    this.#used += BigInt(this.#since);
    this.#since = 0;
    return this.#used;
  }

  /** To be paid before anything else is run. */
  get debt(): number {
    return this.#debt;
  }

  set debt(amount: number) {
    this.#debt = amount;
  }

  use(amount: number): void {
    this.#since += amount;
    if (this.#since > MOST_SINCE) void this.used;
  }

  /**
   * Takes a slice into the books; what was overspent is owed.
   *
   * @param left - Of the gas that it started with; negative if it was overspent.
   * @returns what it used.
   */
  settle(start: number, left: number): number {
    this.#debt = Math.max(0, -left);
    this.use(start - left);
    return start - left;
  }
}
