// All computers of a world into a save, at one tick boundary.

import type { SavedComputer, SavedProgram } from "../../persistence/index.ts";
import type { Computer } from "./computer.ts";
import { withoutSources } from "./save-computer.ts";

/** Everything of all computers, at one tick boundary. Plain data; goes into a `SaveGame` field by field. */
export interface ComputersSave {
  /** Ticks that the world had run. An integer ≥ 0. */
  readonly tick: number;
  /** Each once, however many computers have it. */
  readonly programs: readonly SavedProgram[];
  /** In any order; those that were captured ascend by id. */
  readonly computers: readonly SavedComputer[];
}

/** A {@link ComputersSave} whose computers are captured while they are read. */
export interface ComputersSource {
  readonly tick: number;
  readonly programs: Iterable<SavedProgram>;
  readonly computers: Iterable<SavedComputer>;
}

/** How computers are captured. */
export interface CaptureSetting {
  /** Whether the save has the players' files beside what they were compiled to. */
  readonly savesSources: boolean;
  /** Called before each of them. @throws {ComputerError} where none may be captured now. */
  readonly requireBetweenTicks: () => void;
}

/** Captures each computer when it is read. The programs are those of the computers that were read before. */
export function captureComputers(
  computers: readonly Computer[],
  { savesSources, requireBetweenTicks }: CaptureSetting,
): Omit<ComputersSource, "tick"> {
  const programs = new Map<string, SavedProgram>();
  // As saves have them: who compresses while they come finds them in their places.
  const ordered = computers.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const capture = function* (): Generator<SavedComputer> {
    for (const computer of ordered) {
      requireBetweenTicks();
      const saved = computer.capture(programs);
      yield savesSources ? saved : withoutSources(saved);
    }
  };
  const programsSoFar = function* (): Generator<SavedProgram> {
    for (const program of programs.values()) {
      const { hash, wasm } = program;
      yield savesSources ? program : { hash, wasm };
    }
  };
  return { programs: { [Symbol.iterator]: programsSoFar }, computers: capture() };
}
