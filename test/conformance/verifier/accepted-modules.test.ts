// The verifier accepts whatever the instrumenter writes, for a memory of its own and for an arena: real programs, the
// benchmark's, generated ones, small ones that once showed a fault.

import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

import type { ImportPolicy } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { compileKernel, KERNELS } from "../../../bench/kernels.ts";
import { PREPARE_POLICY } from "../../../bench/prepare-policy.ts";
import { DEFAULT_EMISSION, type EmissionOptions } from "../../../dist/src/vm/prepare/instrument-module.js";
import { verifyModule } from "../../../dist/src/vm/verify/index.js";
import { EVERYTHING_WAT } from "../../support/everything-guest.ts";
import { prepareUnverified } from "../../support/faults/prepare-unverified.ts";
import { SLOT_WAT } from "../../support/faults/slot-guest.ts";
import { SEED, seeds, timeLimit } from "../../support/fuzz-settings.ts";
import { generateModule } from "../../support/generate-module.ts";
import { programGuest, watGuest } from "../../support/guest.ts";
import { generateAccesses } from "../../support/isolation/generate-accesses.ts";
import { Random } from "../../support/random.ts";
import { GENERATED_POLICY } from "../../support/run-generated.ts";

const SOURCES = new URL("../../fixtures/guests/", import.meta.url);
const CASES = new URL("../../fuzz/cases/", import.meta.url);
const LEAST = 50;
/** Also with no form of their own for rebuilding frames, and with one for all functions and many rounds written out. */
const EMISSIONS: readonly EmissionOptions[] = [
  DEFAULT_EMISSION,
  { cloneBoundBytes: 0, copyShare: 0.4 },
  { cloneBoundBytes: 100_000, copyShare: 2 },
];

describe.each(["own", "arena"] as const)("the verifier and memory: %s", (memory) => {
  const finding = (
    bytes: Uint8Array,
    policy: ImportPolicy = { wasi: true, setjmp: true },
    emission: EmissionOptions = DEFAULT_EMISSION,
  ): unknown => {
    const prepared = prepareUnverified(bytes, policy, memory, emission);
    return verifyModule(prepared.bytes, prepared.state, prepared.claims);
  };

  it.each(readdirSync(SOURCES))("accepts %s", { timeout: 60_000 }, async (file) => {
    const source = await readFile(new URL(file, SOURCES), "utf8");
    for (const optimization of ["-O0", "-O2"] as const) {
      expect(finding(await programGuest(source, { optimization }))).toBeUndefined();
    }
  });

  it.each(KERNELS)("accepts the benchmark's %s", { timeout: 60_000 }, async (kernel) => {
    for (const cpu of ["lime1", "mvp"] as const) {
      expect(finding(await compileKernel(kernel, cpu), PREPARE_POLICY)).toBeUndefined();
    }
  });

  it.each(readdirSync(CASES))("accepts %s", async (file) => {
    const bytes = await watGuest(readFileSync(new URL(file, CASES), "utf8"));
    expect(finding(bytes, GENERATED_POLICY)).toBeUndefined();
  });

  it("accepts every kind of state, and of access", async () => {
    for (const text of [EVERYTHING_WAT, SLOT_WAT]) expect(finding(await watGuest(text))).toBeUndefined();
  });

  it(`accepts generated programs; seed ${SEED}`, { timeout: timeLimit(20) }, () => {
    for (const seed of seeds(5, LEAST)) {
      for (const bytes of [generateModule(seed).bytes, generateAccesses(new Random(seed))]) {
        for (const emission of EMISSIONS) {
          const who = `seed ${seed}, ${JSON.stringify(emission)}`;
          expect(finding(bytes, GENERATED_POLICY, emission), who).toBeUndefined();
        }
      }
    }
  });
});
