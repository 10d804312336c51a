// Saves that are wrong inside although every length and checksum is right, as who wants to cheat would make them.

import { crc32 } from "node:zlib";

/** A section as the file holds it. */
export interface ForgedSection {
  id: string;
  bytes: Uint8Array;
}

const PREAMBLE_BYTES = 20;
const SECTION_PREFIX_BYTES = 12;

/** Takes a good save apart, independently of the code under test. */
export function takeApart(save: Uint8Array): { header: Uint8Array; sections: ForgedSection[] } {
  const view = new DataView(save.buffer, save.byteOffset, save.length);
  const headerLength = view.getUint32(12, true);
  const sections: ForgedSection[] = [];
  for (let at = PREAMBLE_BYTES + headerLength; at < save.length - 4;) {
    const length = view.getUint32(at + 4, true);
    const start = at + SECTION_PREFIX_BYTES;
    sections.push({ id: Buffer.from(save.subarray(at, at + 4)).toString(), bytes: save.slice(start, start + length) });
    at = start + length;
  }
  return { header: save.slice(PREAMBLE_BYTES, PREAMBLE_BYTES + headerLength), sections };
}

/** Puts a save together with right lengths and checksums, whatever it holds. */
export function putTogether(header: Uint8Array | string, sections: readonly ForgedSection[]): Uint8Array {
  const headerBytes = Buffer.from(header);
  const parts = sections.map(({ id, bytes }) => {
    const prefix = Buffer.concat([Buffer.from(id, "latin1"), u32(bytes.length)]);
    return Buffer.concat([prefix, u32(crc32(bytes, crc32(prefix))), bytes]);
  });
  const length = PREAMBLE_BYTES + headerBytes.length + parts.reduce((sum, part) => sum + part.length, 0) + 4;
  const preamble = Buffer.concat([Buffer.from("GSWK"), u32(0), u32(length), u32(headerBytes.length)]);
  const body = Buffer.concat([preamble, u32(crc32(headerBytes, crc32(preamble))), headerBytes, ...parts]);
  return new Uint8Array(Buffer.concat([body, u32(crc32(body))]));
}

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
