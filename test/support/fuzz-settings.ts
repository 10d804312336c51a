// How long property tests run: seconds in `npm test`, as long as one likes in `npm run fuzz`.

const minutes = Number(process.env["GASWORKS_FUZZ_MINUTES"] ?? 0);

/** Whether `npm run fuzz` asked for a long run. */
export const IS_LONG: boolean = minutes > 0;

/**
 * First seed of this run: `GASWORKS_SEED` to replay one; else another each time in a long run, and always the same in
 * `npm test`, where a change should be judged by what it changed.
 */
export const SEED: number = Number(process.env["GASWORKS_SEED"] ?? (IS_LONG ? Date.now() % 2 ** 32 : 20_260)) >>> 0;

/** Programs that `npm run fuzz -- --modules N` asked for, each compared with the interpreter; 0 if only time counts. */
export const MODULES: number = Number(process.env["GASWORKS_FUZZ_MODULES"] ?? 0);

/** Saves that `npm run fuzz -- --saves N` asked for, damaged and forged ones each; 0 if only time counts. */
export const SAVES: number = Number(process.env["GASWORKS_FUZZ_SAVES"] ?? 0);

/** What the tests take by default, in all. */
const DEFAULT_SECONDS = 69;
const factor = IS_LONG ? Math.max(1, (minutes * 60) / DEFAULT_SECONDS) : 1;

/**
 * Seeds one after the other, for as long as a test may take.
 *
 * @param seconds - Of the default run.
 * @param least - Goes on in any case until that many were given.
 * @param isEnough - Decides in place of time and `least`, if given.
 */
export function* seeds(seconds: number, least: number, isEnough?: () => boolean): Generator<number> {
  const end = performance.now() + seconds * 1_000 * factor;
  const isDone = isEnough ?? ((count: number) => count >= least && performance.now() >= end);
  for (let count = 0; !isDone(count); count++) yield (SEED + count) >>> 0;
}

/** At the slowest, on a machine that is busy with others. */
const MILLISECONDS_PER_PROGRAM = 1_000;

/** A limit for Vitest, in milliseconds, for a test that takes `seconds` by default, or as long as `programs` take. */
export function timeLimit(seconds: number, programs = 0): number {
  return Math.max(300_000, seconds * 3_000 * factor, programs * MILLISECONDS_PER_PROGRAM);
}
