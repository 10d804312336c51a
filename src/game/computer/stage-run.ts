import { ComputerError } from "./errors.ts";
import type { ProgramRun } from "./program-run.ts";

/**
 * Makes a run to see that it can be made. Kept, it would take the room of all that runs now a second time.
 *
 * @param id - Of the computer, for messages.
 * @throws {ComputerError} `computer/save-malformed`
 * @throws {VmError} if the snapshot is refused.
 */
export function rehearse(id: string, resume: () => ProgramRun): void {
  let isConsistent: boolean;
  try {
    const run = resume();
    ({ isConsistent } = run);
    run.end(false);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ComputerError("computer/save-malformed", `Cannot restore computer "${id}": ${error.message}`, {
      cause: error,
    });
  }
  if (isConsistent) return;
  throw new ComputerError("computer/save-malformed", `Cannot restore computer "${id}": it waits for nothing it asked`);
}
