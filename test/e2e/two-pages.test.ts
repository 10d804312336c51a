// Two pages of one game: whatever they do, each slot holds one page's whole save.

import { chromium, type Browser, type Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";

import { chromiumLaunchOptions } from "../../scripts/chromium.mjs";
import { openSavingServer, type SavingServer } from "./support/saving-server.ts";

const SAVES_EACH = 500;

let server: SavingServer;
let browser: Browser;
beforeAll(async () => {
  server = await openSavingServer();
  const { args, ...options } = chromiumLaunchOptions();
  browser = await chromium.launch({ ...options, args: [...args, "--host-resolver-rules=MAP plain.test 127.0.0.1"] });
});
afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
});

/** Two pages of one player. */
async function twoPages(host: string): Promise<readonly [Page, Page]> {
  const context = await browser.newContext();
  const open = async (): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(`http://${host}:${server.port}/`);
    await page.waitForFunction(() => window.saving !== undefined);
    return page;
  };
  return [await open(), await open()];
}

test("1,000 saves of two pages, one among the other, leave one page's whole save in each slot", async () => {
  // An address without HTTPS: there are no locks to keep them apart.
  const pages = await twoPages("plain.test");
  expect(await pages[0].evaluate(() => "locks" in navigator)).toBe(false);
  const results = await Promise.all(
    pages.map((page, index) =>
      page.evaluate(([writer, saves]) => window.saving?.saveMany(writer, saves), [
        index === 0 ? "left " : "right ",
        SAVES_EACH,
      ] as const),
    ),
  );
  expect(results.map((result) => result?.saved)).toEqual([SAVES_EACH, SAVES_EACH]);
  // Each looked at the slots all the time: whole saves, by both.
  for (const result of results) {
    expect(result?.mixed).toEqual([]);
    expect(Object.keys(result?.seen ?? {}).toSorted()).toEqual(["left ", "right "]);
  }
  const slots = await pages[0].evaluate(() => window.saving?.slots());
  expect(slots?.map(({ generation }) => generation).reduce((sum, generation) => sum + generation, 0)).toBe(
    2 * SAVES_EACH,
  );
});

test("the second page to save into a slot is told, until the first is closed; it can read all the while", async () => {
  const [first, second] = await twoPages("127.0.0.1");
  const save = (page: Page, slot: string): Promise<string | undefined> =>
    page.evaluate((name) => window.saving?.saveOnce(name), slot);
  expect(await save(first, "shared")).toBe("saved 1");
  expect(await save(second, "shared")).toBe("save/slot-in-use");
  expect(await save(second, "own")).toBe("saved 1");
  expect(await save(first, "shared")).toBe("saved 2");
  expect((await second.evaluate(() => window.saving?.slots()))?.map(({ slot }) => slot)).toEqual(["own", "shared"]);
  await first.close();
  await expect.poll(() => save(second, "shared")).toBe("saved 3");
});
