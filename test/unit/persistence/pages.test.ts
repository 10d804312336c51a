import { crc32 as zlibCrc32 } from "node:zlib";

import { describe, expect, it } from "vitest";

import { crc32 } from "../../../src/persistence/crc32.ts";
import { isZeroPage, PageTable } from "../../../src/persistence/pages.ts";
import { Random } from "../../support/random.ts";

const page = (...words: readonly number[]): Uint8Array => {
  const all = new Uint32Array(1_024);
  all.set(words, 100);
  return new Uint8Array(all.buffer);
};

describe("PageTable", () => {
  it("numbers pages as they come, and knows those that it has", () => {
    const table = new PageTable();
    expect([page(1), page(2), page(1), page(1, 2), page(2)].map((each) => table.putCopy(each))).toEqual([
      0, 1, 0, 2, 1,
    ]);
    expect(table.size).toBe(3);
    expect(table.page(1)).toEqual(page(2));
  });

  it("tells apart thousands of pages that somebody has made to look alike", () => {
    // Each changes both halves of the quick hash and changes them back; found by inverting its steps.
    const table = new PageTable();
    const alike = pagesOfOneHash(3_000);
    const numbers = alike.map((each) => table.put(each));
    expect(numbers).toEqual(alike.map((_, index) => index));
    expect(alike.map((each) => table.putCopy(each))).toEqual(numbers);
  });

  it("takes pages that are not aligned", () => {
    const shifted = new Uint8Array(4_097);
    shifted.set(page(7), 1);
    const table = new PageTable();
    expect([table.putCopy(page(7)), table.putCopy(shifted.subarray(1))]).toEqual([0, 0]);
    expect(isZeroPage(shifted.subarray(1))).toBe(false);
  });
});

/**
 * Pages that differ in words 0 and 2, which go one after the other into the same half of the hash: for any first word
 * there is a third that brings the half back to where it was.
 */
function pagesOfOneHash(count: number): Uint8Array[] {
  const step = (state: number, word: number): number => {
    const product = Math.imul(state ^ word, 0x01000193);
    return product ^ (product >>> 15);
  };
  const start = 0x9e3779b9;
  // The state before the product of the second step, for pages that begin with zeros.
  const wanted = step(start, 0) ^ 1;
  return Array.from({ length: count }, (_, first) => {
    const words = new Uint32Array(1_024);
    words[0] = first;
    words[2] = step(start, first) ^ wanted;
    return new Uint8Array(words.buffer);
  });
}

describe("crc32()", () => {
  it("is zlib's, for any length and in any pieces", () => {
    const random = new Random(5);
    const bytes = Uint8Array.from({ length: 1_000 }, () => random.below(256));
    for (let length = 0; length < 100; length++) {
      const [first, second] = [bytes.subarray(3, 3 + length), bytes.subarray(3 + length, 600)];
      expect(crc32(first)).toBe(zlibCrc32(first));
      expect(crc32(second, crc32(first))).toBe(zlibCrc32(bytes.subarray(3, 600)));
    }
  });
});
