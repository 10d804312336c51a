// What the computers of a save are to become: held against those that the world has, and their programs prepared. Nothing of
// the world changes here.

import type { SavedComputer, SavedProgram } from "../../persistence/index.ts";
import type { ComputersSave } from "./capture-computers.ts";
import type { Computer } from "./computer.ts";
import { ComputerError } from "./errors.ts";
import type { ProgramCache } from "./program-cache.ts";
import type { Program } from "./program.ts";
import { decodeState, type SavedState } from "./saved-state.ts";
import type { RecalledProgram, StagedComputer } from "./staged-computer.ts";

/** How to put computers back. */
export interface RestoreOptions {
  /**
   * Leaves all computers off, with their programs, devices and consoles: for a save that does harm as soon as it runs. A
   * program that cannot be prepared does not keep the save from being loaded: its computer says so in its console, and has
   * no program to start, but keeps it for later saves.
   *
   * @defaultValue false
   */
  readonly safe?: boolean;
}

/** What a save is held against. */
export interface RecallSetting {
  readonly get: (id: string) => Computer | undefined;
  readonly ticksPerSecond: number;
  readonly programs: ProgramCache;
}

/** A computer of a save beside the one that it is to become. */
interface Wanted {
  readonly computer: Computer;
  readonly saved: SavedComputer;
  readonly state: SavedState;
}

/** The computers of a save, with all that they need to be put back. */
export interface RecalledComputers {
  readonly computers: readonly Computer[];
  /**
   * Makes everything ready, still without touching what is.
   *
   * @throws {ComputerError} {@link VmError} if a snapshot is refused.
   */
  readonly stage: () => ReadonlyMap<Computer, StagedComputer>;
}

/**
 * @throws {ComputerError} `computer/save-mismatch`, `computer/save-malformed`
 * @throws {VmError} if a program is refused.
 */
export async function recallComputers(
  save: ComputersSave,
  { safe = false }: RestoreOptions,
  setting: RecallSetting,
): Promise<RecalledComputers> {
  const wanted = save.computers.map((saved) => {
    const found = match(saved, setting);
    return safe ? switchedOff(found) : found;
  });
  requireDistinct(save.computers);
  const programs = await recallPrograms(wanted, save.programs, { cache: setting.programs, safe });
  const stage = (): ReadonlyMap<Computer, StagedComputer> =>
    new Map(
      wanted.map(({ computer, saved: { snapshot }, state }, index) => [
        computer,
        computer.stage({ state, snapshot, tick: save.tick }, programs[index] ?? {}),
      ]),
    );
  return { computers: wanted.map(({ computer }) => computer), stage };
}

function match(saved: SavedComputer, { get, ticksPerSecond }: RecallSetting): Wanted {
  const computer = get(saved.id);
  if (computer === undefined) {
    throw new ComputerError(
      "computer/save-mismatch",
      `Cannot restore computer "${saved.id}": the world has none of that id`,
    );
  }
  const state = decodeState(saved.state, saved.id);
  if (state.ticksPerSecond !== ticksPerSecond) {
    throw new ComputerError(
      "computer/save-mismatch",
      `Cannot restore computer "${saved.id}": saved at ${state.ticksPerSecond} ticks a second, the world has ${ticksPerSecond}`,
    );
  }
  // Before anything is prepared: a program may be refused for the same reason, in words that say less.
  computer.stageDevices(state);
  return { computer, saved, state };
}

function switchedOff({ computer, saved, state }: Wanted): Wanted {
  const { power, types } = state;
  // What a running program imports is known of the run, which is not there any more.
  const imported = power.kind === "on" ? power.run.types : types;
  return {
    computer,
    saved: { ...saved, snapshot: null },
    state: { ...state, power: { kind: "off" }, types: imported },
  };
}

function requireDistinct(computers: readonly SavedComputer[]): void {
  if (new Set(computers.map(({ id }) => id)).size === computers.length) return;
  throw new ComputerError("computer/save-malformed", "Cannot restore the computers: two of them have the same id");
}

/**
 * The program of each saved computer, prepared for what is attached to the computer now.
 *
 * @param safe - Whether one that cannot be prepared is kept as it is, and does not keep the others from being loaded.
 */
function recallPrograms(
  wanted: readonly Wanted[],
  programs: readonly SavedProgram[],
  { cache, safe }: { readonly cache: ProgramCache; readonly safe: boolean },
): Promise<RecalledProgram[]> {
  const byHash = new Map(programs.map((program) => [program.hash, program]));
  // The prepared program of one computer serves the others while it is being prepared, and afterwards.
  return Promise.all(
    wanted.map(async (one): Promise<RecalledProgram> => {
      const { id, programHash } = one.saved;
      if (programHash === null) return {};
      const saved = byHash.get(programHash);
      if (saved === undefined) {
        throw new ComputerError("computer/save-malformed", `Cannot restore computer "${id}": its program is missing`);
      }
      try {
        return { program: await prepareSaved(one, saved, cache) };
      } catch (error) {
        if (!safe || error instanceof ComputerError) throw error;
        const reason = `The program cannot be run: ${error instanceof Error ? error.message : String(error)}`;
        return { refused: { sources: undefined, ...saved, types: one.state.types, reason } };
      }
    }),
  );
}

async function prepareSaved(
  { computer, state, saved: { id } }: Wanted,
  saved: SavedProgram,
  cache: ProgramCache,
): Promise<Program> {
  const policy = computer.policyFor(state);
  const { memory } = computer;
  const known = cache.find(saved.hash, { policy, memory });
  const prepared = known ?? (await cache.prepare(saved.wasm.slice(), { policy, memory }));
  if (prepared.module.hash !== saved.hash) {
    throw new ComputerError("computer/save-malformed", `Cannot restore computer "${id}": its program is another one`);
  }
  return { ...prepared, sources: saved.sources, types: policy.devices ?? [] };
}
