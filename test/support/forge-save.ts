// Saves that are wrong inside although every length and checksum is right, as who wants to cheat would make them. Reads and
// writes the format on its own, by docs/save-format.md.

import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";

/** A section, not compressed. */
export interface ForgedSection {
  id: string;
  bytes: Uint8Array;
}

const PREAMBLE_BYTES = 32;
const SECTION_PREFIX_BYTES = 20;

/** Takes a good save apart. */
export function takeApart(save: Uint8Array): { header: Uint8Array; sections: ForgedSection[] } {
  const view = new DataView(save.buffer, save.byteOffset, save.length);
  const headerLength = view.getUint32(24, true);
  const sections: ForgedSection[] = [];
  let at = PREAMBLE_BYTES + headerLength;
  for (let left = view.getUint32(20, true); left > 0; left--) {
    const start = at + SECTION_PREFIX_BYTES;
    const end = start + view.getUint32(at + 12, true);
    const stored = save.slice(start, end);
    const bytes = view.getUint32(at + 4, true) === 0 ? stored : new Uint8Array(inflateRawSync(stored));
    sections.push({ id: Buffer.from(save.subarray(at, at + 4)).toString("latin1"), bytes });
    at = end;
  }
  return { header: save.slice(PREAMBLE_BYTES, PREAMBLE_BYTES + headerLength), sections };
}

/** A section as a file holds it; what is not given is right. */
export interface StoredForgery {
  readonly id: string;
  readonly codec?: number;
  readonly length?: number;
  readonly stored: Uint8Array;
}

/** Puts a save together with right lengths and checksums, whatever it holds. */
export function putTogether(header: Uint8Array | string, sections: readonly ForgedSection[]): Uint8Array {
  return putStoredTogether(
    header,
    sections.map(({ id, bytes }) => ({ id, stored: bytes })),
  );
}

/** Like {@link putTogether}, with sections compressed where that is shorter, by another library than the package's. */
export function putTogetherCompressed(header: Uint8Array | string, sections: readonly ForgedSection[]): Uint8Array {
  return putStoredTogether(
    header,
    sections.map(({ id, bytes }) => {
      const stored = new Uint8Array(deflateRawSync(bytes, { level: 1 }));
      return stored.length < bytes.length ? { id, codec: 1, length: bytes.length, stored } : { id, stored: bytes };
    }),
  );
}

export function putStoredTogether(
  header: Uint8Array | string,
  sections: readonly StoredForgery[],
  flags = 0,
): Uint8Array {
  const headerBytes = Buffer.from(header);
  const parts = sections.map(({ id, codec = 0, stored, length = stored.length }) => {
    const start = Buffer.concat([Buffer.from(id, "latin1"), u32(codec), u32(length), u32(stored.length)]);
    return [Buffer.concat([start, u32(crc32(stored, crc32(start)))]), stored] as const;
  });
  const fileBytes =
    PREAMBLE_BYTES +
    headerBytes.length +
    parts.reduce((sum, [prefix, stored]) => sum + prefix.length + stored.length, 0) +
    4;
  const formatAndVersion = Buffer.from([1, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
  const counts = [fileBytes, sections.length, headerBytes.length].map(u32);
  const beginning = Buffer.concat([Buffer.from("GSWK"), formatAndVersion, Buffer.from([flags, 0]), ...counts]);
  const preamble = Buffer.concat([beginning, u32(crc32(headerBytes, crc32(beginning)))]);
  const frame = parts.reduce((crc, [prefix]) => crc32(prefix, crc), crc32(preamble));
  return new Uint8Array(Buffer.concat([preamble, headerBytes, ...parts.flat(), u32(frame)]));
}

/** Parts with their lengths in front of them, as far as the bytes go. */
export function prefixedParts(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: Uint8Array[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const end = at + 4 + view.getUint32(at, true);
    parts.push(bytes.slice(at + 4, end));
    at = end;
  }
  return parts;
}

export function joinPrefixed(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.flatMap((part) => [u32(part.length), part])));
}

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
