import { interrupted } from "./device/bank-state.ts";
import { ProgramRun, type RunSetting } from "./program-run.ts";
import type { Program } from "./program.ts";

/** A program that a hot load takes the place of, as it stood. */
export interface EarlierProgram {
  readonly program: Program;
  /** Calls that it waited in give `ERR_INTERRUPTED`. */
  readonly resume: () => ProgramRun;
}

/** Keeps a run that is about to end. */
export function keepProgramRun(program: Program, run: ProgramRun, setting: RunSetting): EarlierProgram {
  const { saved, snapshot } = run.capture();
  const origin = { saved: { ...saved, bank: interrupted(saved.bank) }, snapshot, versions: {} };
  return { program, resume: () => new ProgramRun(program, setting, { ...origin, tick: setting.tickNow() }) };
}
