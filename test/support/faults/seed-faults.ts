// Faults that an instrumenter could have, put into prepared programs one at a time. The result is a valid module that the
// engine would run; the verifier rejects every one.

import { readFile } from "node:fs/promises";

import { expect } from "vitest";

import { verifyModule } from "../../../dist/src/vm/verify/index.js";
import type { Fault } from "./fault-places.ts";
import { copyOf, putTogether, takeApart, type Prepared, type PreparedCode } from "./prepared-code.ts";
import { prepareUnverified } from "./prepare-unverified.ts";
import { SLOT_WAT } from "./slot-guest.ts";
import { EVERYTHING_WAT } from "../everything-guest.ts";
import { programGuest, watGuest } from "../guest.ts";
import { SEED } from "../fuzz-settings.ts";
import { Random } from "../random.ts";

const SOURCES = new URL("../../fixtures/guests/", import.meta.url);
/** Of each table of faults, in each kind of memory. */
export const WANTED = Number(process.env["GASWORKS_SEEDED_FAULTS"] ?? 1_000);

export interface Program {
  readonly name: string;
  readonly prepared: Prepared;
  readonly code: PreparedCode;
}

/** The programs as they are compiled, by name. */
export type Guests = ReadonlyMap<string, Uint8Array>;

export async function compileGuests(): Promise<Guests> {
  const guests = new Map<string, Uint8Array>();
  for (const name of ["everything", "queens", "lz", "ray"]) {
    const source = await readFile(new URL(`${name}.c`, SOURCES), "utf8");
    guests.set(name, await programGuest(source, { optimization: "-O2" }));
  }
  guests.set("every kind of state", await watGuest(EVERYTHING_WAT));
  guests.set("every kind of access", await watGuest(SLOT_WAT));
  return guests;
}

export function programsOf(guests: Guests, memory: "own" | "arena"): Program[] {
  return [...guests].map(([name, bytes]) => {
    const prepared = prepareUnverified(bytes, { wasi: true }, memory);
    return { name, prepared, code: takeApart(prepared) };
  });
}

/** How many faults of each kind are rejected; and those that are not. */
export interface Outcome {
  readonly rejected: ReadonlyMap<string, number>;
  readonly accepted: readonly string[];
}

export function seedFaults(found: readonly Program[], faults: Readonly<Record<string, Fault>>): Outcome {
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
