// One computer of a save, with its program and where that stands, on its own or in another save.

import type { SavedComputer, SavedProgram, SaveGame } from "./save-game.ts";

export interface CopyComputerOptions {
  /** Its id in the other save. @defaultValue the one it has */
  readonly as?: string;
}

/**
 * The save `to` with a computer of `from` added, running where it stood. Neither save is changed.
 *
 * @throws {RangeError} if `from` has no computer of that id, or `to` has one already.
 */
export function copyComputer(from: SaveGame, id: string, to: SaveGame, options: CopyComputerOptions = {}): SaveGame {
  const { as = id } = options;
  const { computer, programs } = find(from, id);
  if (to.computers.some((other) => other.id === as)) {
    throw new RangeError(`Cannot copy computer "${id}": the other save has a computer "${as}" already`);
  }
  const known = new Set(to.programs.map(({ hash }) => hash));
  return {
    ...to,
    programs: [...to.programs, ...programs.filter(({ hash }) => !known.has(hash))],
    computers: [...to.computers, { ...computer, id: as }],
  };
}

/**
 * A save with that computer alone: its program and state, the name, tick and mods of the save, but not the game's world.
 *
 * @throws {RangeError} if there is none of that id.
 */
export function extractComputer(from: SaveGame, id: string): SaveGame {
  const { computer, programs } = find(from, id);
  const { meta, gasworksVersion, mods } = from;
  return { meta, gasworksVersion, mods, world: null, programs, computers: [computer] };
}

function find(
  { computers, programs }: SaveGame,
  id: string,
): { readonly computer: SavedComputer; readonly programs: readonly SavedProgram[] } {
  const computer = computers.find((each) => each.id === id);
  if (computer === undefined) {
    throw new RangeError(`Cannot copy computer "${id}": the save has ${computers.length} computers, none of that id`);
  }
  return { computer, programs: programs.filter(({ hash }) => hash === computer.programHash) };
}
