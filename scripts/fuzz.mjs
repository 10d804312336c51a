// `npm run fuzz -- [--seed N] [--minutes M] [--modules K]`: the properties on generated programs, damaged modules,
// forged snapshots and hostile arguments, for as long as one likes. With `--modules`, K programs are compared with the interpreter however long that takes, and the other properties run as
// long as `--minutes` says, by default as in `npm test`. Without either, about a quarter of an hour. Ends at the first
// failure, which names the seed to replay, and prints counts.

import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const DEFAULT_MINUTES = 15;
/** Next to a number of programs: about as long as in `npm test`. */
const MINUTES_BESIDE_MODULES = 1.2;
const TESTS = [
  "generated",
  "validation",
  "damaged-stacks",
  "hostile/snapshots",
  "hostile/host-functions",
  "verifier/seeded-faults",
  "verifier/byte-mutants",
  "isolation/slots",
].map((name) => `test/conformance/${name}.test.ts`);

const { values } = parseArgs({
  options: { seed: { type: "string" }, minutes: { type: "string" }, modules: { type: "string" } },
});
const modules = Number(values.modules ?? 0);
const minutes = Number(values.minutes ?? (modules > 0 ? MINUTES_BESIDE_MODULES : DEFAULT_MINUTES));
const seed = Number(values.seed ?? Date.now() % 2 ** 32);
const isSeed = Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32;
if (!(minutes > 0) || !isSeed || !Number.isInteger(modules) || modules < 0) {
  console.error(
    "Usage: npm run fuzz -- [--seed N] [--minutes M] [--modules K]: " +
      "N an unsigned 32-bit integer, M above 0, K a count of programs",
  );
  process.exit(64);
}
console.log(
  modules > 0
    ? `Fuzzing ${modules} programs from --seed ${seed}`
    : `Fuzzing for about ${minutes} minutes from --seed ${seed}`,
);
const { status } = spawnSync(
  process.execPath,
  ["node_modules/vitest/vitest.mjs", "run", "--project", "conformance", "--no-file-parallelism", ...TESTS],
  {
    stdio: "inherit",
    env: {
      ...process.env,
      GASWORKS_SEED: String(seed),
      GASWORKS_FUZZ_MINUTES: String(minutes),
      GASWORKS_FUZZ_MODULES: String(modules),
    },
  },
);
process.exit(status ?? 1);
