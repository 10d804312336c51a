// The outer form of a save file: a header and sections of bytes, all checked. Knows nothing of what they hold.
//
// Format 0. Integers are little-endian and unsigned.
//
//   offset  size  field
//        0     4  magic               "GSWK"
//        4     4  version             0
//        8     4  length of the file  bytes, all of it
//       12     4  length of the header
//       16     4  CRC-32 of bytes 0 to 15 and the header
//       20     n  header              canonical JSON, UTF-8
//     then, for each section:
//              4  id                  four ASCII letters or digits, the first a letter
//              4  length of the payload
//              4  CRC-32 of id, length and payload
//              n  payload
//     at the end of the file:
//              4  CRC-32 of everything before
//
// There is no padding. A section whose id begins with a lower-case letter may be skipped, and kept, by who does not know
// it; one with an upper-case letter may not: a reader that does not know it refuses the file as too new.

import { ByteWriter } from "./byte-writer.ts";
import { crc32 } from "./crc32.ts";
import { SaveError } from "./errors.ts";

/** The format that {@link encodeContainer} writes, and the newest that {@link decodeContainer} reads. */
export const SAVE_FORMAT = 0;

/** Bytes before the header. */
export const PREAMBLE_BYTES = 20;

/** Largest file, header and number of sections that a reader looks at. */
const MAX_FILE_BYTES = 0x4000_0000;
const MAX_HEADER_BYTES = 65_536;
const MAX_SECTIONS = 65_536;

const MAGIC = "GSWK";
const SECTION_ID = /^[A-Za-z][A-Za-z0-9]{3}$/;
const SECTION_PREFIX_BYTES = 12;
const TRAILER_BYTES = 4;

/** One length-prefixed, checksummed part of a save. */
export interface Section {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** A save file taken apart. The bytes are views of the file. */
export interface Container {
  readonly header: Uint8Array;
  readonly sections: readonly Section[];
}

/** @throws {SaveError} `save/too-large` for more than a reader would accept. */
export function encodeContainer({ header, sections }: Container): Uint8Array {
  const payloadBytes = sections.reduce((sum, { bytes }) => sum + SECTION_PREFIX_BYTES + bytes.length, 0);
  const fileBytes = PREAMBLE_BYTES + header.length + payloadBytes + TRAILER_BYTES;
  if (fileBytes > MAX_FILE_BYTES || header.length > MAX_HEADER_BYTES || sections.length > MAX_SECTIONS) {
    throw new SaveError(
      "save/too-large",
      `Cannot encode a save of ${fileBytes} bytes in ${sections.length} sections with a header of ${header.length}: ` +
        `at most ${MAX_FILE_BYTES}, ${MAX_SECTIONS} and ${MAX_HEADER_BYTES}`,
    );
  }
  const preamble = new ByteWriter().utf8(MAGIC).u32(SAVE_FORMAT).u32(fileBytes).u32(header.length).join();
  const file = new ByteWriter()
    .bytes(preamble)
    .u32(crc32(header, crc32(preamble)))
    .bytes(header);
  for (const { id, bytes } of sections) {
    if (!SECTION_ID.test(id)) throw new TypeError(`Cannot encode a section with the id "${id}"`);
    const prefix = new ByteWriter().utf8(id).u32(bytes.length).join();
    file
      .bytes(prefix)
      .u32(crc32(bytes, crc32(prefix)))
      .bytes(bytes);
  }
  const joined = file.u32(0).join();
  viewOf(joined).setUint32(joined.length - TRAILER_BYTES, crc32(joined.subarray(0, -TRAILER_BYTES)), true);
  return joined;
}

/**
 * Takes a file apart and checks every length and checksum.
 *
 * @throws {SaveError} `save/not-a-save`, `save/newer-version`, `save/truncated`, `save/corrupt` or `save/too-large`.
 */
export function decodeContainer(bytes: Uint8Array): Container {
  const fileBytes = checkFileLength(bytes);
  const header = decodeHeader(bytes);
  const sections: Section[] = [];
  const end = fileBytes - TRAILER_BYTES;
  let offset = PREAMBLE_BYTES + header.length;
  while (offset < end) {
    if (sections.length === MAX_SECTIONS) {
      throw new SaveError("save/too-large", `Cannot decode the save: it has more than ${MAX_SECTIONS} sections`);
    }
    const section = decodeSection(bytes.subarray(offset, end), offset);
    sections.push(section);
    offset += SECTION_PREFIX_BYTES + section.bytes.length;
  }
  if (viewOf(bytes).getUint32(end, true) !== crc32(bytes.subarray(0, end))) {
    throw corrupt("the checksum of the whole file is wrong");
  }
  return { header, sections };
}

/**
 * The header's bytes, checked, from the start of a file; the rest of the file need not be there.
 *
 * @throws {SaveError} like {@link decodeContainer}.
 */
export function decodeHeader(start: Uint8Array): Uint8Array {
  checkMagic(start);
  const view = viewOf(start);
  const length = view.getUint32(12, true);
  if (length > MAX_HEADER_BYTES) throw corrupt(`its header claims ${length} bytes`);
  if (PREAMBLE_BYTES + length > start.length) throw truncated(PREAMBLE_BYTES + length, start.length);
  const header = start.subarray(PREAMBLE_BYTES, PREAMBLE_BYTES + length);
  if (view.getUint32(16, true) !== crc32(header, crc32(start.subarray(0, 16)))) {
    throw corrupt("the checksum of its header is wrong");
  }
  return header;
}

function checkMagic(start: Uint8Array): void {
  const magic = new TextEncoder().encode(MAGIC);
  if (start.length < magic.length || !magic.every((byte, i) => start[i] === byte)) {
    throw new SaveError("save/not-a-save", `Cannot decode the save: it does not begin with "${MAGIC}"`);
  }
  if (start.length < PREAMBLE_BYTES) throw truncated(PREAMBLE_BYTES, start.length);
  const version = viewOf(start).getUint32(4, true);
  if (version > SAVE_FORMAT) {
    throw new SaveError(
      "save/newer-version",
      `Cannot decode the save: it has format ${version}, this version of Gasworks reads up to ${SAVE_FORMAT}`,
    );
  }
}

/** The length that the file claims, which is the length it has. */
function checkFileLength(bytes: Uint8Array): number {
  checkMagic(bytes);
  const claimed = viewOf(bytes).getUint32(8, true);
  if (claimed > bytes.length) throw truncated(claimed, bytes.length);
  if (claimed < bytes.length) throw corrupt(`it claims ${claimed} bytes and has ${bytes.length}`);
  if (claimed > MAX_FILE_BYTES) {
    throw new SaveError("save/too-large", `Cannot decode the save: ${claimed} bytes, at most ${MAX_FILE_BYTES}`);
  }
  if (claimed < PREAMBLE_BYTES + TRAILER_BYTES) throw corrupt(`it claims to be ${claimed} bytes long`);
  return claimed;
}

/** The section at the start of `bytes`, which end where the sections end. */
function decodeSection(bytes: Uint8Array, offset: number): Section {
  if (bytes.length < SECTION_PREFIX_BYTES) throw corrupt(`there is no whole section at byte ${offset}`);
  const view = viewOf(bytes);
  const length = view.getUint32(4, true);
  if (length > bytes.length - SECTION_PREFIX_BYTES) throw corrupt(`the section at byte ${offset} goes past the end`);
  const payload = bytes.subarray(SECTION_PREFIX_BYTES, SECTION_PREFIX_BYTES + length);
  if (view.getUint32(8, true) !== crc32(payload, crc32(bytes.subarray(0, 8)))) {
    throw corrupt(`the checksum of the section at byte ${offset} is wrong`);
  }
  const id = String.fromCharCode(...bytes.subarray(0, 4));
  if (!SECTION_ID.test(id)) {
    throw new SaveError("save/malformed", `Cannot decode the save: the section at byte ${offset} has no proper id`);
  }
  return { id, bytes: payload };
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
