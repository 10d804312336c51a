// `npm run soak -- [--browser K] [--process N] [--seed S]`: kills a Chromium K times (500) and a process N times (2,000) in
// the middle of saves, at random points, and looks each time what is left. About an hour. The seed is printed.

import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    browser: { type: "string", default: "500" },
    process: { type: "string", default: "2000" },
    seed: { type: "string" },
  },
});
const [browserKills, processKills] = [Number(values.browser), Number(values.process)];
const seed = Number(values.seed ?? Date.now() % 2 ** 32);
const counts = [browserKills, processKills, seed];
if (!counts.every((count) => Number.isInteger(count) && count >= 0 && count < 2 ** 32)) {
  console.error("Usage: npm run soak -- [--browser K] [--process N] [--seed S]: counts of kills, an unsigned integer");
  process.exit(64);
}
const tests = [
  ...(browserKills > 0 ? ["test/e2e/killed-browser.test.ts"] : []),
  ...(processKills > 0 ? ["test/e2e/killed-process.test.ts"] : []),
];
console.log(`Killing Chromium ${browserKills} times and a process ${processKills} times, --seed ${seed}`);
const { status } = spawnSync(
  process.execPath,
  ["node_modules/vitest/vitest.mjs", "run", "--project", "e2e", ...tests],
  {
    stdio: "inherit",
    env: {
      ...process.env,
      GASWORKS_SEED: String(seed),
      GASWORKS_BROWSER_KILLS: String(browserKills),
      GASWORKS_PROCESS_KILLS: String(processKills),
    },
  },
);
process.exit(status ?? 1);
