import { inflateRawSync } from "node:zlib";

import { inflateSync } from "fflate";
import { describe, expect, it } from "vitest";

import { PieceDeflater } from "../../../src/persistence/piece-deflater.ts";
import { crowdSave } from "../../support/crowd-save.ts";
import { SEED } from "../../support/fuzz-settings.ts";
import { Random } from "../../support/random.ts";
import { sameBytes } from "../../support/same-bytes.ts";

/** Ways to fill bytes, from what cannot be compressed to what is hardly there. */
const FILLS: readonly ((random: Random, length: number) => Uint8Array)[] = [
  (random, length) => Uint8Array.from({ length }, () => random.below(256)),
  (random, length) => {
    const letters = random.between(1, 256);
    return Uint8Array.from({ length }, () => random.below(letters));
  },
  (random, length) => {
    const period = random.between(1, 600);
    return Uint8Array.from({ length }, (_, at) => at % period);
  },
  (_, length) => new Uint8Array(length),
  // Far and near repetitions, with mistakes.
  (random, length) => {
    const bytes = Uint8Array.from({ length }, () => random.below(256));
    for (let at = 300; at < length; at++) {
      if (!random.chance(0.05)) bytes[at] = bytes[at - random.pick([1, 2, 3, 7, 258, 299])] ?? 0;
    }
    return bytes;
  },
  // Each byte half as often as the one before: the code would have longer words than there may be.
  (random, length) => Uint8Array.from({ length }, () => Math.min(255, Math.clz32(random.next()) * 3)),
];

/** What two other readers make of it. */
function expectInflated(packed: Uint8Array, bytes: Uint8Array): void {
  expect(sameBytes(inflateRawSync(packed), bytes)).toBe(true);
  expect(sameBytes(inflateSync(packed), bytes)).toBe(true);
}

describe("PieceDeflater", () => {
  it(`makes raw deflate of anything that gets shorter, seed ${SEED}`, () => {
    const random = new Random(SEED);
    const deflater = new PieceDeflater();
    let packedOnes = 0;
    for (let round = 0; round < 600; round++) {
      const bytes = random.pick(FILLS)(random, random.chance(0.8) ? random.below(600) : random.below(16_385));
      const packed = deflater.deflate(bytes);
      if (packed === undefined) continue;
      packedOnes++;
      expect(packed.length).toBeLessThan(bytes.length);
      expectInflated(packed, bytes);
    }
    expect(packedOnes).toBeGreaterThan(200);
  });

  it("gives the same bytes for the same piece, whatever it has compressed before", () => {
    const pieces = crowdSave(30).computers.flatMap(({ snapshot }) => snapshot?.memory.subarray(0, 16_384) ?? []);
    const deflater = new PieceDeflater();
    const first = pieces.map((piece) => deflater.deflate(piece));
    for (const [index, piece] of pieces.toReversed().entries()) {
      expect(deflater.deflate(piece)).toEqual(first.toReversed()[index]);
      expect(new PieceDeflater().deflate(piece)).toEqual(first.toReversed()[index]);
    }
  });

  it.each([0, 1, 2, 3, 10])("leaves %i bytes as they are, and refuses more than a piece", (length) => {
    const deflater = new PieceDeflater();
    expect(deflater.deflate(Uint8Array.from({ length }, (_, at) => 17 * at))).toBeUndefined();
    expect(() => deflater.deflate(new Uint8Array(16_385))).toThrow(RangeError);
  });
});
