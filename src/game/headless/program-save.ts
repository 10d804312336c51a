// The save of one program that runs on its own: a save game whose only computer is that program.

import {
  decodeSave,
  encodeSave,
  SaveError,
  type JsonValue,
  type SavedProgram,
  type SaveGame,
} from "../../persistence/index.ts";
import type { Snapshot } from "../../vm/index.ts";

import { CliError } from "./errors.ts";

const COMPUTER_ID = "program";
const RUNNER = "gasworks run";

/** A program, where it stands, and how it was run. */
export interface ProgramSave {
  readonly program: SavedProgram;
  readonly snapshot: Snapshot;
  /** Since the program's start. */
  readonly ticks: number;
  readonly gasPerTick: number;
  /** The last of what it printed. */
  readonly consoleTail: string;
}

/** @param savedAt - ISO 8601. */
export function encodeProgramSave(save: ProgramSave, name: string, savedAt: string): Uint8Array {
  const { program, snapshot, ticks, gasPerTick, consoleTail } = save;
  const state = { console: consoleTail, gasPerTick, runner: RUNNER, ticks };
  return encodeSave({
    meta: { name: name.slice(0, 200), tick: ticks, savedAt },
    world: null,
    programs: [program],
    computers: [{ id: COMPUTER_ID, programHash: program.hash, snapshot, state }],
  });
}

/**
 * @throws {SaveError} if the bytes are no save.
 * @throws {CliError} `cli/not-a-program-save` if it is the save of a game.
 */
export function decodeProgramSave(bytes: Uint8Array): ProgramSave {
  const save = decodeSave(bytes);
  const [computer] = save.computers;
  const state = stateOf(save);
  const program = save.programs.find(({ hash }) => hash === computer?.programHash);
  if (state === undefined || computer?.snapshot == null || program === undefined) {
    throw new CliError(
      "cli/not-a-program-save",
      `Cannot resume "${save.meta.name}": it is the save of a game with ${save.computers.length} computers, not of ` +
        "gasworks run",
    );
  }
  const { ["console"]: consoleTail, ["gasPerTick"]: gasPerTick, ["ticks"]: ticks } = state;
  if (
    typeof consoleTail !== "string" ||
    !isCount(gasPerTick) ||
    gasPerTick < 1 ||
    gasPerTick >= 2 ** 30 ||
    !isCount(ticks)
  ) {
    throw new SaveError(
      "save/malformed",
      "Cannot decode the save: what gasworks run keeps in it is not as it should be",
    );
  }
  return { program, snapshot: computer.snapshot, ticks, gasPerTick, consoleTail };
}

/** What `gasworks run` keeps beside the snapshot; `undefined` if something else made the save. */
function stateOf({ computers }: SaveGame): Readonly<Record<string, JsonValue>> | undefined {
  const [computer, ...others] = computers;
  const state = computer?.state;
  if (others.length > 0 || typeof state !== "object" || state === null || Array.isArray(state)) return undefined;
  const fields = state as Readonly<Record<string, JsonValue>>;
  return fields["runner"] === RUNNER ? fields : undefined;
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
