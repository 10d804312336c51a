// Frames a second, over the last second or so.

const WINDOW_MS = 1_000;

export class FrameCounter {
  #since = performance.now();
  #frames = 0;
  #total = 0;
  #perSecond: number | undefined;

  /** Of the last full window; `undefined` before there is one. */
  get perSecond(): number | undefined {
    return this.#perSecond;
  }

  /** Frames since the page was opened. */
  get total(): number {
    return this.#total;
  }

  /** To be called once a frame. */
  count(): void {
    this.#frames++;
    this.#total++;
    const elapsed = performance.now() - this.#since;
    if (elapsed < WINDOW_MS) return;
    this.#perSecond = (this.#frames * 1_000) / elapsed;
    this.#since += elapsed;
    this.#frames = 0;
  }
}
