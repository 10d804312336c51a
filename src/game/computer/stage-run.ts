// The run of a computer in a save, made once to see that it can be made.

import { ComputerError } from "./errors.ts";
import { ProgramRun, type RunSetting } from "./program-run.ts";
import type { Program } from "./program.ts";
import type { SavedOrigin } from "./staged-computer.ts";

/**
 * @param id - Of the computer, for messages.
 * @returns what makes the run that goes on; `undefined` for a computer that does not run in the save.
 * @throws {ComputerError} `computer/save-malformed`
 * @throws {VmError} if the snapshot is refused.
 */
export function stageRun(
  { state, snapshot, tick }: SavedOrigin,
  program: Program | undefined,
  { id, setting }: { readonly id: string; readonly setting: RunSetting },
): (() => ProgramRun) | undefined {
  const { power } = state;
  if (power.kind !== "on") return undefined;
  if (program === undefined || snapshot === null) throw malformed(id, "it runs without a program");
  if (snapshot.status.kind === "exited" || snapshot.status.kind === "trapped") {
    throw malformed(id, "its program has ended");
  }
  const versions = Object.fromEntries(Object.entries(state.devices).map(([label, { version }]) => [label, version]));
  const resume = (): ProgramRun => new ProgramRun(program, setting, { saved: power.run, snapshot, tick, versions });
  rehearse(id, resume);
  return resume;
}

/** Makes a run and lets it go. Kept, it would take the room of all that runs now a second time. */
function rehearse(id: string, resume: () => ProgramRun): void {
  let isConsistent: boolean;
  try {
    const run = resume();
    ({ isConsistent } = run);
    run.end(false);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw malformed(id, error.message, { cause: error });
  }
  if (!isConsistent) throw malformed(id, "it waits for nothing it asked");
}

function malformed(id: string, what: string, options?: ErrorOptions): ComputerError {
  return new ComputerError("computer/save-malformed", `Cannot restore computer "${id}": ${what}`, options);
}
