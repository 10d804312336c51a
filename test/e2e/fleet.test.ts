// A thousand computers in one tab: all run, all are saved in the middle of what they do, and all go on.

import type { Page } from "playwright";
import { PNG } from "pngjs";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { FleetState } from "../../src/game/demo/fleet/fleet-handle.ts";
import { openDemo, type Demo } from "./support/demo.ts";

const SIZE = 1_000;
/** Ticks that are compared after a save. */
const TICKS = 60;
/** Where the machine is busy and draws without a graphics card, a second of the game takes several. In milliseconds. */
const PATIENCE = 300_000;

let demo: Demo;
beforeAll(async () => {
  demo = await openDemo();
});
afterAll(() => demo[Symbol.asyncDispose]());

async function stateOf(page: Page): Promise<FleetState> {
  const state = await page.evaluate(() => window.gasworksFleet?.state());
  if (state === undefined) throw new Error("Cannot look at the fleet: it has not started");
  return state;
}

async function until(page: Page, what: string, isSeen: (state: FleetState) => boolean): Promise<FleetState> {
  const deadline = Date.now() + PATIENCE / 2;
  for (;;) {
    const state = await stateOf(page);
    if (isSeen(state)) return state;
    if (Date.now() > deadline) {
      const { rovers: _, ...rest } = state;
      throw new Error(`Never saw ${what}; at last: ${JSON.stringify(rest)}`);
    }
    await page.waitForTimeout(50);
  }
}

/** Where everybody was after each of the ticks from `first` on. */
function waysOf(page: Page, first: number): Promise<(readonly string[] | undefined)[]> {
  return page.evaluate(
    ([from, count]) => Array.from({ length: count }, (_, at) => window.gasworksFleet?.roversAt(from + at)),
    [first, TICKS] as const,
  );
}

/** How many pixels differ. */
function differences(before: Uint8Array, after: Uint8Array): number {
  const [a, b] = [PNG.sync.read(Buffer.from(before)), PNG.sync.read(Buffer.from(after))];
  let count = 0;
  for (let at = 0; at < a.data.length; at += 4) if (a.data.readUInt32BE(at) !== b.data.readUInt32BE(at)) count++;
  return count;
}

test(
  "a thousand rovers drive, are saved in the middle of all their loops, and go on the same way",
  { timeout: PATIENCE },
  async () => {
    const context = await demo.browser.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    const uncaught: string[] = [];
    page.on("pageerror", (error) => uncaught.push(String(error)));
    await page.goto(`${demo.url}fleet.html?rovers=${SIZE}`);
    await page.waitForFunction(() => window.gasworksFleet !== undefined);
    const places = (state: FleetState): string[] => state.rovers.map((rover) => rover.split(" ")[0] ?? "");
    const begin = places(await stateOf(page));
    await until(page, "the program in all rovers", ({ report }) => report === `Sent to ${SIZE} rovers.`);
    const early = await page.locator("#game").screenshot();
    const moved = await until(page, "all rovers somewhere else", (state) =>
      places(state).every((place, number) => place !== begin[number] || state.rovers[number]?.includes("forward")),
    );
    expect(moved.rovers).toHaveLength(SIZE);
    expect((moved.kinds.running ?? 0) + (moved.kinds.waiting ?? 0)).toBe(SIZE);
    // What is drawn comes a frame after what is true.
    await expect.poll(async () => differences(early, await page.locator("#game").screenshot())).toBeGreaterThan(SIZE);

    await page.click("#open-save");
    const saved = await stateOf(page);
    await page.fill("#save-name", "all of them");
    await page.click("#save-here");
    await page.getByText("Saved “all of them”.").waitFor({ timeout: PATIENCE / 4 });
    expect((await stateOf(page)).rovers).toEqual(saved.rovers);
    await page.click("#saves-close");
    await until(page, "ticks after the save", ({ tick }) => tick >= saved.tick + TICKS);
    const straight = await waysOf(page, saved.tick + 1);
    const gasAfter = await stateOf(page);

    for (const comeBack of ["in the same page", "in a new one"] as const) {
      if (comeBack === "in a new one") {
        await page.reload();
        await page.waitForFunction(() => window.gasworksFleet !== undefined);
      }
      await page.click("#open-load");
      await page.getByTitle("Load “all of them”").click();
      await page.locator("#saves-dialog").waitFor({ state: "hidden", timeout: PATIENCE / 4 });
      await until(page, `ticks after the load ${comeBack}`, ({ tick }) => tick >= saved.tick + TICKS);
      expect(await waysOf(page, saved.tick + 1), comeBack).toEqual(straight);
      // What was before the save is forgotten: these ticks came after the load.
      expect(await page.evaluate((tick) => window.gasworksFleet?.roversAt(tick), saved.tick), comeBack).toBeUndefined();
    }
    expect(straight.every((rovers) => rovers?.length === SIZE)).toBe(true);
    expect(BigInt(gasAfter.gasUsed)).toBeGreaterThan(BigInt(saved.gasUsed));
    expect(uncaught).toEqual([]);
  },
);
