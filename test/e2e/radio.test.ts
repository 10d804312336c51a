// The example of two computers on the radio, started as it stands: the boat hears the lighthouse while it is near, and tells
// when it no longer does.

import type { PNG } from "pngjs";
import { expect, test } from "vitest";

import { colorAt, openExample } from "./support/example.ts";

const SIZE = { width: 320, height: 288 };
const HEARD = 0x8fcf6a;
const NOISE = 0xd1553b;

/** The lamp at the top of the mast, wherever the boat is on its course. */
function shows(picture: PNG, color: number): boolean {
  for (let x = 90; x <= 290; x++) if (colorAt(picture, x, 72) === color) return true;
  return false;
}

test("a boat hears a lighthouse on the radio, loses it, and hears it again", { timeout: 180_000 }, async () => {
  await using example = await openExample("radio", SIZE);
  expect(await example.until((picture) => shows(picture, HEARD)), "the boat hears").toBe(true);
  expect(await example.until((picture) => shows(picture, NOISE)), "the boat is too far away").toBe(true);
  expect(await example.until((picture) => shows(picture, HEARD)), "the boat hears again").toBe(true);
  expect(example.uncaught).toEqual([]);
});
