// `npm run fuzz -- [--seed N] [--minutes M]`: the properties on generated programs, for as long as one likes. Without
// `--minutes` until about 10,000 programs have run. Ends at the first failure, which names the seed to replay.

import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

/** Enough for 10,000 programs on two cores. */
const DEFAULT_MINUTES = 15;
const TESTS = ["test/conformance/generated.test.ts", "test/conformance/validation.test.ts"];

const { values } = parseArgs({ options: { seed: { type: "string" }, minutes: { type: "string" } } });
const minutes = Number(values.minutes ?? DEFAULT_MINUTES);
const seed = Number(values.seed ?? Date.now() % 2 ** 32);
if (!(minutes > 0) || !Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
  console.error("Usage: npm run fuzz -- [--seed N] [--minutes M], N an unsigned 32-bit integer and M above 0");
  process.exit(64);
}
console.log(`Fuzzing for about ${minutes} minutes from --seed ${seed}`);
const { status } = spawnSync(
  process.execPath,
  ["node_modules/vitest/vitest.mjs", "run", "--project", "conformance", "--no-file-parallelism", ...TESTS],
  {
    stdio: "inherit",
    env: { ...process.env, GASWORKS_SEED: String(seed), GASWORKS_FUZZ_MINUTES: String(minutes) },
  },
);
process.exit(status ?? 1);
