// What every compiler does around its work: one call after the other, and each of them can be canceled.

import { ToolchainError } from "./errors.ts";

/** A queue of calls. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /**
   * Waits until the calls before have ended.
   *
   * @param canceled - Rejects when the caller does not want to wait any longer.
   * @returns What to call at the end of the turn.
   */
  async take(canceled: Promise<never>): Promise<() => void> {
    const before = this.#last;
    let endTurn = (): void => {};
    this.#last = new Promise((resolve) => {
      endTurn = resolve;
    });
    try {
      await Promise.race([before, canceled]);
    } catch (error) {
      void before.then(endTurn);
      throw error;
    }
    return endTurn;
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
