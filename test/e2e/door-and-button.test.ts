// The example of a door and a button, started as it stands: somebody presses, and the program lets them in.

import { PNG } from "pngjs";
import { expect, test } from "vitest";

import { colorAt, openExample } from "./support/example.ts";

const SIZE = { width: 320, height: 280 };
const BUTTON = { x: 56, y: 128 };

/** Beside the line where the wings meet there is a wing, or what is behind the door. */
function isOpen(picture: PNG): boolean {
  return colorAt(picture, 160 + 20, 128) === 0xfbe27a;
}

function isShut(picture: PNG): boolean {
  return colorAt(picture, 160 + 6, 128) === 0x73838a;
}

test("a door is opened by a program when a button is pressed, and shut again", { timeout: 120_000 }, async () => {
  await using example = await openExample("door-and-button", SIZE);
  const { page, until, uncaught } = example;
  const press = (): Promise<void> => page.mouse.click(BUTTON.x, BUTTON.y);
  // Until the program waits for the button, nobody hears it.
  const opened = await until(async (picture) => {
    if (!isOpen(picture)) await press();
    return isOpen(picture);
  });
  expect(opened, "the door opens").toBe(true);
  expect(await until(isShut), "the door shuts").toBe(true);
  // Without anybody at the button it stays so.
  for (let look = 0; look < 20; look++) {
    expect(isShut(PNG.sync.read(await page.screenshot()))).toBe(true);
    await page.waitForTimeout(50);
  }
  await press();
  expect(await until(isOpen), "the door opens again").toBe(true);
  expect(await until(isShut), "the door shuts again").toBe(true);
  expect(uncaught).toEqual([]);
});
