// Faults that an instrumenter could have, put into prepared programs one at a time. The result is a valid module that the
// engine would run; the verifier rejects every one.

import { readFile } from "node:fs/promises";

import { beforeAll, describe, expect, it } from "vitest";

import { verifyModule } from "../../../dist/src/vm/verify/index.js";
import {
  copyOf,
  putTogether,
  takeApart,
  type Prepared,
  type PreparedCode,
} from "../../support/faults/prepared-code.ts";
import { prepareUnverified } from "../../support/faults/prepare-unverified.ts";
import { FAULTS } from "../../support/faults/seed-fault.ts";
import { EVERYTHING_WAT } from "../../support/everything-guest.ts";
import { programGuest, watGuest } from "../../support/guest.ts";
import { SEED } from "../../support/fuzz-settings.ts";
import { Random } from "../../support/random.ts";

const SOURCES = new URL("../../fixtures/guests/", import.meta.url);
const WANTED = 1_000;

describe(`the verifier and ${WANTED} seeded faults; seed ${SEED}`, () => {
  const programs: { readonly name: string; readonly prepared: Prepared; readonly code: PreparedCode }[] = [];
  const add = (name: string, bytes: Uint8Array): void => {
    const prepared = prepareUnverified(bytes);
    programs.push({ name, prepared, code: takeApart(prepared) });
  };

  beforeAll(async () => {
    for (const name of ["everything", "queens", "lz", "ray"]) {
      const source = await readFile(new URL(`${name}.c`, SOURCES), "utf8");
      add(name, await programGuest(source, { optimization: "-O2" }));
    }
    add("every kind of state", await watGuest(EVERYTHING_WAT));
  }, 120_000);

  it("accepts the programs as they are", () => {
    for (const { name, prepared, code } of programs) {
      const again = putTogether(code, prepared);
      expect(Buffer.compare(again.bytes, prepared.bytes), name).toBe(0);
      expect(verifyModule(again.bytes, again.state, again.claims), name).toBeUndefined();
    }
  });

  it("rejects every one", { timeout: 120_000 }, () => {
    const names = Object.keys(FAULTS);
    const rejected = new Map(names.map((name) => [name, 0]));
    const accepted: string[] = [];
    let done = 0;
    for (let at = 0; done < WANTED && at < 20 * WANTED; at++) {
      const random = new Random(SEED + at);
      const name = names[at % names.length] as string;
      const { name: program, prepared, code } = random.pick(programs);
      const parts = copyOf(code);
      if (!(FAULTS[name] as (typeof FAULTS)[string])(parts, random)) continue;
      const mutant = putTogether(parts, prepared);
      if (!WebAssembly.validate(Uint8Array.from(mutant.bytes))) continue;
      done++;
      if (verifyModule(mutant.bytes, mutant.state, mutant.claims) === undefined) {
        accepted.push(`${name}, in ${program}, seed ${SEED + at}`);
      } else rejected.set(name, (rejected.get(name) ?? 0) + 1);
    }
    expect(accepted).toEqual([]);
    expect(done).toBe(WANTED);
    // No kind of fault is there for show.
    expect([...rejected].filter(([, count]) => count === 0)).toEqual([]);
  });
});
