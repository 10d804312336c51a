// Prepared programs with damaged bytes or instructions: see `byte-mutants.ts` and `slot-mutants.ts` for what is held. `npm run
// fuzz` takes as many as one likes.

import { describe, expect, it } from "vitest";

import { runByteMutants } from "../../support/faults/byte-mutants.ts";
import { runByteMutantsInSlots, runCodeMutantsInSlots } from "../../support/faults/slot-mutants.ts";
import { IS_LONG, SEED, timeLimit } from "../../support/fuzz-settings.ts";

const MINUTES = Number(process.env["GASWORKS_FUZZ_MINUTES"] ?? 0);
const COUNT = Number(process.env["GASWORKS_BYTE_MUTANTS"] ?? (IS_LONG ? Math.max(3_000, 1_000 * MINUTES) : 3_000));

describe(`damaged prepared programs; seed ${SEED}`, () => {
  it(
    `keep to their gas and to their own state where the verifier accepts them (${COUNT})`,
    { timeout: timeLimit(20, COUNT / 10) },
    async () => {
      const counts = await runByteMutants(SEED, COUNT);
      console.log(`Seed ${SEED}: ${JSON.stringify(counts)}`);
      expect(counts.tried).toBe(COUNT);
      expect(counts.rejected).toBeGreaterThan(COUNT / 2);
      expect(counts.run).toBeGreaterThan(0);
    },
  );

  it.each([
    ["bytes", runByteMutantsInSlots],
    ["instructions", runCodeMutantsInSlots],
  ] as const)(
    `neither see nor change what is around their slot where the verifier accepts them, with other %s (${COUNT})`,
    { timeout: timeLimit(20, COUNT / 10) },
    async (what, run) => {
      const counts = await run(SEED, COUNT);
      console.log(`Seed ${SEED}, in slots, other ${what}: ${JSON.stringify(counts)}`);
      expect(counts.tried).toBe(COUNT);
      expect(counts.rejected).toBeGreaterThan(COUNT / 2);
      expect(counts.run).toBeGreaterThan(0);
    },
  );
});
