// Captures the computers of a scene a little in each frame, while no tick runs: what is saved is one tick boundary all the
// same.

import type { EncodingSave, SavedComputer, SavedProgram } from "../../persistence/index.ts";
import { ComputerError, type Computer, type ComputerWorld } from "../computer/index.ts";
import type { Turn } from "./frame-turns.ts";

/** What to capture, and when. */
export interface FrameCaptureOptions<T extends EncodingSave> {
  readonly world: ComputerWorld;
  /** Begins the save that takes the computers: another one if computers come or go between the frames. */
  readonly begin: (programs: Iterable<SavedProgram>) => T;
  /** Time for it at once, in milliseconds. At least one computer is captured in each frame. */
  readonly firstMs: number;
  /** Waits until there is time for it again. */
  readonly nextTurn: () => Promise<Turn>;
  /** What {@link FrameCapture.interrupt} does: capture what is left on the spot, or leave it. */
  readonly ifInterrupted: "finish" | "give-up";
}

/** All computers, in a save that can be finished. */
export interface Captured<T extends EncodingSave> {
  readonly programs: readonly SavedProgram[];
  readonly save: T;
}

/** A save that is taking computers. */
interface Attempt<T extends EncodingSave> {
  readonly save: T;
  readonly programs: Iterable<SavedProgram>;
  readonly computers: Iterator<SavedComputer>;
  /** Those that there were at its beginning. */
  readonly before: readonly Computer[];
}

/** Tries in several frames before all is captured in one. */
const TRIES = 3;

/** One capture of all computers. The caller sees to it that no tick runs until it {@link FrameCapture.isDone}. */
export class FrameCapture<T extends EncodingSave> {
  readonly #options: FrameCaptureOptions<T>;
  #attempt: Attempt<T> | undefined;
  #tries = 0;
  /** What the last computer took. */
  #lastMs = 0;
  /** What the next one will take: as much as the last two, whichever was quicker. One may have met the garbage collector. */
  #likelyMs = 0;
  #captured: Captured<T> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};

  constructor(options: FrameCaptureOptions<T>) {
    this.#options = options;
  }

  /** Whether nothing more is taken from the world: as soon as the last computer was captured. */
  get isDone(): boolean {
    return this.#captured !== undefined || this.#failure !== undefined;
  }

  /**
   * Captures what there is time for, and waits for more, until all is captured. To be called once.
   *
   * @throws {ComputerError} `computer/superseded` if it was interrupted and gave up; `computer/inside-tick`
   */
  async run(): Promise<Captured<T>> {
    const { firstMs, nextTurn } = this.#options;
    const interrupted = new Promise<undefined>((resolve) => (this.#wake = () => resolve(undefined)));
    this.#work({ ms: firstMs, isFrame: true });
    while (!this.isDone) {
      const turn = await Promise.race([nextTurn(), interrupted]);
      if (turn !== undefined && !this.isDone) this.#work(turn);
    }
    if (this.#captured === undefined) throw this.#failure?.error;
    return this.#captured;
  }

  /** The world is about to be another one. */
  interrupt(): void {
    if (this.isDone) return;
    if (this.#options.ifInterrupted === "finish") this.#work({ ms: Infinity, isFrame: true });
    else {
      this.#fail(new ComputerError("computer/superseded", "Cannot go on saving the game: something else came first"));
    }
    this.#wake();
  }

  #work({ ms, isFrame }: Turn): void {
    if (!isFrame && this.#likelyMs > ms) return;
    const began = performance.now();
    try {
      for (let last = began; !this.isDone;) {
        this.#captureNext();
        const now = performance.now();
        this.#likelyMs = Math.min(now - last, this.#lastMs);
        this.#lastMs = now - last;
        if (now - began + this.#likelyMs >= ms && this.#tries <= TRIES) return;
        last = now;
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #captureNext(): void {
    const attempt = (this.#attempt ??= this.#begin());
    const { value, done } = attempt.computers.next();
    if (done !== true) return attempt.save.add(value);
    if (isSame(attempt.before, this.#options.world.computers)) {
      this.#captured = { programs: [...attempt.programs], save: attempt.save };
    } else {
      attempt.save.cancel();
      this.#attempt = undefined;
    }
  }

  #begin(): Attempt<T> {
    this.#tries += 1;
    const { world, begin } = this.#options;
    const { programs, computers } = world.captureEach();
    return { save: begin(programs), programs, computers: computers[Symbol.iterator](), before: [...world.computers] };
  }

  #fail(error: unknown): void {
    this.#failure = { error };
    this.#attempt?.save.cancel();
  }
}

function isSame(before: readonly Computer[], now: readonly Computer[]): boolean {
  return before.length === now.length && before.every((computer, index) => computer === now[index]);
}
