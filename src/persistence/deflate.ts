// Compression of single sections. Never part of what a save is: any compressed form of the same bytes will do.

import { deflateSync, Inflate } from "fflate";

import { SaveError } from "./errors.ts";

/** Leaves at most a seventh more than the best level, in half the time. */
const LEVEL = 3;

/** No byte of compressed data makes more bytes than so many. */
export const MOST_EXPANSION = 1_032;

/** Compressed bytes that are looked at before what came out is counted: at most 16 MiB too many. */
const STEP_BYTES = 16_384;

export function deflate(bytes: Uint8Array): Uint8Array {
  return deflateSync(bytes, { level: LEVEL });
}

/**
 * @param length - Of the result. Stops as soon as there is more.
 * @param what - Names the part in messages.
 * @throws {SaveError} `save/malformed` unless `packed` gives exactly so many bytes.
 */
export function inflate(packed: Uint8Array, length: number, what: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let found = 0;
  const stream = new Inflate((part) => {
    found += part.length;
    parts.push(part);
  });
  for (let at = 0; at < packed.length && found <= length; at += STEP_BYTES) {
    try {
      stream.push(packed.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= packed.length);
    } catch (cause) {
      throw new SaveError("save/malformed", `Cannot decode the save: ${what} is not compressed as it should be`, {
        cause,
      });
    }
  }
  if (found !== length) {
    const amount = found > length ? "more" : `${found}`;
    throw new SaveError("save/malformed", `Cannot decode the save: ${what} holds ${amount} bytes, not ${length}`);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
