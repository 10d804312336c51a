// The outer form of a save file: a header and sections of bytes, all checked. Knows nothing of what they hold.
//
// Format 1. Integers are little-endian and unsigned.
//
//   offset  size  field
//        0     4  magic               "GSWK"
//        4     4  format              1
//        8   3×2  Gasworks that reads it: major, minor and patch number of the first version that does
//       14     2  flags               bit 0: sealed; the others 0
//       16     4  length of the file  bytes, all of it, seal included
//       20     4  number of sections
//       24     4  length of the header
//       28     4  CRC-32 of bytes 0 to 27 and the header
//       32     n  header              canonical JSON, UTF-8
//     then, for each section:
//              4  id                  four ASCII letters or digits, the first a letter
//              4  codec               0: as it is; 1: raw deflate; 2: in pieces; 1 and 2 only where that is shorter
//              4  length of the payload
//              4  length as stored
//              4  CRC-32 of these 16 bytes and the payload as stored
//              n  payload as stored
//     behind the sections:
//              4  CRC-32 of bytes 0 to 31 and the first 20 bytes of each section
//     and, if the file is sealed, the seal: see seal.ts
//
// In pieces: for each 16 KiB of a payload of more than that, the last piece being what is left, 2 bytes of length and so many
// bytes: raw deflate of the piece, or the piece as it is if it has that length.
//
// There is no padding. Bytes 0 to 15 are the same in every format. The canonical form of a file has no seal and codec 0
// everywhere. A section whose id begins with a lower-case letter may be skipped, and kept, by who does not know it; one
// with an upper-case letter may not: a reader that does not know it refuses the file as too new.

import { ByteWriter } from "./byte-writer.ts";
import { crc32 } from "./crc32.ts";
import { inflate, inflatePieces, MOST_EXPANSION, PIECE_BYTES } from "./deflate.ts";
import { SaveError } from "./errors.ts";
import { joinPieces, packPieces, type PieceCache } from "./piece-cache.ts";

/** The format that is written, and the newest that is read. */
export const SAVE_FORMAT = 1;

/** The first version of this package that reads {@link SAVE_FORMAT}. */
export const SAVE_FORMAT_SINCE: readonly [major: number, minor: number, patch: number] = [0, 1, 0];

/** Bytes before the header. */
export const PREAMBLE_BYTES = 32;

/** Bytes of a seal: a generation and an HMAC-SHA-256. */
export const SEAL_BYTES = 40;

/** Largest file, header, payload and number of sections that a reader looks at. */
const MAX_FILE_BYTES = 0x4000_0000;
const MAX_HEADER_BYTES = 65_536;
const MAX_PAYLOAD_BYTES = 0x0400_0000;
const MAX_SECTIONS = 65_536;

const MAGIC = "GSWK";
const SECTION_ID = /^[A-Za-z][A-Za-z0-9]{3}$/;
const SECTION_PREFIX_BYTES = 20;
const TRAILER_BYTES = 4;
const FLAG_SEALED = 1;

/** Shorter payloads are not worth the time. */
const LEAST_TO_COMPRESS = 64;

const AS_IT_IS = 0;
const DEFLATED = 1;
const IN_PIECES = 2;

/** One part of a save. */
export interface Section {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** One part of a save as the file has it. Its bytes are a view of the file. */
export interface StoredSection {
  readonly id: string;
  readonly codec: number;
  /** Length of the payload. */
  readonly length: number;
  readonly stored: Uint8Array;
}

/** What a file holds, to be written. Sections that are compressed already are taken as they are. */
export interface Container {
  readonly header: Uint8Array;
  readonly sections: readonly (Section | StoredSection)[];
}

/** A save file taken apart. */
export interface StoredContainer {
  readonly header: Uint8Array;
  readonly sections: readonly StoredSection[];
  /** A view of the seal, unchecked; `undefined` if there is none. */
  readonly seal: Uint8Array | undefined;
}

/** How to encode. */
export interface ContainerOptions {
  readonly compress: boolean;
  /** What was compressed before, and will be again. @defaultValue nothing is kept */
  readonly pieces?: PieceCache | undefined;
}

/** @throws {SaveError} `save/too-large` for more than a reader would accept. */
export function encodeContainer({ header, sections }: Container, options: ContainerOptions): Uint8Array {
  return writeContainer({
    header,
    sections: sections.map((section) => ("stored" in section ? section : storeSection(section, options))),
  });
}

/** A section as a file has it. @throws {SaveError} `save/too-large` if it is longer than a reader would accept. */
export function storeSection({ id, bytes }: Section, { compress, pieces }: ContainerOptions): StoredSection {
  if (!SECTION_ID.test(id)) throw new TypeError(`Cannot encode a section with the id "${id}"`);
  const { length } = bytes;
  if (length > MAX_PAYLOAD_BYTES) {
    throw new SaveError("save/too-large", `Cannot encode a section of ${length} bytes: at most ${MAX_PAYLOAD_BYTES}`);
  }
  if (!compress || length < LEAST_TO_COMPRESS) return { id, codec: AS_IT_IS, length, stored: bytes };
  return storePacked({ id, length, packed: packPieces(bytes, pieces) }, () => bytes);
}

/** A payload in pieces. */
export interface PackedSection {
  readonly id: string;
  /** Of the payload. */
  readonly length: number;
  /** What {@link PieceCache.pack} has made of each {@link PIECE_BYTES}. */
  readonly packed: readonly Uint8Array[];
}

/** A section that was compressed already. @param bytes - Gives the payload, for one that is not shorter so. */
export function storePacked({ id, length, packed }: PackedSection, bytes: () => Uint8Array): StoredSection {
  const isLong = length > PIECE_BYTES;
  const stored = isLong ? joinPieces(packed) : (packed[0] ?? new Uint8Array());
  if (stored.length >= length) return { id, codec: AS_IT_IS, length, stored: bytes() };
  return { id, codec: isLong ? IN_PIECES : DEFLATED, length, stored };
}

/**
 * Puts a file together from sections as they are stored.
 *
 * @param isSealed - Whether the caller overwrites the last {@link SEAL_BYTES} with a seal.
 * @throws {SaveError} `save/too-large` for more than a reader would accept.
 */
export function writeContainer(
  { header, sections }: Pick<StoredContainer, "header" | "sections">,
  isSealed = false,
): Uint8Array {
  const storedBytes = sections.reduce((sum, { stored }) => sum + SECTION_PREFIX_BYTES + stored.length, 0);
  const fileBytes = PREAMBLE_BYTES + header.length + storedBytes + TRAILER_BYTES + (isSealed ? SEAL_BYTES : 0);
  if (fileBytes > MAX_FILE_BYTES || header.length > MAX_HEADER_BYTES || sections.length > MAX_SECTIONS) {
    throw new SaveError(
      "save/too-large",
      `Cannot encode a save of ${fileBytes} bytes in ${sections.length} sections with a header of ${header.length}: ` +
        `at most ${MAX_FILE_BYTES}, ${MAX_SECTIONS} and ${MAX_HEADER_BYTES}`,
    );
  }
  const file = new ByteWriter().utf8(MAGIC).u32(SAVE_FORMAT);
  for (const number of SAVE_FORMAT_SINCE) file.u16(number);
  file.u16(isSealed ? FLAG_SEALED : 0).u32(fileBytes);
  const beginning = file.u32(sections.length).u32(header.length).join();
  const preamble = new ByteWriter()
    .bytes(beginning)
    .u32(crc32(header, crc32(beginning)))
    .join();
  const whole = new ByteWriter().bytes(preamble).bytes(header);
  let frame = crc32(preamble);
  for (const { id, codec, length, stored } of sections) {
    const start = new ByteWriter().utf8(id).u32(codec).u32(length).u32(stored.length).join();
    const prefix = new ByteWriter()
      .bytes(start)
      .u32(crc32(stored, crc32(start)))
      .join();
    frame = crc32(prefix, frame);
    whole.bytes(prefix).bytes(stored);
  }
  return whole
    .u32(frame)
    .bytes(new Uint8Array(isSealed ? SEAL_BYTES : 0))
    .join();
}

/**
 * Takes a file apart and checks every length and checksum. A seal is not checked.
 *
 * @throws {SaveError} `save/not-a-save`, `save/newer-version`, `save/older-version`, `save/truncated`, `save/corrupt`,
 * `save/malformed` or `save/too-large`.
 */
export function decodeContainer(bytes: Uint8Array): StoredContainer {
  checkBeginning(bytes);
  const isSealed = checkFileLength(bytes);
  const header = decodeHeader(bytes);
  const view = viewOf(bytes);
  const count = view.getUint32(20, true);
  if (count > MAX_SECTIONS) {
    throw new SaveError("save/too-large", `Cannot decode the save: it has ${count} sections, at most ${MAX_SECTIONS}`);
  }
  const end = bytes.length - TRAILER_BYTES - (isSealed ? SEAL_BYTES : 0);
  const sections: StoredSection[] = [];
  let frame = crc32(bytes.subarray(0, PREAMBLE_BYTES));
  let offset = PREAMBLE_BYTES + header.length;
  while (offset < end && sections.length < count) {
    const section = decodeSection(bytes.subarray(offset, end), offset);
    sections.push(section);
    frame = crc32(bytes.subarray(offset, offset + SECTION_PREFIX_BYTES), frame);
    offset += SECTION_PREFIX_BYTES + section.stored.length;
  }
  if (offset !== end || sections.length !== count) throw corrupt(`${count} sections do not fill it`);
  if (view.getUint32(end, true) !== frame) throw corrupt("the checksum of its frame is wrong");
  return { header, sections, seal: isSealed ? bytes.subarray(end + TRAILER_BYTES) : undefined };
}

/**
 * The payload of a section; one that is stored as it is stays a view of the file.
 *
 * @throws {SaveError} `save/malformed` if it is not compressed as it should be.
 */
export function payloadOf({ id, codec, length, stored }: StoredSection): Uint8Array {
  if (codec === AS_IT_IS) return stored;
  return (codec === IN_PIECES ? inflatePieces : inflate)(stored, length, `section ${id}`);
}

/** Where one part of a file ends and the next begins. */
export interface Seam {
  readonly offset: number;
  /** Whether a section begins, and not only another piece of one. */
  readonly isSection: boolean;
}

/** The seams of a file, ascending. Checks nothing: it ends where something does not fit, and there are none in other bytes. */
export function seamsOf(bytes: Uint8Array): Seam[] {
  const seams: Seam[] = [];
  const view = viewOf(bytes);
  const isFile = bytes.length >= PREAMBLE_BYTES && hasMagic(bytes) && view.getUint32(4, true) === SAVE_FORMAT;
  let offset = isFile ? PREAMBLE_BYTES + view.getUint32(24, true) : bytes.length;
  while (offset + SECTION_PREFIX_BYTES <= bytes.length) {
    seams.push({ offset, isSection: true });
    const codec = view.getUint32(offset + 4, true);
    const end = offset + SECTION_PREFIX_BYTES + view.getUint32(offset + 12, true);
    let piece = offset + SECTION_PREFIX_BYTES;
    while (codec === IN_PIECES && piece + 2 < Math.min(end, bytes.length)) {
      piece += 2 + view.getUint16(piece, true);
      if (piece < end) seams.push({ offset: piece, isSection: false });
    }
    offset = end;
  }
  return seams.filter((seam) => seam.offset <= bytes.length);
}

/**
 * The header's bytes, checked, from the start of a file; the rest of the file need not be there.
 *
 * @throws {SaveError} like {@link decodeContainer}.
 */
export function decodeHeader(start: Uint8Array): Uint8Array {
  checkBeginning(start);
  const view = viewOf(start);
  const length = view.getUint32(24, true);
  if (length > MAX_HEADER_BYTES) throw corrupt(`its header claims ${length} bytes`);
  if (PREAMBLE_BYTES + length > start.length) throw truncated(PREAMBLE_BYTES + length, start.length);
  const header = start.subarray(PREAMBLE_BYTES, PREAMBLE_BYTES + length);
  if (view.getUint32(28, true) !== crc32(header, crc32(start.subarray(0, 28)))) {
    throw corrupt("the checksum of its header is wrong");
  }
  return header;
}

/**
 * The format of a file, from its first bytes.
 *
 * @throws {SaveError} `save/not-a-save`, `save/truncated`.
 */
export function formatOf(start: Uint8Array): number {
  if (!hasMagic(start)) {
    throw new SaveError("save/not-a-save", `Cannot decode the save: it does not begin with "${MAGIC}"`);
  }
  if (start.length < 8) throw truncated(PREAMBLE_BYTES, start.length);
  return viewOf(start).getUint32(4, true);
}

function hasMagic(start: Uint8Array): boolean {
  return Array.from(MAGIC).every((character, at) => start[at] === character.charCodeAt(0));
}

/** @throws {SaveError} `save/newer-version`, with the version of this package that reads it. */
export function refuseNewer(start: Uint8Array, format: number, newest: number): void {
  if (format <= newest) return;
  const view = viewOf(start);
  const numbers = start.length < 14 ? [] : [8, 10, 12].map((at) => view.getUint16(at, true));
  throw new SaveError(
    "save/newer-version",
    `Cannot decode the save: it has format ${format}, this version of Gasworks reads up to ${newest}; it needs ` +
      (numbers.length === 0 ? "a later version" : `Gasworks ${numbers.join(".")} or later`),
  );
}

function checkBeginning(start: Uint8Array): void {
  const format = formatOf(start);
  refuseNewer(start, format, SAVE_FORMAT);
  if (format < SAVE_FORMAT) {
    throw new SaveError("save/older-version", `Cannot decode the save: it has format ${format}, not ${SAVE_FORMAT}`);
  }
  if (start.length < PREAMBLE_BYTES) throw truncated(PREAMBLE_BYTES, start.length);
}

/** Checks that the file has the length that it claims, and its flags; gives whether it is sealed. */
function checkFileLength(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  const [flags, claimed] = [view.getUint16(14, true), view.getUint32(16, true)];
  if (claimed > MAX_FILE_BYTES) {
    throw new SaveError("save/too-large", `Cannot decode the save: ${claimed} bytes, at most ${MAX_FILE_BYTES}`);
  }
  if (claimed > bytes.length) throw truncated(claimed, bytes.length);
  if (claimed < bytes.length) throw corrupt(`it claims ${claimed} bytes and has ${bytes.length}`);
  if (flags > FLAG_SEALED) throw corrupt(`it has the flags ${flags}`);
  const isSealed = flags === FLAG_SEALED;
  if (claimed < PREAMBLE_BYTES + TRAILER_BYTES + (isSealed ? SEAL_BYTES : 0)) {
    throw corrupt(`it claims to be ${claimed} bytes long`);
  }
  return isSealed;
}

/** The section at the start of `bytes`, which end where the sections end. */
function decodeSection(bytes: Uint8Array, offset: number): StoredSection {
  if (bytes.length < SECTION_PREFIX_BYTES) throw corrupt(`there is no whole section at byte ${offset}`);
  const view = viewOf(bytes);
  const [codec, length, storedLength] = [4, 8, 12].map((at) => view.getUint32(at, true)) as [number, number, number];
  if (storedLength > bytes.length - SECTION_PREFIX_BYTES) {
    throw corrupt(`the section at byte ${offset} goes past the end`);
  }
  const stored = bytes.subarray(SECTION_PREFIX_BYTES, SECTION_PREFIX_BYTES + storedLength);
  if (view.getUint32(16, true) !== crc32(stored, crc32(bytes.subarray(0, 16)))) {
    throw corrupt(`the checksum of the section at byte ${offset} is wrong`);
  }
  const id = String.fromCharCode(...bytes.subarray(0, 4));
  if (!SECTION_ID.test(id)) {
    throw new SaveError("save/malformed", `Cannot decode the save: the section at byte ${offset} has no proper id`);
  }
  if (length > MAX_PAYLOAD_BYTES) {
    throw new SaveError(
      "save/too-large",
      `Cannot decode the save: section ${id} has ${length} bytes, at most ${MAX_PAYLOAD_BYTES}`,
    );
  }
  const isShorter = storedLength < length && length <= storedLength * MOST_EXPANSION;
  const isPossible =
    codec === AS_IT_IS
      ? length === storedLength
      : isShorter && (codec === DEFLATED || (codec === IN_PIECES && length > PIECE_BYTES));
  if (!isPossible) {
    throw new SaveError(
      "save/malformed",
      `Cannot decode the save: section ${id} cannot be ${length} bytes stored in ${storedLength} by codec ${codec}`,
    );
  }
  return { id, codec, length, stored };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function truncated(expected: number, found: number): SaveError {
  return new SaveError("save/truncated", `Cannot decode the save: ${found} bytes are there, ${expected} expected`);
}

function corrupt(problem: string): SaveError {
  return new SaveError("save/corrupt", `Cannot decode the save: ${problem}`);
}
