// `npm run fuzz -- [--seed N] [--minutes M] [--modules K] [--saves S]`: the properties on generated programs, damaged
// modules, forged snapshots, damaged and forged saves and hostile arguments, for as long as one likes. With `--modules`, K
// programs are compared with the interpreter however long that takes, and the other properties run as long as `--minutes`
// says, by default as in `npm test`; with `--saves`, S damaged and S forged saves are read, and nothing else runs unless it is
// asked for. Without any, about a quarter of an hour. Ends at the first failure, which names the seed to replay, and prints
// counts.

import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const DEFAULT_MINUTES = 15;
/** Next to a number of programs: about as long as in `npm test`. */
const MINUTES_BESIDE_MODULES = 1.2;
const SAVES = "hostile/saves";
const TESTS = [
  "generated/same-end",
  "generated/paused-anywhere",
  "validation",
  "damaged-stacks",
  "hostile/snapshots",
  "hostile/host-functions",
  SAVES,
  "hostile/saved-worlds",
  "verifier/seeded-faults/pausing",
  "verifier/seeded-faults/slot",
  "verifier/byte-mutants",
  "isolation/slots",
];

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    minutes: { type: "string" },
    modules: { type: "string" },
    saves: { type: "string" },
  },
});
const modules = Number(values.modules ?? 0);
const saves = Number(values.saves ?? 0);
const isSavesOnly = saves > 0 && values.modules === undefined && values.minutes === undefined;
const minutes = Number(values.minutes ?? (modules > 0 ? MINUTES_BESIDE_MODULES : DEFAULT_MINUTES));
const seed = Number(values.seed ?? Date.now() % 2 ** 32);
const isSeed = Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32;
if (!(minutes > 0) || !isSeed || ![modules, saves].every((count) => Number.isInteger(count) && count >= 0)) {
  console.error(
    "Usage: npm run fuzz -- [--seed N] [--minutes M] [--modules K] [--saves S]: " +
      "N an unsigned 32-bit integer, M above 0, K and S counts",
  );
  process.exit(64);
}
console.log(
  modules > 0 || isSavesOnly
    ? `Fuzzing ${isSavesOnly ? `${saves} saves` : `${modules} programs`} from --seed ${seed}`
    : `Fuzzing for about ${minutes} minutes from --seed ${seed}`,
);
const tests = (isSavesOnly ? [SAVES] : TESTS).map((name) => `test/conformance/${name}.test.ts`);
const { status } = spawnSync(
  process.execPath,
  ["node_modules/vitest/vitest.mjs", "run", "--project", "conformance", "--no-file-parallelism", ...tests],
  {
    stdio: "inherit",
    env: {
      ...process.env,
      GASWORKS_SEED: String(seed),
      GASWORKS_FUZZ_MINUTES: String(isSavesOnly ? 0 : minutes),
      GASWORKS_FUZZ_MODULES: String(modules),
      GASWORKS_FUZZ_SAVES: String(saves),
    },
  },
);
process.exit(status ?? 1);
