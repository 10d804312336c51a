// Faults about the slot that a program has in the arena: the verifier rejects every one.

import { expect, it } from "vitest";

import { SEED } from "../../../support/fuzz-settings.ts";
import { compileGuests, programsOf, seedFaults, WANTED } from "../../../support/faults/seed-faults.ts";
import { SLOT_FAULTS } from "../../../support/faults/seed-slot-fault.ts";

it(
  `the verifier rejects every one of ${WANTED} faults about the slot; seed ${SEED}`,
  { timeout: 240_000 },
  async () => {
    const { rejected, accepted } = seedFaults(programsOf(await compileGuests(), "arena"), SLOT_FAULTS);
    console.log(`Seed ${SEED}: ${WANTED} faults of ${rejected.size} kinds`);
    expect(accepted).toEqual([]);
    // No kind of fault is there for show.
    expect([...rejected].filter(([, count]) => count === 0)).toEqual([]);
  },
);
