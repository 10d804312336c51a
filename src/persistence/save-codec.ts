// A save game as bytes and back. The outer form is in save-container.ts.
//
// Sections of format 1, in this order:
//
//   id    payload
//   thmb  a picture, or left out: 4 bytes length of its type, the type, the picture's bytes
//   LIST  the names of all programs and computers, see save-header.ts
//   WRLD  canonical JSON: the game's own world
//   PROG  one program, in the order of the list:
//           4  length of the sources, 0 if there are none
//           n  canonical JSON: an object from file name to text
//           …  the module, whose SHA-256 the list has
//   PAGE  \ for each 16 computers, in the order of the list: the pages of memory that they are the first to use, any number
//   COMP  / of sections, and their states and snapshots, one section; see computer-groups.ts
//   ????  sections that are unknown here and may be (first letter lower-case), in the order they were found
//
// The same save gives the same payloads, and only those payloads are accepted for it.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import {
  type CapturedComputer,
  ComputerCapture,
  decodeComputers,
  type PageBudget,
  sentComputer,
  type SentComputer,
} from "./computer-groups.ts";
import { SaveError } from "./errors.ts";
import { expectObject, expectString } from "./expect-shape.ts";
import { GroupWriter } from "./group-writer.ts";
import { JsonReader, jsonBytes } from "./json-value.ts";
import { migrateSave } from "./migrate-save.ts";
import type { PieceCache } from "./piece-cache.ts";
import { plainView } from "./plain-view.ts";
import { ProgramImages } from "./program-image.ts";
import {
  type ContainerOptions,
  decodeContainer,
  decodeHeader,
  encodeContainer,
  payloadOf,
  type Section,
  type StoredSection,
  storeSection,
} from "./save-container.ts";
import type { SavedComputer, SavedProgram, SaveGame, SaveMeta, SaveSource, Thumbnail } from "./save-game.ts";
import {
  decodeHeaderFields,
  decodeList,
  encodeHeader,
  encodeList,
  findHeaderProblem,
  findListProblem,
  type SaveHeader,
} from "./save-header.ts";
import { SectionQueue } from "./section-queue.ts";
import { GASWORKS_VERSION } from "./version.ts";

/** How much a save may claim: zeros and what compresses well take no room in a file, so its length bounds nothing. */
export interface SaveLimits {
  /** Linear memory of one computer, in pages of 64 KiB. @defaultValue 1,024 (64 MiB) */
  readonly memoryPagesEach: number;
  /** Linear memory of all computers together, in pages of 64 KiB. @defaultValue 65,536 (4 GiB) */
  readonly memoryPagesTotal: number;
  /** Everything in the file when it is no more compressed, in bytes. @defaultValue 512 MiB */
  readonly unpackedBytes: number;
}

/** The limits that {@link encodeSave} keeps and {@link decodeSave} has by default. */
export const DEFAULT_SAVE_LIMITS: SaveLimits = {
  memoryPagesEach: 1_024,
  memoryPagesTotal: 65_536,
  unpackedBytes: 0x2000_0000,
};

export interface EncodeOptions {
  /** Whether to compress; without, the bytes are those of {@link canonicalSave}. @defaultValue true */
  readonly compress?: boolean;
}

const THUMBNAIL_TYPES = ["image/avif", "image/jpeg", "image/png", "image/webp"] as const;
const MAX_THUMBNAIL_BYTES = 262_144;

/** How to encode save after save. */
export interface SaveEncoderOptions {
  /** Shared by the encoders of saves that follow each other: what has not changed is not compressed again. @defaultValue none */
  readonly pieces?: PieceCache;
}

/** A program that was taken before the end, and what it becomes. */
interface ProgramAhead {
  readonly program: SavedProgram;
  readonly section: StoredSection;
}

/**
 * Makes the bytes of a save whose computers come over some time, as over several frames in which no tick runs. Of their
 * memories nothing is kept but what is not zero, and that once.
 */
export class SaveEncoder {
  readonly #capture = new ComputerCapture(pageBudget(DEFAULT_SAVE_LIMITS));
  readonly #computers: CapturedComputer[] = [];
  readonly #pieces: PieceCache | undefined;
  readonly #programs = new Map<string, ProgramAhead>();
  readonly #images = new ProgramImages();
  /** Makes sections while the computers come; `undefined` once one has come that does not follow, or before its program. */
  #ahead: GroupWriter | undefined;

  constructor({ pieces }: SaveEncoderOptions = {}) {
    this.#pieces = pieces;
    if (pieces !== undefined) this.#ahead = new GroupWriter(this.#capture.table, { compress: true, pieces });
  }

  /**
   * Takes a computer as it is now; its memory may change afterwards. With a cache, if they come in the order of their ids and
   * behind their programs, they are compressed meanwhile.
   *
   * @throws {SaveError} `save/too-large` if it exceeds {@link DEFAULT_SAVE_LIMITS}.
   * @throws {TypeError} if its state is not JSON, or its memory no multiple of 64 KiB.
   */
  add(computer: SavedComputer): void {
    this.addSent(sentComputer(computer));
  }

  /** @internal As {@link SaveEncoder.add}, of what another thread has taken. */
  addSent(computer: SentComputer): void {
    const captured = this.#capture.capture(computer);
    const { id, moduleHash } = captured;
    const last = this.#computers.at(-1);
    this.#computers.push(captured);
    const isNext = last === undefined || order(last.id, id) < 0;
    if (!isNext || (moduleHash !== undefined && !this.#programs.has(moduleHash))) this.#ahead = undefined;
    this.#ahead?.add(captured, this.#images.of(moduleHash));
  }

  /** @internal Takes a program before the computers that run it. The end has to give it once more. */
  addProgram(program: SavedProgram): void {
    if (this.#ahead === undefined || hasOtherHash(program)) return;
    const section = storeSection(
      { id: "PROG", bytes: encodeProgram(program) },
      { compress: true, pieces: this.#pieces },
    );
    this.#programs.set(program.hash, { program, section });
    this.#images.add(program);
  }

  /**
   * The bytes of the save, with the computers that were added.
   *
   * @throws {SaveError} {@link TypeError} like {@link encodeSave}.
   */
  finish(save: Omit<SaveSource, "computers">, { compress = true }: EncodeOptions = {}): Uint8Array {
    const computers = this.#computers.toSorted((a, b) => order(a.id, b.id));
    const programs = [...save.programs].toSorted((a, b) => order(a.hash, b.hash));
    const list = { computers, programs: programs.map(({ hash }) => hash) };
    const header = {
      meta: save.meta,
      gasworksVersion: save.gasworksVersion ?? GASWORKS_VERSION,
      mods: save.mods ?? [],
      computers: computers.length,
      programs: programs.length,
    };
    const problem =
      findHeaderProblem(header) ??
      findListProblem(list) ??
      findHashProblem(programs.filter(({ hash, wasm }) => this.#programs.get(hash)?.program.wasm !== wasm)) ??
      findOwnerProblem(computers) ??
      findThumbnailProblem(save.thumbnail);
    if (problem !== undefined) throw new TypeError(`Cannot encode the save: ${problem}`);

    const options = { compress, pieces: this.#pieces };
    const sections: (Section | StoredSection)[] = [
      ...(save.thumbnail === undefined ? [] : [{ id: "thmb", bytes: encodeThumbnail(save.thumbnail) }]),
      { id: "LIST", bytes: encodeList(list) },
      { id: "WRLD", bytes: jsonBytes(save.world) },
      ...programs.map((program) => this.#programSection(program, options)),
      ...this.#groups(computers, programs, options),
    ];
    for (const section of save.unknownSections ?? []) {
      if (!/^[a-z]/.test(section.id) || section.id === "thmb") {
        throw new TypeError(`Cannot encode "${section.id}" as an unknown section`);
      }
      sections.push(section);
    }
    checkUnpacked(
      sections.map((section) => ("stored" in section ? section.length : section.bytes.length)),
      DEFAULT_SAVE_LIMITS,
    );
    const bytes = encodeContainer({ header: encodeHeader(header), sections }, options);
    this.#pieces?.turn();
    return bytes;
  }

  #programSection(program: SavedProgram, { compress }: ContainerOptions): Section | StoredSection {
    const ahead = this.#programs.get(program.hash);
    const isSame = ahead?.program.wasm === program.wasm && ahead.program.sources === program.sources;
    return compress && ahead !== undefined && isSame ? ahead.section : { id: "PROG", bytes: encodeProgram(program) };
  }

  #groups(
    computers: readonly CapturedComputer[],
    programs: readonly SavedProgram[],
    options: ContainerOptions,
  ): readonly StoredSection[] {
    if (options.compress && this.#ahead !== undefined) return this.#ahead.finish();
    const images = new ProgramImages(programs);
    const writer = new GroupWriter(this.#capture.table, options);
    for (const computer of computers) writer.add(computer, images.of(computer.moduleHash));
    return writer.finish();
  }
}

/**
 * The bytes of a save, with its computers read one by one: see {@link SaveEncoder}.
 *
 * @throws {SaveError} `save/too-large` if it exceeds {@link DEFAULT_SAVE_LIMITS} or 1 GiB.
 * @throws {TypeError} if it could not be read back: a hash or an id twice, a hash that is not the program's, a computer
 * whose program is missing, something that is not JSON.
 */
export function encodeSave(save: SaveSource, options: EncodeOptions = {}): Uint8Array {
  const encoder = new SaveEncoder();
  for (const computer of save.computers) encoder.add(computer);
  return encoder.finish(save, options);
}

/**
 * Reads a save, also of an older released format. `bytes` may come from anywhere: they are refused, or they are a save
 * whose every field has its type. The result shares no bytes with them. The memory of a snapshot is put together each time
 * it is read, so that a save of thousands of computers takes little more room than its bytes. A seal is not checked: see
 * `openSealedSave()`.
 *
 * @throws {SaveError} `save/not-a-save`, `save/newer-version`, `save/older-version`, `save/truncated`, `save/corrupt`,
 * `save/malformed` or `save/too-large`.
 */
export function decodeSave(bytes: Uint8Array, limits: Partial<SaveLimits> = {}): SaveGame {
  const allLimits = { ...DEFAULT_SAVE_LIMITS, ...limits };
  const container = decodeContainer(migrateSave(plainView(bytes)));
  checkUnpacked(
    container.sections.map(({ length }) => length),
    allLimits,
  );
  const json = new JsonReader();
  const { meta, gasworksVersion, mods, ...counts } = decodeHeaderFields(container.header, json);
  const sections = new SectionQueue(container.sections);

  const picture = sections.take("thmb");
  const thumbnail = picture === undefined ? {} : { thumbnail: decodeThumbnail(picture) };
  const list = decodeList(sections.takeOne("LIST"), json);
  if (counts.programs !== list.programs.length || counts.computers !== list.computers.length) {
    throw malformed("the header counts other programs and computers than the list");
  }
  const world = json.read(sections.takeOne("WRLD"), "the world");
  const programs = list.programs.map((hash) => decodeProgram(sections.takeOne("PROG"), hash, json));
  const problem = findHashProblem(programs);
  if (problem !== undefined) throw malformed(problem);
  const takePages = pageBudget(allLimits);
  const computers = decodeComputers(sections, { listed: list.computers, programs, json, takePages });
  const unknownSections = sections.takeUnknown();
  return {
    meta,
    gasworksVersion,
    mods,
    world,
    programs,
    computers,
    ...thumbnail,
    ...(unknownSections.length > 0 ? { unknownSections } : {}),
  };
}

/**
 * The one form of a save that does not depend on how it was compressed or sealed: to compare saves, and to hash them. It is
 * a save itself.
 *
 * @throws {SaveError} like {@link decodeSave}, as far as the frame of the file goes; what its sections hold is not checked.
 */
export function canonicalSave(bytes: Uint8Array): Uint8Array {
  return repack(bytes, { compress: false });
}

/**
 * A save, compressed: what {@link encodeSave} gives in much less time with `compress: false` can go to a worker for this.
 * A seal is left away.
 *
 * @throws {SaveError} like {@link canonicalSave}.
 */
export function compressSave(bytes: Uint8Array): Uint8Array {
  return repack(bytes, { compress: true });
}

function repack(bytes: Uint8Array, options: Required<EncodeOptions>): Uint8Array {
  const { header, sections } = decodeContainer(migrateSave(plainView(bytes)));
  checkUnpacked(
    sections.map(({ length }) => length),
    DEFAULT_SAVE_LIMITS,
  );
  const payloads = sections.map((section) => ({ id: section.id, bytes: payloadOf(section) }));
  return encodeContainer({ header, sections: payloads }, options);
}

/**
 * What the first bytes of a save tell (the first 64 KiB and 32 bytes always suffice). Only they are checked.
 *
 * @throws {SaveError} like {@link decodeSave}.
 */
export function readSaveHeader(start: Uint8Array): SaveHeader {
  return decodeHeaderFields(decodeHeader(start), new JsonReader());
}

/** What a list of slots shows: a part of {@link readSaveHeader}. */
export function readSaveMeta(start: Uint8Array): SaveMeta {
  return readSaveHeader(start).meta;
}

function encodeThumbnail({ mimeType, bytes }: Thumbnail): Uint8Array {
  return new ByteWriter().prefixed(new TextEncoder().encode(mimeType)).bytes(bytes).join();
}

function decodeThumbnail(bytes: Uint8Array): Thumbnail {
  const reader = new ByteReader(bytes, "the picture");
  const type = new TextDecoder("latin1").decode(reader.prefixed());
  const mimeType = THUMBNAIL_TYPES.find((known) => known === type);
  if (mimeType === undefined) throw reader.malformed(`its type is none of ${THUMBNAIL_TYPES.join(", ")}`);
  const thumbnail = { mimeType, bytes: reader.view(reader.remaining).slice() };
  const problem = findThumbnailProblem(thumbnail);
  if (problem !== undefined) throw malformed(problem);
  return thumbnail;
}

function findThumbnailProblem(thumbnail: Thumbnail | undefined): string | undefined {
  if (thumbnail === undefined) return undefined;
  const { mimeType, bytes } = thumbnail;
  if (!THUMBNAIL_TYPES.includes(mimeType)) return `its picture is of type "${mimeType}"`;
  if (bytes.length <= MAX_THUMBNAIL_BYTES) return undefined;
  return `its picture has ${bytes.length} bytes, at most ${MAX_THUMBNAIL_BYTES}`;
}

function encodeProgram({ wasm, sources }: SavedProgram): Uint8Array {
  const sourceBytes = sources === undefined ? new Uint8Array() : jsonBytes(sources);
  return new ByteWriter().prefixed(sourceBytes).bytes(wasm).join();
}

function decodeProgram(bytes: Uint8Array, hash: string, json: JsonReader): SavedProgram {
  const what = `program ${hash}`;
  const reader = new ByteReader(bytes, what);
  const sourceBytes = reader.prefixed();
  const wasm = reader.view(reader.remaining).slice();
  if (sourceBytes.length === 0) return { hash, wasm };
  const sources = json.read(sourceBytes, `${what}.sources`);
  const names = typeof sources === "object" && sources !== null ? Object.keys(sources) : [];
  const checked = Object.entries(expectObject(sources, `${what}.sources`, names)).map(
    ([name, text]) => [name, expectString(text, `${what}.sources`, Infinity)] as const,
  );
  return { hash, wasm, sources: Object.fromEntries(checked) };
}

function findHashProblem(programs: readonly SavedProgram[]): string | undefined {
  const other = programs.find(hasOtherHash);
  return other === undefined ? undefined : `program ${other.hash} has another hash`;
}

function hasOtherHash({ hash, wasm }: SavedProgram): boolean {
  return bytesToHex(sha256(wasm)) !== hash;
}

function findOwnerProblem(computers: readonly CapturedComputer[]): string | undefined {
  const other = computers.find(({ moduleHash, programHash }) => moduleHash !== undefined && moduleHash !== programHash);
  return other && `the snapshot of computer "${other.id}" is of another program than the computer's`;
}

/** Adds up the memory of snapshots and throws once it is too much. */
function pageBudget(limits: SaveLimits): PageBudget {
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

function checkUnpacked(lengths: readonly number[], { unpackedBytes }: SaveLimits): void {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total <= unpackedBytes) return;
  throw new SaveError("save/too-large", `Cannot use the save: ${total} bytes unpacked, at most ${unpackedBytes}`);
}

function malformed(problem: string): SaveError {
  return new SaveError("save/malformed", `Cannot decode the save: ${problem}`);
}

/** By UTF-16 code units: the same everywhere, whatever the language of the machine. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
