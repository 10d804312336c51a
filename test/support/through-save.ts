// What a snapshot is after it was on a disk: the bytes of a whole save, and back.

import { decodeSave, encodeSave, type SavedProgram } from "gasworks/persistence";
import type { Snapshot } from "gasworks/vm";

/** @param program - The one that the snapshot is of. */
export function throughSave(program: SavedProgram, snapshot: Snapshot): Snapshot {
  const bytes = encodeSave({
    meta: { name: "between two slices", tick: 1, savedAt: "2026-01-02T03:04:05.000Z" },
    world: null,
    programs: [program],
    computers: [{ id: "one", programHash: program.hash, snapshot, state: null }],
  });
  const back = decodeSave(bytes).computers[0]?.snapshot;
  if (back === null || back === undefined) throw new Error("The save has lost its computer");
  return back;
}
