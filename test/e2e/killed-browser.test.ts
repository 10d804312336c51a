// A save is there or not, however the browser dies: killed, or with a machine whose disk has not got everything.

import { cpSync, readdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { SEED } from "../support/fuzz-settings.ts";
import { Random } from "../support/random.ts";
import { BROWSER_KILLS } from "../support/soak-settings.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { startChromium } from "./support/killable-chromium.ts";
import { SavingLog } from "../support/saving-log.ts";
import { openSavingServer, type SavingServer, type Told } from "./support/saving-server.ts";

/** About 17 chunks each. */
const SAVE_BYTES = 1_000_000;
const POWER_CUTS = 10;
const PATIENCE_MS = 30_000;

const at = temporaryDirectory();
let server: SavingServer;
beforeAll(async () => {
  server = await openSavingServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Opens the page until `see` is content with what it tells, and kills the browser `see`'s number of milliseconds later. */
async function openUntil(
  userDataDir: string,
  { saveBytes }: { readonly saveBytes: number },
  see: (told: Told) => number | undefined,
  atKill: () => void = () => {},
): Promise<void> {
  let onFailure: (error: Error) => void = () => {};
  const seen = new Promise<void>((resolve, reject) => {
    onFailure = reject;
    server.listen((told) => {
      if (told.kind === "failed") return reject(new Error(told.message));
      try {
        const delayMs = see(told);
        if (delayMs === undefined) return;
        setTimeout(() => {
          atKill();
          resolve();
        }, delayMs);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
  const browser = startChromium(userDataDir, `http://127.0.0.1:${server.port}/?bytes=${saveBytes}`);
  const timer = setTimeout(() => onFailure(new Error("The page told nothing")), PATIENCE_MS);
  try {
    await seen;
  } finally {
    clearTimeout(timer);
    await browser.kill();
    server.listen(() => {});
  }
}

/** Has the page save a few times, and kills it in the middle of a save. */
async function saveAndKill(
  userDataDir: string,
  { log, random, saves, saveBytes }: { log: SavingLog; random: Random; saves: number; saveBytes: number },
): Promise<void> {
  let left = saves;
  let isPlanned = false;
  await openUntil(
    userDataDir,
    { saveBytes },
    (told) => {
      if (told.kind === "found") {
        log.find(told.number);
        expect(told.damaged).toEqual([]);
      } else if (told.kind === "saved") log.acknowledge(told.number);
      else if (told.kind === "begin") {
        log.begin(told.number);
        if (left-- > 0 || isPlanned) return undefined;
        isPlanned = true;
        return log.delayMs(random);
      }
      return undefined;
    },
    () => log.killed(),
  );
}

test(
  `a slot holds the old save or the new one after each of ${BROWSER_KILLS} kills`,
  { timeout: 60_000 + 2 * BROWSER_KILLS * PATIENCE_MS },
  async () => {
    const random = new Random(SEED);
    const log = new SavingLog();
    while (!log.isEnough(BROWSER_KILLS)) {
      // How long a save takes is known after the first.
      await saveAndKill(at("killed"), {
        log,
        random,
        saves: log.kills.all === 0 ? 3 : random.below(3),
        saveBytes: SAVE_BYTES,
      });
    }
    await openUntil(at("killed"), { saveBytes: 0 }, (told) => {
      if (told.kind === "found") log.find(told.number);
      return 0;
    });
    console.log(`Chromium, seed ${SEED}: ${log.summary()}`);
    expect(log.kills.all).toBeGreaterThanOrEqual(BROWSER_KILLS);
    expect(log.kills.between).toBeGreaterThanOrEqual(0.9 * log.kills.all);
    expect(log.found.old + log.found.new).toBe(log.kills.all);
  },
);

test(
  `a whole save is there after a power cut that takes the end of the browser's log, at ${POWER_CUTS} points`,
  { timeout: 60_000 + POWER_CUTS * PATIENCE_MS },
  async () => {
    const random = new Random(SEED);
    const log = new SavingLog();
    // Every start begins another log: what the cut does not reach is in the one before. The last log holds many saves.
    for (const saves of [2, 40]) {
      await saveAndKill(at("before-the-cut"), { log, random, saves, saveBytes: 30_000 });
    }
    const found: (number | undefined)[] = [];
    for (let cut = 0; cut < POWER_CUTS; cut++) {
      const userDataDir = at(`cut-${cut}`);
      // Links say which process has the folder: they are to go on pointing nowhere.
      cpSync(at("before-the-cut"), userDataDir, { recursive: true, verbatimSymlinks: true });
      const path = newestLog(userDataDir);
      const { size } = statSync(path);
      truncateSync(path, Math.floor((size * (cut + random.next() / 2 ** 32)) / POWER_CUTS));
      await openUntil(userDataDir, { saveBytes: 0 }, (told) => {
        if (told.kind === "found") found.push(told.number);
        return 0;
      });
    }
    console.log(`Chromium, seed ${SEED}: ${log.saved} saves; after cuts from early to late: ${found.join(", ")}`);
    expect(found).toHaveLength(POWER_CUTS);
    expect(found.every((number) => number !== undefined && number >= 1 && number <= (log.begun ?? 0))).toBe(true);
    // What was on the disk longer stays.
    expect(found).toEqual(found.toSorted((a = 0, b = 0) => a - b));
    expect(new Set(found).size).toBeGreaterThan(1);
  },
);

/** What the browser has written last of what its pages keep. */
function newestLog(userDataDir: string): string {
  const folder = join(userDataDir, "Default", "IndexedDB", `http_127.0.0.1_${server.port}.indexeddb.leveldb`);
  const logs = readdirSync(folder).filter((name) => name.endsWith(".log"));
  const [newest] = logs.toSorted().toReversed();
  if (newest === undefined) throw new Error(`There is no log in ${folder}`);
  return join(folder, newest);
}
