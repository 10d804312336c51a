// The example of a factory line, started as it stands: twenty computers make things, and they come out of the door.

import { expect, test } from "vitest";

import { colorAt, openExample } from "./support/example.ts";

const PAINTED = 0x6fd6a8;

test("a line of twenty computers makes pieces, and hands them out", { timeout: 150_000 }, async () => {
  await using example = await openExample("factory", { width: 660, height: 400 });
  const countOf = (picture: Parameters<typeof colorAt>[0]): number => {
    let count = 0;
    while (colorAt(picture, 604 - count * 16, 384) === PAINTED) count += 1;
    return count;
  };
  let seen = 0;
  const isOut = await example.until((picture) => {
    // What is out stays out.
    expect(countOf(picture)).toBeGreaterThanOrEqual(seen);
    seen = countOf(picture);
    return seen >= 5;
  });
  expect(isOut, `${seen} pieces came out`).toBe(true);
  expect(example.uncaught).toEqual([]);
});
