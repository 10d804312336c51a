// What a player does with saved games beside saving and loading: older ones, files, and hearing of the storage.

import { readFileSync } from "node:fs";

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { openDemo, type Demo, type Player } from "./support/demo.ts";

let demo: Demo;
beforeAll(async () => {
  demo = await openDemo();
});
afterEach(() => demo.sendHome());
afterAll(() => demo[Symbol.asyncDispose]());

/** Drops a file on the open dialog, as from a file manager. */
async function drop(player: Player, bytes: Uint8Array): Promise<void> {
  const transfer = await player.page.evaluateHandle((given) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(given)], "dropped.gws"));
    return data;
  }, Array.from(bytes));
  for (const type of ["dragover", "drop"]) {
    await player.page.dispatchEvent("#saves-dialog", type, { dataTransfer: transfer });
  }
}

/** The page is hidden for a moment, as behind another tab: the game saves by itself. */
async function hideAndShow(player: Player): Promise<void> {
  await player.page.evaluate(() => {
    for (const hidden of [true, false]) {
      Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }
  });
}

/** Runs in the page: whether there are so many autosaves. */
async function autosaves(count: number): Promise<boolean> {
  const opening = indexedDB.open("gasworks-saves");
  await new Promise((resolve) => (opening.onsuccess = resolve));
  const database = opening.result;
  const keys = database.transaction("saves").objectStore("saves").getAllKeys();
  await new Promise((resolve) => (keys.onsuccess = resolve));
  database.close();
  return keys.result.filter((key) => Array.isArray(key) && key[0] === "save" && key[1] === "autosave").length === count;
}

test("a game that was exported goes on when its file is dropped on the dialog; another file is refused", async () => {
  const player = await demo.newPlayer();
  await player.until("a few ticks", ({ tick }) => tick > 5);
  await player.page.click("#open-save");
  const downloading = player.page.waitForEvent("download");
  await player.page.getByText("Export a file").click();
  const bytes = new Uint8Array(readFileSync(await (await downloading).path()));
  const { tick } = await player.state();
  await player.closeSaves();
  await player.until("time going on", (state) => state.tick > tick + 40);

  await player.page.click("#open-load");
  await drop(player, new TextEncoder().encode("something else"));
  await player.page.locator("#saves-message[data-kind=error]", { hasText: /^Cannot/ }).waitFor();
  // Looks at every frame: soon the time has come to where it was.
  const wentBack = player.page.waitForFunction((limit) => {
    const now = window.gasworksDemo?.state().tick ?? limit;
    return now < limit && { tick: now };
  }, tick + 40);
  await drop(player, bytes);
  const back = await (await wentBack).jsonValue();
  expect(back && back.tick).toBeGreaterThanOrEqual(tick);
  await expect.poll(() => player.page.locator("#saves-dialog[open]").count()).toBe(0);
  expect(player.uncaught).toEqual([]);
});

test("older saves of a slot are there to be loaded, with all computers off if wanted", async () => {
  const player = await demo.newPlayer();
  await player.runProgram("int main(void) { for (;;) {} }");
  // The list is the first that opens the storage.
  await player.page.click("#open-load");
  await player.page.getByText("Nothing saved yet.").waitFor();
  await player.closeSaves();
  const ticks: number[] = [];
  for (let saves = 0; saves < 3; saves++) {
    const { tick } = await player.state();
    await player.until("a later tick", (state) => state.tick > tick + 3);
    ticks.push((await player.state()).tick);
    await hideAndShow(player);
    await player.page.waitForFunction(autosaves, saves + 1);
  }
  await player.page.click("#open-load");
  await player.page.getByText("2 older").click();
  const older = player.page.locator("#saves .saves-older [data-tick]");
  await expect.poll(() => older.count()).toBe(2);
  const oldest = Number(await older.last().getAttribute("data-tick"));
  expect(oldest).toBeGreaterThanOrEqual(ticks[0] ?? Infinity);
  expect(oldest).toBeLessThan(ticks[1] ?? 0);
  await expect
    .poll(() => player.page.textContent("#saves-room"))
    .toMatch(/^[\d.,]+ [KMG]B of about [\d.,]+ [KMG]B used$/);
  await player.page.check("#load-safe");
  await player.page.getByTitle(`of tick ${oldest}`).click();
  const back = await player.until("the oldest save", ({ computer }) => computer === "off");
  expect(back.tick).toBeGreaterThanOrEqual(oldest);
  expect(player.uncaught).toEqual([]);
});

test("a browser that lets the page keep nothing plays on, and the dialog says so", async () => {
  const context = await demo.browser.newContext();
  await context.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("Blocked by a test", "SecurityError");
    };
  });
  const page = await context.newPage();
  await page.goto(demo.url);
  await page.waitForFunction(() => window.gasworksDemo !== undefined);
  await page.click("#open-save");
  await page.locator("#saves-storage", { hasText: "Download the save as a file" }).waitFor();
  await page.click("#save-here");
  await page.getByText(/^Saved “/).waitFor();
  await expect.poll(() => page.locator("#saves li .saves-name").count()).toBe(1);
});
