// What every engine must do alike, in a stock Firefox: a page of it and a worker. Without one the tests are skipped; in CI
// they fail.

import { readFile } from "node:fs/promises";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { assembleAll, assembleWat } from "../support/assemble-wat.ts";
import { EXPECTED_FACTS } from "../support/engine-facts.ts";
import { DEEP_WAT, EVERYTHING_WAT } from "../support/everything-guest.ts";
import { programGuest } from "../support/guest.ts";
import { EXPECTED_STACK_FACTS } from "../support/stack-facts.ts";
import { STACK_SHAPES } from "../support/stack-guests.ts";
import { STATE_PROGRAMS, type StateFacts } from "../support/state-facts.ts";
import { EXPECTED_TRAPS, TRAP_GUESTS } from "../support/trap-guests.ts";
import { Firefox, whyNoFirefox } from "./firefox.ts";

const missing = whyNoFirefox();
const expectedStates = JSON.parse(
  await readFile(new URL("../fixtures/state-facts.json", import.meta.url), "utf8"),
) as Record<string, StateFacts>;

describe.for(["page", "worker"] as const)("a %s of Firefox", (thread) => {
  let firefox: Firefox | undefined;

  beforeAll(async () => {
    if (missing === undefined) firefox = await Firefox.open();
  });

  afterAll(async () => firefox?.[Symbol.asyncDispose]());

  it("reaches the same states, with the same gas and stack depth, as every other engine", async ({ skip }) => {
    if (firefox === undefined) return skip(missing);
    const input = { everything: await assembleWat(EVERYTHING_WAT), deep: await assembleWat(DEEP_WAT) };
    expect(await firefox.do("engineFacts", input, thread)).toEqual(EXPECTED_FACTS);
  });

  it("gives every trap its code", async ({ skip }) => {
    if (firefox === undefined) return skip(missing);
    expect(await firefox.do("trapFacts", await assembleAll(TRAP_GUESTS), thread)).toEqual(EXPECTED_TRAPS);
  });

  it.for(Object.entries(STATE_PROGRAMS))(
    "takes %s, compiled with %s, through the states of every other engine",
    async ([name, optimization], { skip }) => {
      if (firefox === undefined) return skip(missing);
      const source = await readFile(new URL(`../fixtures/guests/${name}.c`, import.meta.url), "utf8");
      expect(await firefox.do("stateFacts", await programGuest(source, { optimization }), thread)).toEqual(
        expectedStates[name],
      );
    },
  );

  it("ends calls that go too deep where every engine does", async ({ skip }) => {
    if (firefox === undefined) return skip(missing);
    expect(await firefox.do("stackFacts", await assembleAll(STACK_SHAPES), thread)).toEqual(EXPECTED_STACK_FACTS);
  });
});
