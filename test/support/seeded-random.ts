// Random numbers that a test can have again: the same seed gives the same ones.

/** A small generator (mulberry32). */
export interface SeededRandom {
  /** An unsigned 32-bit integer. */
  next(): number;
  /** An integer ≥ 0 and below `limit`. */
  below(limit: number): number;
}

export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return { next, below: (limit) => next() % limit };
}
