// No program in an arena reads or writes a byte outside of its slot. `npm run fuzz` tries as many as one likes.

import { describe, expect, it } from "vitest";

import { MODULES, SEED, seeds, timeLimit } from "../../support/fuzz-settings.ts";
import { noCounts, runIsolated } from "../../support/isolation/run-isolated.ts";

describe(`programs in slots (GASWORKS_SEED=${SEED})`, () => {
  it(
    "neither see nor change what is around them",
    async () => {
      const counts = noCounts();
      const isEnough =
        MODULES > 0 ? (): boolean => counts.programs + counts.accesses + counts.damaged >= MODULES : undefined;
      for (const seed of seeds(10, 100, isEnough)) await runIsolated(seed, counts);
      console.log(
        `${counts.programs} generated programs, ${counts.accesses} more that only use their memory, and ${counts.damaged} ` +
          `damaged ones (${counts.refused} more refused), ` +
          `${counts.outOfBounds} stopped at an address; ${counts.slices} slices, ${counts.moves} moves`,
      );
      expect(counts.outOfBounds).toBeGreaterThan(counts.accesses / 10);
      expect(counts.outOfBounds).toBeLessThan(counts.accesses * 0.9);
      expect(counts.moves).toBeGreaterThan(counts.programs);
      expect(counts.damaged).toBeGreaterThan(0);
    },
    timeLimit(10, MODULES),
  );
});
