// Traps are values, the same on every engine: `test/browser` and `test/firefox` hold Chromium and Firefox to the same facts.

import { expect, it } from "vitest";

import { assembleAll } from "../../support/assemble-wat.ts";
import { EXPECTED_STACK_FACTS, stackFacts } from "../../support/stack-facts.ts";
import { STACK_SHAPES } from "../../support/stack-guests.ts";
import { trapFacts } from "../../support/trap-facts.ts";
import { EXPECTED_TRAPS, TRAP_GUESTS } from "../../support/trap-guests.ts";

it("gives every trap its code (here: Node)", async () => {
  expect(await trapFacts(await assembleAll(TRAP_GUESTS))).toEqual(EXPECTED_TRAPS);
});

it.each([0, 3_000])(
  "ends calls that go too deep where every engine does (here: Node, %d frames deep itself)",
  async (under) => {
    expect(await stackFacts(await assembleAll(STACK_SHAPES), under)).toEqual(EXPECTED_STACK_FACTS);
  },
);
