// A save in parts that a storage can keep one by one, cut so that what has not changed since the save before is the same part
// again.

import { areSameBytes } from "./plain-view.ts";
import { seamsOf } from "./save-container.ts";

// From 64 KiB on, Chromium keeps a value as a file of its own, and those did not survive a simulated power cut.
const MOST_CHUNK_BYTES = 60_000;

/** Shorter parts cost more than they save, each being a request of its own: at the end of a section, and in it. */
const LEAST_AT_SECTION = 1_000;
const LEAST_IN_SECTION = 24_000;

/** Chunks that lie one behind the other: of which generation, from which number on, and how many. */
export type ChunkRun = readonly [generation: number, first: number, count: number];

/** Where a chunk is: the generation that it came with, and its number there. */
export interface ChunkPlace {
  readonly generation: number;
  readonly number: number;
}

/** A chunk and where it is. */
export interface PlacedChunk extends ChunkPlace {
  readonly bytes: Uint8Array;
}

/** A save that was written: what it says of itself in the storage, and its chunks in their order. */
export interface WrittenSave {
  readonly generation: number;
  readonly entry: Uint8Array;
  readonly chunks: readonly PlacedChunk[];
  /** Saves in a row that have taken chunks of the one before. */
  readonly inARow: number;
}

/** Views of the bytes: cut at sections, in them where pieces meet, and at 60,000 bytes in any case. */
export function cutSave(bytes: Uint8Array): Uint8Array[] {
  const ends: number[] = [];
  let last = 0;
  const seams = bytes.length > MOST_CHUNK_BYTES ? seamsOf(bytes) : [];
  for (const { offset, isSection } of [...seams, { offset: bytes.length, isSection: true }]) {
    for (; offset - last > MOST_CHUNK_BYTES; ends.push(last)) last += MOST_CHUNK_BYTES;
    if (offset < bytes.length && offset - last < (isSection ? LEAST_AT_SECTION : LEAST_IN_SECTION)) continue;
    if (offset > last) ends.push(offset);
    last = offset;
  }
  return ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end));
}

/** Which of the chunks of `before` each part is; `undefined` for a new one. */
export function* matchChunks(parts: readonly Uint8Array[], before: WrittenSave): Generator<PlacedChunk | undefined> {
  const known = new Map<string, PlacedChunk[]>();
  for (const chunk of before.chunks) {
    const mark = markOf(chunk.bytes);
    known.set(mark, [...(known.get(mark) ?? []), chunk]);
  }
  for (const part of parts) {
    yield known.get(markOf(part))?.find(({ bytes }) => areSameBytes(bytes, part));
  }
}

/** Where each part is, once the new ones are written as chunks 0, 1, … of a generation. */
export function placeChunks(
  parts: readonly Uint8Array[],
  known: readonly (PlacedChunk | undefined)[],
  generation: number,
): readonly PlacedChunk[] {
  let number = 0;
  return parts.map((bytes, at) => known[at] ?? { bytes, generation, number: number++ });
}

/** One name for each place in a slot. */
export function nameOfPlace({ generation, number }: ChunkPlace): string {
  return `${generation} ${number}`;
}

export function runsOf(chunks: readonly ChunkPlace[]): readonly ChunkRun[] {
  const runs: [number, number, number][] = [];
  for (const { generation, number } of chunks) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] === generation && last[1] + last[2] === number) last[2]++;
    else runs.push([generation, number, 1]);
  }
  return runs;
}

/** Tells most parts apart: their length, and a few bytes of them. */
function markOf(bytes: Uint8Array): string {
  const { length } = bytes;
  const some = Array.from({ length: 8 }, (_, at) => bytes[Math.floor((at * length) / 8)]);
  return `${length} ${some.join()} ${bytes.subarray(-4).join()}`;
}
