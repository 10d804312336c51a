// What every compiler does around its work: so many calls at once, the others in their order, each of them can be canceled,
// and none takes longer than it may.

import { ToolchainError } from "./errors.ts";

/** A queue of calls. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param atOnce - How many turns there can be at the same time, from 1. @defaultValue 1 */
  constructor(atOnce = 1) {
    this.#free = atOnce;
  }

  /**
   * Waits until a turn is free and the calls before have had theirs.
   *
   * @param canceled - Rejects when the caller does not want to wait any longer.
   * @returns What to call, once, at the end of the turn.
   */
  async take(canceled: Promise<never>): Promise<() => void> {
    let begin = (): void => {};
    const turn = new Promise<void>((resolve) => {
      begin = resolve;
    });
    this.#waiting.push(begin);
    this.#next();
    try {
      await Promise.race([turn, canceled]);
    } catch (error) {
      const place = this.#waiting.indexOf(begin);
      // Not waiting any more: it got its turn in the same moment.
      if (place < 0) this.#end();
      else this.#waiting.splice(place, 1);
      throw error;
    }
    return () => this.#end();
  }

  #end(): void {
    this.#free++;
    this.#next();
  }

  #next(): void {
    if (this.#free === 0) return;
    const begin = this.#waiting.shift();
    if (begin === undefined) return;
    this.#free--;
    begin();
  }
}

/** A promise that rejects when the signal is aborted, and is otherwise silent. */
export function whenAborted(signal: AbortSignal | undefined): { readonly promise: Promise<never>; forget(): void } {
  let forget = (): void => {};
  const promise = new Promise<never>((_, reject) => {
    if (signal === undefined) return;
    const abort = (): void => {
      reject(
        new ToolchainError("toolchain/canceled", "Cannot finish compiling: it was canceled", { cause: signal.reason }),
      );
    };
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    forget = () => signal.removeEventListener("abort", abort);
  });
  // Whoever waits for it hears of the rejection; where nobody does any more, it is no unhandled one.
  promise.catch(() => {});
  return { promise, forget: () => forget() };
}

/** The longest delay of a timer; a larger one would fire at once. */
export const MAX_DELAY_MS: number = 2 ** 31 - 1;

/** @throws RangeError if a call cannot be limited to so many milliseconds. */
export function requireTimeLimit(timeLimitMs: number): void {
  if (timeLimitMs > 0 && timeLimitMs <= MAX_DELAY_MS) return;
  throw new RangeError(`Cannot limit a compile to ${timeLimitMs} ms: expected 1 … ${MAX_DELAY_MS}`);
}

/** A promise that rejects when the time is up, and is otherwise silent. */
export function whenOver(timeLimitMs: number): { readonly promise: Promise<never>; forget(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const promise = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = `Cannot finish compiling: it took longer than ${timeLimitMs} ms`;
      reject(new ToolchainError("toolchain/timeout", message));
    }, timeLimitMs);
  });
  promise.catch(() => {});
  return { promise, forget: () => clearTimeout(timer) };
}
