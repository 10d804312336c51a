// Kills at random points of saves, and keeps book of where they fell.

import type { Random } from "./random.ts";

/** What is known of a slot while something saves into it. */
export class SavingLog {
  /** The last save that was acknowledged. */
  saved: number | undefined;
  /** The last save that was begun. */
  begun: number | undefined;
  /** Kills in the middle of a save, and all of them. */
  readonly kills: { between: number; all: number } = { between: 0, all: 0 };
  /** How often the old save was found, and how often the new one. */
  readonly found: { old: number; new: number } = { old: 0, new: 0 };
  /** How long saves took, ascending. */
  #durationsMs: readonly number[] = [];
  #begunAt = 0;

  begin(number: number): void {
    this.begun = number;
    this.#begunAt = performance.now();
  }

  acknowledge(number: number): void {
    this.saved = number;
    const tookMs = performance.now() - this.#begunAt;
    this.#durationsMs = [...this.#durationsMs, tookMs].toSorted((a, b) => a - b);
  }

  /** When to kill after a save was begun: anywhere in most of the time that nine of ten saves exceed. */
  delayMs(random: Random): number {
    const shortMs = this.#durationsMs[Math.floor(this.#durationsMs.length / 10)] ?? 100;
    return 0.8 * shortMs * (random.next() / 2 ** 32);
  }

  /** To be called when all is known that was told before the kill. */
  killed(): void {
    this.kills.all += 1;
    if (this.begun !== this.saved) this.kills.between += 1;
  }

  /**
   * Whether there were that many kills, nine of ten in the middle of a save. On a busy machine one comes late now and then:
   * the others are to make up for it, up to twice as many in all.
   */
  isEnough(kills: number): boolean {
    const { all, between } = this.kills;
    return (all >= kills && between >= 0.9 * all) || all >= 2 * kills;
  }

  /** What was in the slot afterwards. @throws {Error} unless it is the last save that was acknowledged or begun. */
  find(number: number | undefined): void {
    const isNew = number !== undefined && number === this.begun && number !== this.saved;
    if (!isNew && number !== this.saved) {
      throw new Error(`Found save ${number}; ${this.saved} was acknowledged, ${this.begun} begun`);
    }
    if (this.kills.all > 0) this.found[isNew ? "new" : "old"] += 1;
    this.saved = number;
    this.begun = number;
  }

  /** All of it in words. */
  summary(): string {
    const { kills, found } = this;
    return (
      `${kills.all} kills, ${kills.between} between begin and acknowledge; ` +
      `afterwards the old save ${found.old} times, the new one ${found.new} times`
    );
  }
}
