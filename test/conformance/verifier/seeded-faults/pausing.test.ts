// Faults about gas, pausing and frames: the verifier rejects every one.

import { beforeAll, describe, expect, it } from "vitest";

import { verifyModule } from "../../../../dist/src/vm/verify/index.js";
import { SEED } from "../../../support/fuzz-settings.ts";
import { putTogether } from "../../../support/faults/prepared-code.ts";
import { FAULTS } from "../../../support/faults/seed-fault.ts";
import { compileGuests, programsOf, seedFaults, WANTED, type Guests } from "../../../support/faults/seed-faults.ts";

let guests: Guests;

beforeAll(async () => {
  guests = await compileGuests();
}, 120_000);

describe.each(["own", "arena"] as const)(`the verifier and faults of pausing; memory: %s; seed ${SEED}`, (memory) => {
  it("accepts the programs as they are", () => {
    for (const { name, prepared, code } of programsOf(guests, memory)) {
      const again = putTogether(code, prepared);
      expect(Buffer.compare(again.bytes, prepared.bytes), name).toBe(0);
      expect(verifyModule(again.bytes, again.state, again.claims), name).toBeUndefined();
    }
  });

  it(`rejects every one of ${WANTED}`, { timeout: 240_000 }, () => {
    const { rejected, accepted } = seedFaults(programsOf(guests, memory), FAULTS);
    console.log(`Seed ${SEED}, ${memory}: ${WANTED} faults of ${rejected.size} kinds`);
    expect(accepted).toEqual([]);
    // No kind of fault is there for show.
    expect([...rejected].filter(([, count]) => count === 0)).toEqual([]);
  });
});
