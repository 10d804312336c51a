// Small programs that once showed a fault, each in a file of `test/fuzz/cases`: they end as the interpreter says, with its
// gas, in slices of any size, carried from Vm to Vm.

import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { watGuest } from "../support/guest.ts";
import { BACKENDS } from "../support/both-backends.ts";
import {
  endingOf,
  ONE_SLICE,
  prepareGenerated,
  runInterpreted,
  runSliced,
  type Cut,
} from "../support/run-generated.ts";

const CASES = new URL("../fuzz/cases/", import.meta.url);
const CUTS: Readonly<Record<string, Cut>> = {
  "one slice": ONE_SLICE,
  "slices of 1": { slice: () => 1, move: () => undefined },
  "slices of 3, moved at each pause": { slice: () => 3, move: () => (snapshot) => snapshot },
  "slices of 100": { slice: () => 100, move: () => undefined },
};

describe.each(readdirSync(CASES))("%s", (file) => {
  it.each(Object.keys(CUTS))("ends as the interpreter says, in %s", async (name) => {
    const bytes = await watGuest(readFileSync(new URL(file, CASES), "utf8"));
    const run = runInterpreted(bytes, "main", 1_000_000);
    const both = await prepareGenerated(bytes);
    for (const backend of BACKENDS) {
      const ending = runSliced(both[backend], "main", { ...(CUTS[name] as Cut), moveTo: [both.arena, both.own] });
      expect(ending, backend).toMatchObject(endingOf(run));
    }
    expect(run.kind).toBe("exited");
  });
});
