// When to save by itself: as often as asked for, never two at a time.

/** How a save ended that nobody waited for. */
export type AutosaveReport =
  | { readonly kind: "saved"; readonly generation: number }
  | { readonly kind: "failed"; readonly error: unknown };

/**
 * Runs one save after the other. However often it is asked while one is under way, one more follows: it holds what all that
 * asked wanted saved.
 */
export class Autosaver {
  readonly #save: () => Promise<number>;
  readonly #report: (report: AutosaveReport) => void;
  #running: Promise<unknown> = Promise.resolve();
  /** Asked for, and not begun. */
  #next: Promise<AutosaveReport> | undefined;
  #isSaving = false;
  #isStopped = false;

  /**
   * @param save - Captures and writes; its generation.
   * @param report - Told of each save, also of those that failed. Must not throw.
   */
  constructor(save: () => Promise<number>, report: (report: AutosaveReport) => void = () => {}) {
    this.#save = save;
    this.#report = report;
  }

  get isSaving(): boolean {
    return this.#isSaving;
  }

  /**
   * Asks for a save of what is now, or of a little later. Never rejects: the report says how it ended. `undefined` after
   * {@link Autosaver.stop}.
   */
  request(): Promise<AutosaveReport | undefined> {
    if (this.#isStopped) return Promise.resolve(undefined);
    if (this.#next === undefined) {
      this.#next = this.#running.then(() => this.#run());
      this.#running = this.#next;
    }
    return this.#next;
  }

  /** No save begins any more; one that is under way ends. */
  stop(): void {
    this.#isStopped = true;
  }

  async #run(): Promise<AutosaveReport> {
    this.#next = undefined;
    this.#isSaving = true;
    let report: AutosaveReport;
    try {
      report = { kind: "saved", generation: await this.#save() };
    } catch (error) {
      report = { kind: "failed", error };
    }
    this.#isSaving = false;
    this.#report(report);
    return report;
  }
}
