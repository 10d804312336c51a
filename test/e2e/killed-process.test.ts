// A save in a file is there or not, wherever the process that writes it is killed.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { FileStore } from "gasworks/server";

import { SEED } from "../support/fuzz-settings.ts";
import { numberOf } from "../support/numbered-save.mjs";
import { Random } from "../support/random.ts";
import { SavingLog } from "../support/saving-log.ts";
import { PROCESS_KILLS } from "../support/soak-settings.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const PROGRAM = fileURLToPath(new URL("../support/saving-process.mjs", import.meta.url));
const SAVE_BYTES = 200_000;
const PATIENCE_MS = 20_000;

const at = temporaryDirectory();

/** Has a process save a few times, and kills it in the middle of a save. */
async function saveAndKill(directory: string, log: SavingLog, random: Random, saves: number): Promise<void> {
  const first = (log.saved ?? 0) + 1;
  const child = spawn(process.execPath, [PROGRAM, directory, String(first), String(SAVE_BYTES)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(child, "close");
  let left = saves;
  let isPlanned = false;
  const lines = createInterface(child.stdout);
  lines.on("line", (line) => {
    const [what, number] = line.split(" ");
    // Also what it has told before it was killed and comes now.
    if (what === "saved") return log.acknowledge(Number(number));
    log.begin(Number(number));
    if (left-- > 0 || isPlanned) return;
    isPlanned = true;
    setTimeout(() => child.kill("SIGKILL"), log.delayMs(random));
  });
  const [[exitCode]] = await Promise.all([gone, once(lines, "close")]);
  log.killed();
  expect(exitCode).toBeNull();
}

test(
  `a slot in a directory holds the old save or the new one after each of ${PROCESS_KILLS} kills`,
  { timeout: 60_000 + 2 * PROCESS_KILLS * PATIENCE_MS },
  async () => {
    const random = new Random(SEED);
    const log = new SavingLog();
    const directory = at("killed");
    while (!log.isEnough(PROCESS_KILLS)) {
      // How long a save takes is known after the first.
      await saveAndKill(directory, log, random, log.kills.all === 0 ? 3 : random.below(3));
      const read = await new FileStore(directory).read("killed");
      expect(read?.damaged ?? []).toEqual([]);
      log.find(read && numberOf(read.bytes).number);
    }
    console.log(`FileStore, seed ${SEED}: ${log.summary()}`);
    expect(log.kills.all).toBeGreaterThanOrEqual(PROCESS_KILLS);
    expect(log.kills.between).toBeGreaterThanOrEqual(0.9 * log.kills.all);
    // Two generations, and what the last kill left over.
    expect(readdirSync(directory).length).toBeLessThanOrEqual(4);
  },
);
