// What a save says of itself before its content: the header, which is small and stands at the start of the file, and the
// list of what is in it.
//
//   header        canonical JSON { computers: number, gasworks: string, meta: { name, savedAt, tick },
//                 mods: [{ name, version }, …], programs: number }
//   section LIST  canonical JSON { computers: [{ hasSnapshot, id, program }, …], programs: [hash, …] };
//                 computers ascending by id, programs by hash; `program` is null or the place of a program in the list

import { SaveError } from "./errors.ts";
import {
  expectArray,
  expectBoolean,
  expectHash,
  expectInteger,
  expectObject,
  expectString,
  unexpected,
} from "./expect-shape.ts";
import { type JsonReader, jsonBytes, type JsonValue } from "./json-value.ts";
import type { SavedMod, SaveMeta } from "./save-game.ts";

/** What the first bytes of a save tell. */
export interface SaveHeader {
  readonly meta: SaveMeta;
  /** Version of Gasworks that captured it. */
  readonly gasworksVersion: string;
  readonly mods: readonly SavedMod[];
  /** How many there are. */
  readonly computers: number;
  readonly programs: number;
}

/** A computer in the list. */
export interface ListedComputer {
  readonly id: string;
  readonly programHash: string | null;
  readonly hasSnapshot: boolean;
}

/** What a save holds, by name. */
export interface SaveList {
  readonly computers: readonly ListedComputer[];
  readonly programs: readonly string[];
}

const MAX_NAME = 200;
const MAX_DATE = 40;
const MAX_VERSION = 40;
const MAX_MODS = 200;
const MAX_MOD_TEXT = 100;
const MAX_COMPUTERS = 100_000;
const MAX_PROGRAMS = 20_000;

export function encodeHeader({ meta, gasworksVersion, mods, computers, programs }: SaveHeader): Uint8Array {
  const { name, savedAt, tick } = meta;
  return jsonBytes({
    computers,
    gasworks: gasworksVersion,
    meta: { name, savedAt, tick },
    mods: mods.map((mod) => ({ name: mod.name, version: mod.version })),
    programs,
  });
}

/** @throws {SaveError} `save/malformed`. */
export function decodeHeaderFields(bytes: Uint8Array, json: JsonReader): SaveHeader {
  const what = "the header";
  const header = expectObject(json.read(bytes, what), what, ["computers", "gasworks", "meta", "mods", "programs"]);
  const meta = expectObject(header.meta, "meta", ["name", "savedAt", "tick"]);
  const decoded = {
    meta: {
      name: expectString(meta.name, "meta.name", MAX_NAME),
      savedAt: expectString(meta.savedAt, "meta.savedAt", MAX_DATE),
      tick: expectInteger(meta.tick, "meta.tick"),
    },
    gasworksVersion: expectString(header.gasworks, "gasworks", MAX_VERSION),
    mods: expectArray(header.mods, "mods", MAX_MODS).map((item, index) => decodeMod(item, `mods[${index}]`)),
    computers: expectInteger(header.computers, "computers", [0, MAX_COMPUTERS]),
    programs: expectInteger(header.programs, "programs", [0, MAX_PROGRAMS]),
  };
  const problem = findHeaderProblem(decoded);
  if (problem !== undefined) throw new SaveError("save/malformed", `Cannot decode the save: ${problem}`);
  return decoded;
}

function decodeMod(value: JsonValue, path: string): SavedMod {
  const { name, version } = expectObject(value, path, ["name", "version"]);
  return {
    name: expectString(name, `${path}.name`, MAX_MOD_TEXT),
    version: expectString(version, `${path}.version`, MAX_MOD_TEXT),
  };
}

/** What could not be read back, if anything. */
export function findHeaderProblem({
  meta,
  gasworksVersion,
  mods,
  computers,
  programs,
}: SaveHeader): string | undefined {
  if (meta.name.length > MAX_NAME) return `its name has ${meta.name.length} characters, at most ${MAX_NAME}`;
  if (meta.savedAt.length > MAX_DATE) return `its date has ${meta.savedAt.length} characters, at most ${MAX_DATE}`;
  if (!Number.isSafeInteger(meta.tick) || meta.tick < 0) return `its tick is ${meta.tick}, expected an integer ≥ 0`;
  if (gasworksVersion.length > MAX_VERSION) {
    return `its version of Gasworks has ${gasworksVersion.length} characters, at most ${MAX_VERSION}`;
  }
  if (computers > MAX_COMPUTERS) return `it has ${computers} computers, at most ${MAX_COMPUTERS}`;
  if (programs > MAX_PROGRAMS) return `it has ${programs} programs, at most ${MAX_PROGRAMS}`;
  if (mods.length > MAX_MODS) return `it names ${mods.length} mods, at most ${MAX_MODS}`;
  for (const { name, version } of mods) {
    if (name.length < 1 || name.length > MAX_MOD_TEXT) {
      return `the name of a mod has ${name.length} characters, expected 1 to ${MAX_MOD_TEXT}`;
    }
    if (version.length > MAX_MOD_TEXT) {
      return `the version of the mod "${name}" has ${version.length} characters, at most ${MAX_MOD_TEXT}`;
    }
  }
  return new Set(mods.map(({ name }) => name)).size === mods.length ? undefined : "a mod is there twice";
}

/** @param list - In order, and without the problems that {@link findListProblem} finds. */
export function encodeList({ computers, programs }: SaveList): Uint8Array {
  const places = new Map(programs.map((hash, place) => [hash, place]));
  return jsonBytes({
    computers: computers.map(({ id, programHash, hasSnapshot }) => ({
      hasSnapshot,
      id,
      program: programHash === null ? null : (places.get(programHash) ?? null),
    })),
    programs,
  });
}

/** @throws {SaveError} `save/malformed`. */
export function decodeList(bytes: Uint8Array, json: JsonReader): SaveList {
  const what = "the list";
  const list = expectObject(json.read(bytes, what), what, ["computers", "programs"]);
  const programs = expectArray(list.programs, "programs", MAX_PROGRAMS).map((hash, index) =>
    expectHash(hash, `programs[${index}]`),
  );
  const computers = expectArray(list.computers, "computers", MAX_COMPUTERS).map((item, index) => {
    const path = `computers[${index}]`;
    const { id, hasSnapshot, program } = expectObject(item, path, ["hasSnapshot", "id", "program"]);
    return {
      id: expectString(id, `${path}.id`, MAX_NAME),
      programHash: program === null ? null : programAt(program, programs, `${path}.program`),
      hasSnapshot: expectBoolean(hasSnapshot, `${path}.hasSnapshot`),
    };
  });
  const problem = findListProblem({ computers, programs });
  if (problem !== undefined) throw new SaveError("save/malformed", `Cannot decode the save: ${problem}`);
  return { computers, programs };
}

function programAt(value: JsonValue, programs: readonly string[], path: string): string {
  const hash = programs[expectInteger(value, path)];
  if (hash === undefined) throw unexpected(value, path, `the place of one of ${programs.length} programs`);
  return hash;
}

/** What is wrong with a list, if anything. */
export function findListProblem({ computers, programs }: SaveList): string | undefined {
  for (const [i, hash] of programs.entries()) {
    if (i > 0 && hash <= (programs[i - 1] as string)) return `program ${hash} is there twice or out of order`;
  }
  const hashes = new Set(programs);
  for (const [i, { id, programHash, hasSnapshot }] of computers.entries()) {
    if (i > 0 && id <= (computers[i - 1] as ListedComputer).id)
      return `computer "${id}" is there twice or out of order`;
    if (id.length > MAX_NAME) return `the id of a computer has ${id.length} characters, at most ${MAX_NAME}`;
    if (programHash !== null && !hashes.has(programHash)) return `the program of computer "${id}" is missing`;
    if (hasSnapshot && programHash === null) return `computer "${id}" has a snapshot and no program`;
  }
  return undefined;
}
