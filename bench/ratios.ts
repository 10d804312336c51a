// How times become ratios. Machines have fast and slow moments, so raw and contender take turns, and what is compared is
// what both reach in their good moments (a low percentile) and each with its neighbor in time (the paired median).

/** Times of one contender and of raw, taken alternately, in milliseconds. */
export interface PairedTimes {
  readonly raw: readonly number[];
  readonly contender: readonly number[];
}

/** Both are contender through raw: 1 is as fast, 2 takes twice as long. */
export interface Ratio {
  /** Of the 10th percentiles. */
  readonly low: number;
  /** Median of the ratios of neighbors. */
  readonly median: number;
}

export function ratioOf(times: PairedTimes): Ratio {
  const pairs = times.raw.map((raw, index) => (times.contender[index] ?? Number.NaN) / raw);
  return {
    low: percentile(times.contender, 0.1) / percentile(times.raw, 0.1),
    median: percentile(pairs, 0.5),
  };
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}
