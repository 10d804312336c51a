// What may happen when: while a tick runs, or devices hear of a change, whatever else is asked for waits until that is done.

import { ComputerError } from "./errors.ts";

/** The line between the ticks of a world, and what waits for it. */
export class TickBoundary {
  readonly #afterChange: () => void;
  #isTicking = false;
  /** Whether something changes between two ticks of which devices are told. */
  #isChanging = false;
  #actions: (() => void)[] = [];

  /** @param afterChange - Called when a change between two ticks is done, with all that it caused. */
  constructor(afterChange: () => void) {
    this.#afterChange = afterChange;
  }

  get isTicking(): boolean {
    return this.#isTicking;
  }

  /** Whether a tick runs, or a change between two ticks. */
  get isBusy(): boolean {
    return this.#isTicking || this.#isChanging;
  }

  /** From here to {@link TickBoundary.endTick} everything waits. */
  beginTick(): void {
    this.#isTicking = true;
  }

  endTick(): void {
    this.#isTicking = false;
  }

  /** Does something now, or at the end of the tick or change that is under way. */
  betweenTicks(action: () => void): void {
    if (this.isBusy) this.#actions.push(action);
    else this.change(action);
  }

  /**
   * Does something now, also inside a tick. Devices that hear of it may ask for other things: these come after it, and
   * nobody sees it half done.
   */
  change<T>(change: () => T): T {
    if (this.isBusy) return change();
    this.#isChanging = true;
    try {
      return change();
    } finally {
      this.#isChanging = false;
      this.runActions();
      this.#afterChange();
    }
  }

  /** Does what has waited. */
  runActions(): void {
    this.#isChanging = true;
    try {
      // What an action causes is done in this loop as well.
      for (let index = 0; index < this.#actions.length; index++) (this.#actions[index] as () => void)();
    } finally {
      this.#actions = [];
      this.#isChanging = false;
    }
  }

  /** @param what - In words, for the message. @throws {ComputerError} `computer/inside-tick` if it is busy. */
  requireBetweenTicks(what: string): void {
    if (!this.isBusy) return;
    const where = this.#isTicking ? "inside a tick" : "a device that is told of a change";
    throw new ComputerError("computer/inside-tick", `Cannot ${what} from ${where}`);
  }
}
