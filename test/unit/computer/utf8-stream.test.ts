import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Utf8Stream } from "../../../src/game/computer/utf8-stream.ts";

function decodeInPieces(bytes: Uint8Array, cuts: readonly number[]): string {
  let stream = new Utf8Stream();
  let text = "";
  let from = 0;
  for (const cut of [...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]) {
    text += stream.decode(bytes.subarray(from, cut));
    // A save between two writes.
    stream = new Utf8Stream(stream.pending);
    from = cut;
  }
  return text + stream.flush();
}

describe("Utf8Stream", () => {
  it("puts a character together that was cut anywhere, also across a save", () => {
    const bytes = new TextEncoder().encode("aé€😀z");
    for (let cut = 0; cut <= bytes.length; cut++) expect(decodeInPieces(bytes, [cut])).toBe("aé€😀z");
  });

  it("gives the same text for any bytes and any cuts as for one piece", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.array(fc.nat(), { maxLength: 8 }), (bytes, cuts) => {
        const whole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
        expect(decodeInPieces(bytes, cuts)).toBe(whole);
      }),
      { numRuns: 2_000 },
    );
  });

  it("does not keep a byte that can begin nothing", () => {
    const stream = new Utf8Stream();
    expect(stream.decode(new Uint8Array([0xff]))).toBe("\uFFFD");
    expect(stream.pending).toEqual([]);
  });
});
