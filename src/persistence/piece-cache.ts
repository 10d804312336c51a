// What saves were compressed from, piece by piece, so that the next save compresses what has changed and no more. The same
// pieces give the same bytes: stores find by it what they have already.

import { crc32 } from "./crc32.ts";
import { deflate, PIECE_BYTES } from "./deflate.ts";
import { quickHash } from "./pages.ts";
import { areSameBytes } from "./plain-view.ts";

interface Piece {
  readonly bytes: Uint8Array;
  readonly packed: Uint8Array;
}

/** Bytes of pieces that are kept, of two saves together. Worlds of ten thousand computers have several times as many. */
const MOST_BYTES = 0x0600_0000;

/** Pieces of one hash that are compared one by one. More of them do not come about by chance. */
const MOST_COMPARED = 8;

/** Compressed pieces of the last saves. Holds at most 96 MiB of what they were, and what they became. */
export class PieceCache {
  /** By a quick hash: those of the saves before the last {@link PieceCache.turn}, and those used since. */
  #old = new Map<number, Piece[]>();
  #new = new Map<number, Piece[]>();
  #oldBytes = 0;
  #newBytes = 0;

  /** A piece as raw deflate, or as it is where that is not shorter. Not to be changed. */
  pack(bytes: Uint8Array): Uint8Array {
    const hash = hashOf(bytes);
    const used = this.#new.get(hash) ?? [];
    const isSame = (piece: Piece): boolean => areSameBytes(piece.bytes, bytes);
    const known = used.find(isSame);
    if (known !== undefined) return known.packed;
    const piece = this.#old.get(hash)?.find(isSame) ?? { bytes: bytes.slice(), packed: packPiece(bytes) };
    const isKept = this.#newBytes + this.#oldBytes + bytes.length <= MOST_BYTES && used.length < MOST_COMPARED;
    if (isKept) {
      this.#newBytes += bytes.length;
      used.push(piece);
      this.#new.set(hash, used);
    }
    return piece.packed;
  }

  /** Says that a save is complete: what none has used since the last call is forgotten. */
  turn(): void {
    this.#old = this.#new;
    this.#oldBytes = this.#newBytes;
    this.#new = new Map();
    this.#newBytes = 0;
  }
}

/** Memories, which are most of a save, come in words. */
function hashOf(bytes: Uint8Array): number {
  const { buffer, byteOffset, length } = bytes;
  const isOfWords = byteOffset % 4 === 0 && length % 8 === 0;
  return isOfWords ? quickHash(new Uint32Array(buffer, byteOffset, length / 4)) : crc32(bytes);
}

function packPiece(bytes: Uint8Array): Uint8Array {
  const packed = deflate(bytes);
  return packed.length < bytes.length ? packed : bytes.slice();
}

/** What each {@link PIECE_BYTES} of a payload become: raw deflate, or what they are where that is not shorter. */
export function packPieces(bytes: Uint8Array, pieces: PieceCache | undefined): Uint8Array[] {
  const packed: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    packed.push(pieces?.pack(piece) ?? packPiece(piece));
  }
  return packed;
}

/** Of each piece two bytes of length, and the piece. */
export function joinPieces(packed: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(packed.reduce((sum, { length }) => sum + 2 + length, 0));
  let offset = 0;
  for (const one of packed) {
    joined[offset] = one.length & 0xff;
    joined[offset + 1] = one.length >> 8;
    joined.set(one, offset + 2);
    offset += 2 + one.length;
  }
  return joined;
}
