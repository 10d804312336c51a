// Seeded random numbers for guests: sfc32 (Chris Doty-Humphrey's Small Fast Counting generator), whose whole state is
// four 32-bit words. Not for secrets: the same seed gives the same numbers on every engine, which is the point.

/** Rounds after seeding, as the author recommends for short seeds. */
const WARM_UP_ROUNDS = 15;

export class Entropy {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  /** @param state - Four unsigned 32-bit words, from {@link Entropy.state}. */
  constructor(state: readonly number[]) {
    [this.#a = 0, this.#b = 0, this.#c = 0, this.#counter = 1] = state;
  }

  /** @param seed - Read as an unsigned 32-bit integer. */
  static seeded(seed: number): Entropy {
    const entropy = new Entropy([0, seed >>> 0, 0, 1]);
    for (let round = 0; round < WARM_UP_ROUNDS; round++) entropy.u32();
    return entropy;
  }

  get state(): readonly number[] {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#counter >>> 0];
  }

  u32(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  /** The highest byte of each of so many numbers. */
  bytes(count: number): Uint8Array {
    const out = new Uint8Array(count);
    let [a, b, c, counter] = [this.#a, this.#b, this.#c, this.#counter];
    // As `u32()`, with the state at hand.
    for (let at = 0; at < count; at++) {
      const result = (a + b + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + result) | 0;
      out[at] = result >>> 24;
    }
    [this.#a, this.#b, this.#c, this.#counter] = [a, b, c, counter];
    return out;
  }
}
