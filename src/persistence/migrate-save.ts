// Saves of older formats. Each format has one function that makes a save of the next format out of one of its own; a save
// goes through all of them one after the other. Such a function is never changed once its format was followed by another,
// and has its own reader of its format.

import { SaveError } from "./errors.ts";
import { formatOf, refuseNewer, SAVE_FORMAT } from "./save-container.ts";

/** Makes a save of the next format. Changes nothing of what it is given, and depends on nothing else. */
export type Migration = (save: Uint8Array) => Uint8Array;

/** By the format that they read. Format 1 is the first that was released, so there is none yet. */
const MIGRATIONS: ReadonlyMap<number, Migration> = new Map();

/** Where to migrate to, and by which steps; for tests. */
export interface MigrationPath {
  readonly steps?: ReadonlyMap<number, Migration>;
  readonly newest?: number;
}

/**
 * The save in the newest format; the same bytes if it has that already. A newer one is refused and not touched.
 *
 * @throws {SaveError} `save/not-a-save`, `save/truncated`, `save/newer-version`, `save/older-version`, and what the steps
 * throw.
 */
export function migrateSave(
  bytes: Uint8Array,
  { steps = MIGRATIONS, newest = SAVE_FORMAT }: MigrationPath = {},
): Uint8Array {
  let save = bytes;
  for (let format = formatOf(save); format !== newest; format++) {
    refuseNewer(save, format, newest);
    const step = steps.get(format);
    if (step === undefined) throw older(format);
    save = step(save);
    if (formatOf(save) !== format + 1) throw new Error(`The migration of format ${format} made another format`);
  }
  return save;
}

function older(format: number): SaveError {
  return new SaveError(
    "save/older-version",
    `Cannot decode the save: it has format ${format}, which was in use before the first release only; nothing reads it`,
  );
}
