// A computer out of a save, between reading it and taking it over.

import type { Snapshot } from "../../vm/index.ts";
import type { Computer } from "./computer.ts";
import type { Program, RefusedProgram } from "./program.ts";
import type { ProgramRun } from "./program-run.ts";
import type { SavedState } from "./saved-state.ts";

/** What a save says of a computer. */
export interface SavedOrigin {
  readonly state: SavedState;
  readonly snapshot: Snapshot | null;
  readonly tick: number;
}

/** What became of the program of a computer in a save; neither, if it has none. */
export interface RecalledProgram {
  readonly program?: Program | undefined;
  /** In place of a program that cannot be prepared, in a safe load. */
  readonly refused?: RefusedProgram | undefined;
}

/** A computer's state out of a save, ready to take over. */
export interface StagedComputer extends RecalledProgram {
  readonly computer: Computer;
  readonly state: SavedState;
  /** Gives the devices what they keep. */
  readonly putDevices: () => void;
  /** Makes the run that goes on; it has been made once, and let go, to see that it can be. */
  readonly resume: (() => ProgramRun) | undefined;
}
