// Faults that an instrumenter could have, put into prepared programs one at a time. The result is a valid module that the
// engine would run; the verifier rejects every one.

import { readFile } from "node:fs/promises";

import { beforeAll, describe, expect, it } from "vitest";

import { verifyModule } from "../../../dist/src/vm/verify/index.js";
import type { Fault } from "../../support/faults/fault-places.ts";
import {
  copyOf,
  putTogether,
  takeApart,
  type Prepared,
  type PreparedCode,
} from "../../support/faults/prepared-code.ts";
import { prepareUnverified } from "../../support/faults/prepare-unverified.ts";
import { FAULTS } from "../../support/faults/seed-fault.ts";
import { SLOT_FAULTS } from "../../support/faults/seed-slot-fault.ts";
import { SLOT_WAT } from "../../support/faults/slot-guest.ts";
import { EVERYTHING_WAT } from "../../support/everything-guest.ts";
import { programGuest, watGuest } from "../../support/guest.ts";
import { SEED } from "../../support/fuzz-settings.ts";
import { Random } from "../../support/random.ts";

const SOURCES = new URL("../../fixtures/guests/", import.meta.url);
const WANTED = Number(process.env["GASWORKS_SEEDED_FAULTS"] ?? 1_000);

interface Program {
  readonly name: string;
  readonly prepared: Prepared;
  readonly code: PreparedCode;
}

const guests = new Map<string, Uint8Array>();

beforeAll(async () => {
  for (const name of ["everything", "queens", "lz", "ray"]) {
    const source = await readFile(new URL(`${name}.c`, SOURCES), "utf8");
    guests.set(name, await programGuest(source, { optimization: "-O2" }));
  }
  guests.set("every kind of state", await watGuest(EVERYTHING_WAT));
  guests.set("every kind of access", await watGuest(SLOT_WAT));
}, 120_000);

function programs(memory: "own" | "arena"): Program[] {
  return [...guests].map(([name, bytes]) => {
    const prepared = prepareUnverified(bytes, { wasi: true }, memory);
    return { name, prepared, code: takeApart(prepared) };
  });
}

/** How many faults of each kind are rejected; and those that are not. */
interface Outcome {
  readonly rejected: ReadonlyMap<string, number>;
  readonly accepted: readonly string[];
}

function seedFaults(found: readonly Program[], faults: Readonly<Record<string, Fault>>): Outcome {
  const names = Object.keys(faults);
  const rejected = new Map(names.map((name) => [name, 0]));
  const accepted: string[] = [];
  let done = 0;
  for (let at = 0; done < WANTED && at < 40 * WANTED; at++) {
    const random = new Random(SEED + at);
    const name = names[at % names.length] as string;
    const { name: program, prepared, code } = random.pick(found);
    const parts = copyOf(code);
    if (!(faults[name] as Fault)(parts, random)) continue;
    const mutant = putTogether(parts, prepared);
    if (!WebAssembly.validate(Uint8Array.from(mutant.bytes))) continue;
    done++;
    if (verifyModule(mutant.bytes, mutant.state, mutant.claims) === undefined) {
      accepted.push(`${name}, in ${program}, seed ${SEED + at}`);
    } else rejected.set(name, (rejected.get(name) ?? 0) + 1);
  }
  expect(done).toBe(WANTED);
  return { rejected, accepted };
}

describe.each(["own", "arena"] as const)(`the verifier and seeded faults; memory: %s; seed ${SEED}`, (memory) => {
  it("accepts the programs as they are", () => {
    for (const { name, prepared, code } of programs(memory)) {
      const again = putTogether(code, prepared);
      expect(Buffer.compare(again.bytes, prepared.bytes), name).toBe(0);
      expect(verifyModule(again.bytes, again.state, again.claims), name).toBeUndefined();
    }
  });

  const kinds = memory === "own" ? { pausing: FAULTS } : { pausing: FAULTS, "the slot": SLOT_FAULTS };
  it.each(Object.entries(kinds))(`rejects every one of ${WANTED} about %s`, { timeout: 240_000 }, (what, faults) => {
    const { rejected, accepted } = seedFaults(programs(memory), faults);
    console.log(`Seed ${SEED}, ${memory}, ${what}: ${WANTED} faults of ${rejected.size} kinds`);
    expect(accepted).toEqual([]);
    // No kind of fault is there for show.
    expect([...rejected].filter(([, count]) => count === 0)).toEqual([]);
  });
});
