// Compression of single sections. Never part of what a save is: any compressed form of the same bytes will do.

import { deflateSync, Inflate, inflateSync } from "fflate";

import { SaveError } from "./errors.ts";

/** Leaves a few hundredths more than the best level, in two thirds of the time. */
const LEVEL = 1;

/** Leaves a few hundredths more than that, in a third of the time. */
const NATIVE_LEVEL = 4;

/** No byte of compressed data makes more bytes than so many. */
export const MOST_EXPANSION = 1_032;

/** Long payloads are compressed in pieces of so many bytes: four pages of memory. Fits into 16 bits. */
export const PIECE_BYTES = 16_384;

/** Compressed bytes that are looked at before what came out is counted: at most 16 MiB too many. */
const STEP_BYTES = 16_384;

/** What is used of Node's own zlib, twice as fast as any script. */
interface NativeZlib {
  deflateRawSync(bytes: Uint8Array, options: { readonly level: number }): Uint8Array;
}

/** Where to ask for it without an `import` that browsers and bundlers would stumble over. */
interface NodeGlobals {
  readonly process?: { getBuiltinModule?(name: "node:zlib"): NativeZlib | undefined };
}

const zlib = (globalThis as NodeGlobals).process?.getBuiltinModule?.("node:zlib");

export function deflate(bytes: Uint8Array): Uint8Array {
  return zlib === undefined
    ? deflateSync(bytes, { level: LEVEL })
    : zlib.deflateRawSync(bytes, { level: NATIVE_LEVEL });
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
      throw undecipherable(what, cause);
    }
  }
  if (found !== length) throw otherLength(what, found > length ? "more" : `${found}`, length);
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/**
 * The inverse of {@link packPieces}: of each piece two bytes of length, and so many bytes.
 *
 * @param length - Of the result.
 * @param what - Names the part in messages.
 * @throws {SaveError} `save/malformed` unless `packed` gives exactly so many bytes.
 */
export function inflatePieces(packed: Uint8Array, length: number, what: string): Uint8Array {
  const bytes = new Uint8Array(length);
  // One byte more than there may be: fflate leaves away what does not fit.
  const room = new Uint8Array(PIECE_BYTES + 1);
  let at = 0;
  for (let offset = 0; offset < length; offset += PIECE_BYTES) {
    const pieceLength = Math.min(PIECE_BYTES, length - offset);
    const packedLength = (packed[at] ?? 0) | ((packed[at + 1] ?? 0) << 8);
    const piece = packed.subarray(at + 2, at + 2 + packedLength);
    if (packedLength === 0 || packedLength > pieceLength || piece.length < packedLength) {
      throw new SaveError("save/malformed", `Cannot decode the save: ${what} has a piece of ${packedLength} bytes`);
    }
    bytes.set(packedLength === pieceLength ? piece : inflatePiece(piece, pieceLength, { what, room }), offset);
    at += 2 + packedLength;
  }
  if (at !== packed.length) throw otherLength(what, "more", length);
  return bytes;
}

function inflatePiece(
  piece: Uint8Array,
  length: number,
  { what, room }: { readonly what: string; readonly room: Uint8Array },
): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = inflateSync(piece, { out: room.subarray(0, length + 1) });
  } catch (cause) {
    throw undecipherable(what, cause);
  }
  if (bytes.length !== length) throw otherLength(what, bytes.length > length ? "more" : "fewer", length);
  return bytes;
}

function undecipherable(what: string, cause: unknown): SaveError {
  return new SaveError("save/malformed", `Cannot decode the save: ${what} is not compressed as it should be`, {
    cause,
  });
}

function otherLength(what: string, amount: string, length: number): SaveError {
  return new SaveError("save/malformed", `Cannot decode the save: ${what} holds ${amount} bytes, not ${length}`);
}
