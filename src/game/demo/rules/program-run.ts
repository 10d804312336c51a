// How long the rover's program has been running, in ticks. Part of the save, so that a run that was saved, closed and
// loaded counts the same ticks as one that was not.

import type { ComputerState } from "gasworks/computer";
import type { JsonValue } from "gasworks/persistence";

/** Ticks at which the present program began and ended; `null`: not yet. */
export interface ProgramRunState {
  readonly startedAtTick: number | null;
  readonly endedAtTick: number | null;
}

export class ProgramRun {
  #state: ProgramRunState = { startedAtTick: null, endedAtTick: null };

  get state(): ProgramRunState {
    return this.#state;
  }

  /** A program begins: its first slice is in the tick after `tick`. */
  begin(tick: number): void {
    this.#state = { startedAtTick: tick, endedAtTick: null };
  }

  /** Forgets the run. */
  clear(): void {
    this.#state = { startedAtTick: null, endedAtTick: null };
  }

  /** To be called after each tick. */
  tick(tick: number, computer: ComputerState): void {
    const hasEnded = computer.kind === "exited" || computer.kind === "crashed" || computer.kind === "off";
    if (!hasEnded || this.#state.startedAtTick === null || this.#state.endedAtTick !== null) return;
    this.#state = { ...this.#state, endedAtTick: tick };
  }

  save(): JsonValue {
    return { ...this.#state };
  }

  /** @throws {TypeError} if it is not what {@link ProgramRun.save} gave; nothing is changed then. */
  load(value: unknown): void {
    const { startedAtTick, endedAtTick } = (value ?? {}) as Readonly<Record<string, unknown>>;
    // Both are read before anything is changed.
    this.#state = { startedAtTick: tickOrNull(startedAtTick), endedAtTick: tickOrNull(endedAtTick) };
  }
}

function tickOrNull(value: unknown): number | null {
  if (value === null) return null;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw new TypeError(
    `Cannot load a tick: found ${JSON.stringify(value) ?? "nothing"}, expected an integer >= 0 or null`,
  );
}
