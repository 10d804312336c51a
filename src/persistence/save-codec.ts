// A save game as bytes and back. The outer form is in save-container.ts, snapshots in snapshot-codec.ts.
//
// Sections of format 0, in this order:
//
//   id    payload
//   WRLD  canonical JSON: the game's own world. Exactly one.
//   PROG  one program, ascending by hash:
//           32  SHA-256 of the module
//            4  length of the sources, 0 if there are none
//            n  canonical JSON: an object from file name to text
//            …  the module
//   COMP  one computer, ascending by id: canonical JSON { id, programHash, state }
//   SNAP  snapshot of the computer in front of it; left out if there is none
//   ????  sections that are unknown here and may be (first letter lower-case), in the order they were found
//
// The header is canonical JSON: { computers: number, meta: { name, savedAt, tick }, mods: [{ name, version }, …],
// programs: number }; `mods` is left out where there are none.
// The same save gives the same bytes, and only those bytes are accepted for it.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { SaveError } from "./errors.ts";
import { expectArray, expectHash, expectInteger, expectObject, expectString, unexpected } from "./expect-shape.ts";
import { canonicalJson, type JsonValue, parseCanonicalJson } from "./json-value.ts";
import { plainView } from "./plain-view.ts";
import { decodeContainer, decodeHeader, encodeContainer, type Section } from "./save-container.ts";
import type {
  SavedComputer,
  SavedMod,
  SavedProgram,
  SaveGame,
  SaveMeta,
  SaveSource,
  UnknownSection,
} from "./save-game.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot-codec.ts";

/** How much memory a save may claim: zero pages take no room in a file, so its length bounds nothing. */
export interface SaveLimits {
  /** Linear memory of one computer, in pages of 64 KiB. @defaultValue 1,024 (64 MiB) */
  readonly memoryPagesEach: number;
  /** Linear memory of all computers together, in pages of 64 KiB. @defaultValue 65,536 (4 GiB) */
  readonly memoryPagesTotal: number;
}

/** The limits that {@link encodeSave} keeps and {@link decodeSave} has by default. */
export const DEFAULT_SAVE_LIMITS: SaveLimits = { memoryPagesEach: 1_024, memoryPagesTotal: 65_536 };

const MAX_NAME = 200;
const MAX_DATE = 40;
const MAX_MODS = 200;
const MAX_MOD_TEXT = 100;
const HASH_BYTES = 32;

/**
 * The bytes of a save: always the same for the same save, whatever the order of its programs and computers. Of computers
 * that come one by one, no memory is kept but what is not zero.
 *
 * @throws {SaveError} `save/too-large` if it exceeds {@link DEFAULT_SAVE_LIMITS} or 1 GiB.
 * @throws {TypeError} if it could not be read back: a hash or an id twice, a hash that is not the program's, a computer
 * whose program is missing, something that is not JSON.
 */
export function encodeSave(save: SaveSource): Uint8Array {
  const takePages = pageBudget(DEFAULT_SAVE_LIMITS);
  const computers = Array.from(save.computers, (computer) => encodeComputer(computer, takePages));
  computers.sort((a, b) => order(a.id, b.id));
  const programs = [...save.programs].toSorted((a, b) => order(a.hash, b.hash));
  const { mods = [] } = save;
  const problem = findProblem({ meta: save.meta, mods, programs, computers });
  if (problem !== undefined) throw new TypeError(`Cannot encode the save: ${problem}`);

  const { name, savedAt, tick } = save.meta;
  const header = {
    computers: computers.length,
    meta: { name, savedAt, tick },
    ...(mods.length > 0 ? { mods: mods.map((mod) => ({ name: mod.name, version: mod.version })) } : {}),
    programs: programs.length,
  };
  const sections: Section[] = [{ id: "WRLD", bytes: jsonBytes(save.world) }];
  for (const program of programs) sections.push({ id: "PROG", bytes: encodeProgram(program) });
  for (const { comp, snap } of computers) {
    sections.push({ id: "COMP", bytes: comp });
    if (snap !== undefined) sections.push({ id: "SNAP", bytes: snap });
  }
  for (const section of save.unknownSections ?? []) {
    if (!/^[a-z]/.test(section.id)) throw new TypeError(`Cannot encode "${section.id}" as an unknown section`);
    sections.push(section);
  }
  return encodeContainer({ header: jsonBytes(header), sections });
}

/**
 * Reads a save. `bytes` may come from anywhere: they are refused, or they are a save whose every field has its type.
 * The result shares no bytes with them. The memory of a snapshot is put together each time it is read, so that a save of
 * thousands of computers takes little more room than its bytes.
 *
 * @throws {SaveError} `save/not-a-save`, `save/newer-version`, `save/truncated`, `save/corrupt`, `save/malformed` or
 * `save/too-large`.
 */
export function decodeSave(bytes: Uint8Array, limits: Partial<SaveLimits> = {}): SaveGame {
  const container = decodeContainer(plainView(bytes));
  const header = decodeHeaderFields(container.header);
  const takePages = pageBudget({ ...DEFAULT_SAVE_LIMITS, ...limits });
  const sections = new SectionQueue(container.sections);

  const world = parseCanonicalJson(sections.takeOne("WRLD"), "the world");
  const programs = sections.takeAll("PROG").map(decodeProgram);
  const computers: SavedComputer[] = [];
  for (let comp = sections.take("COMP"); comp !== undefined; comp = sections.take("COMP")) {
    const what = `computer ${computers.length}`;
    const { id, programHash, state } = expectObject(parseCanonicalJson(comp, what), what, [
      "id",
      "programHash",
      "state",
    ]);
    const snap = sections.take("SNAP");
    computers.push({
      id: expectString(id, `${what}.id`, MAX_NAME),
      programHash: programHash === null ? null : expectHash(programHash, `${what}.programHash`),
      snapshot: snap === undefined ? null : decodeSnapshot(snap, `${what}.snapshot`, takePages),
      state,
    });
  }
  const unknownSections = sections.takeUnknown();

  const { meta, mods } = header;
  const problem =
    findProblem({ meta, mods, programs, computers: computers.map(bondsOf) }) ??
    (header.programs !== programs.length || header.computers !== computers.length
      ? "the header counts other programs and computers than there are"
      : undefined);
  if (problem !== undefined) throw new SaveError("save/malformed", `Cannot decode the save: ${problem}`);
  return { meta, mods, world, programs, computers, ...(unknownSections.length > 0 ? { unknownSections } : {}) };
}

/**
 * What a list of slots shows, from the first bytes of a save (the first 64 KiB and 20 bytes always suffice). Only the
 * header is checked.
 *
 * @throws {SaveError} like {@link decodeSave}.
 */
export function readSaveMeta(start: Uint8Array): SaveMeta {
  return decodeHeaderFields(decodeHeader(start)).meta;
}

interface Header {
  readonly meta: SaveMeta;
  readonly mods: readonly SavedMod[];
  readonly programs: number;
  readonly computers: number;
}

function decodeHeaderFields(bytes: Uint8Array): Header {
  const what = "the header";
  const json = parseCanonicalJson(bytes, what);
  const hasMods = typeof json === "object" && json !== null && Object.hasOwn(json, "mods");
  const header = expectObject(json, what, [...(hasMods ? (["mods"] as const) : []), "computers", "meta", "programs"]);
  const meta = expectObject(header.meta, "meta", ["name", "savedAt", "tick"]);
  return {
    meta: {
      name: expectString(meta.name, "meta.name", MAX_NAME),
      savedAt: expectString(meta.savedAt, "meta.savedAt", MAX_DATE),
      tick: expectInteger(meta.tick, "meta.tick"),
    },
    mods: hasMods ? decodeMods(header.mods) : [],
    programs: expectInteger(header.programs, "programs"),
    computers: expectInteger(header.computers, "computers"),
  };
}

function decodeMods(value: JsonValue): readonly SavedMod[] {
  if (Array.isArray(value) && value.length === 0)
    throw unexpected(value, "mods", "to be left out where there are none");
  return expectArray(value, "mods", MAX_MODS).map((item, index) => {
    const mod = expectObject(item, `mods[${index}]`, ["name", "version"]);
    return {
      name: expectString(mod.name, `mods[${index}].name`, MAX_MOD_TEXT),
      version: expectString(mod.version, `mods[${index}].version`, MAX_MOD_TEXT),
    };
  });
}

/** What ties a computer to its program. */
interface Bonds {
  readonly id: string;
  readonly programHash: string | null;
  /** Whose the snapshot is; `undefined` without one. */
  readonly moduleHash: string | undefined;
}

interface EncodedComputer extends Bonds {
  readonly comp: Uint8Array;
  readonly snap: Uint8Array | undefined;
}

function bondsOf({ id, programHash, snapshot }: SavedComputer): Bonds {
  return { id, programHash, moduleHash: snapshot?.moduleHash };
}

function encodeComputer(computer: SavedComputer, takePages: (wasmPages: number) => void): EncodedComputer {
  const { id, programHash, state, snapshot } = computer;
  const comp = jsonBytes({ id, programHash, state });
  return { ...bondsOf(computer), comp, snap: snapshot === null ? undefined : encodeSnapshot(snapshot, takePages) };
}

function encodeProgram({ hash, wasm, sources }: SavedProgram): Uint8Array {
  const sourceBytes = sources === undefined ? new Uint8Array() : jsonBytes(sources);
  return new ByteWriter().bytes(hexToBytes(hash)).prefixed(sourceBytes).bytes(wasm).join();
}

function decodeProgram(bytes: Uint8Array, index: number): SavedProgram {
  const what = `program ${index}`;
  const reader = new ByteReader(bytes, what);
  const hash = bytesToHex(reader.view(HASH_BYTES));
  const sourceBytes = reader.prefixed();
  const wasm = reader.view(reader.remaining).slice();
  if (sourceBytes.length === 0) return { hash, wasm };
  const sources = parseCanonicalJson(sourceBytes, `${what}.sources`);
  const names = typeof sources === "object" && sources !== null ? Object.keys(sources) : [];
  const checked = Object.entries(expectObject(sources, `${what}.sources`, names)).map(
    ([name, text]) => [name, expectString(text, `${what}.sources`, Infinity)] as const,
  );
  return { hash, wasm, sources: Object.fromEntries(checked) };
}

interface WholeSave {
  readonly meta: SaveMeta;
  readonly mods: readonly SavedMod[];
  readonly programs: readonly SavedProgram[];
  readonly computers: readonly Bonds[];
}

/** What is wrong with a save beyond the types of its fields, if anything; programs and computers are to be sorted. */
function findProblem({ meta, mods, programs, computers }: WholeSave): string | undefined {
  if (meta.name.length > MAX_NAME) return `its name has ${meta.name.length} characters, at most ${MAX_NAME}`;
  if (meta.savedAt.length > MAX_DATE) return `its date has ${meta.savedAt.length} characters, at most ${MAX_DATE}`;
  if (!Number.isSafeInteger(meta.tick) || meta.tick < 0) return `its tick is ${meta.tick}, expected an integer ≥ 0`;
  const modProblem = findModProblem(mods);
  if (modProblem !== undefined) return modProblem;
  for (const [i, { hash, wasm }] of programs.entries()) {
    if (i > 0 && hash <= (programs[i - 1] as SavedProgram).hash)
      return `program ${hash} is there twice or out of order`;
    if (bytesToHex(sha256(wasm)) !== hash) return `program ${hash} has another hash`;
  }
  const hashes = new Set(programs.map(({ hash }) => hash));
  for (const [i, { id, programHash, moduleHash }] of computers.entries()) {
    if (i > 0 && id <= (computers[i - 1] as Bonds).id) return `computer "${id}" is there twice or out of order`;
    if (id.length > MAX_NAME) return `the id of a computer has ${id.length} characters, at most ${MAX_NAME}`;
    if (programHash !== null && !hashes.has(programHash)) return `the program of computer "${id}" is missing`;
    if (moduleHash !== undefined && moduleHash !== programHash) {
      return `the snapshot of computer "${id}" is of another program than the computer's`;
    }
  }
  return undefined;
}

function findModProblem(mods: readonly SavedMod[]): string | undefined {
  if (mods.length > MAX_MODS) return `it names ${mods.length} mods, at most ${MAX_MODS}`;
  for (const { name, version } of mods) {
    if (name.length < 1 || name.length > MAX_MOD_TEXT) {
      return `the name of a mod has ${name.length} characters, expected 1 to ${MAX_MOD_TEXT}`;
    }
    if (version.length > MAX_MOD_TEXT) {
      return `the version of the mod "${name}" has ${version.length} characters, at most ${MAX_MOD_TEXT}`;
    }
  }
  if (new Set(mods.map(({ name }) => name)).size !== mods.length) return "a mod is there twice";
  return undefined;
}

/** Adds up the memory of snapshots and throws once it is too much. */
function pageBudget(limits: SaveLimits): (wasmPages: number) => void {
  let total = 0;
  return (wasmPages) => {
    total += wasmPages;
    if (wasmPages <= limits.memoryPagesEach && total <= limits.memoryPagesTotal) return;
    throw new SaveError(
      "save/too-large",
      `Cannot use the save: a memory of ${wasmPages} pages, ${total} in all; at most ${limits.memoryPagesEach} and ` +
        `${limits.memoryPagesTotal}`,
    );
  };
}

/** Takes sections in the order in which they must come. */
class SectionQueue {
  readonly #sections: readonly Section[];
  #next = 0;

  constructor(sections: readonly Section[]) {
    this.#sections = sections;
  }

  /** The next section's bytes if it has this id. */
  take(id: string): Uint8Array | undefined {
    const section = this.#sections[this.#next];
    if (section?.id !== id) return undefined;
    this.#next++;
    return section.bytes;
  }

  takeOne(id: string): Uint8Array {
    const bytes = this.take(id);
    if (bytes === undefined) throw new SaveError("save/malformed", `Cannot decode the save: no section ${id}`);
    return bytes;
  }

  takeAll(id: string): readonly Uint8Array[] {
    const taken: Uint8Array[] = [];
    for (let bytes = this.take(id); bytes !== undefined; bytes = this.take(id)) taken.push(bytes);
    return taken;
  }

  /** All that is left, copied. */
  takeUnknown(): readonly UnknownSection[] {
    return this.#sections.slice(this.#next).map(({ id, bytes }) => {
      if (/^[a-z]/.test(id)) return { id, bytes: bytes.slice() };
      if (["WRLD", "PROG", "COMP", "SNAP"].includes(id)) {
        throw new SaveError("save/malformed", `Cannot decode the save: section ${id} is out of place`);
      }
      throw new SaveError(
        "save/newer-version",
        `Cannot decode the save: it needs the section ${id}, which this version of Gasworks does not know`,
      );
    });
  }
}

function jsonBytes(value: JsonValue): Uint8Array {
  return new TextEncoder().encode(canonicalJson(value));
}

/** By UTF-16 code units: the same everywhere, whatever the language of the machine. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
