// The smallest example, started as it stands: its rover goes round.

import type { PNG } from "pngjs";
import { expect, test } from "vitest";

import { colorAt, openExample } from "./support/example.ts";

/** The middle of the rover on a picture, by its colour. */
function roverOn(picture: PNG): { readonly x: number; readonly y: number } | undefined {
  let [sumX, sumY, count] = [0, 0, 0];
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      if (colorAt(picture, x, y) !== 0xe0a040) continue;
      sumX += x;
      sumY += y;
      count += 1;
    }
  }
  return count === 0 ? undefined : { x: sumX / count, y: sumY / count };
}

test(
  "the smallest example compiles, and its rover visits the corners of its square",
  { timeout: 120_000 },
  async () => {
    await using example = await openExample("smallest", { width: 320, height: 320 });
    const corners = new Set<string>();
    await example.until((picture) => {
      const rover = roverOn(picture);
      if (rover !== undefined) corners.add(`${rover.x < 160 ? "left" : "right"} ${rover.y < 160 ? "top" : "bottom"}`);
      return corners.size === 4;
    });
    expect([...corners].sort()).toEqual(["left bottom", "left top", "right bottom", "right top"]);
    expect(example.uncaught).toEqual([]);
  },
);
