import { expect, it } from "vitest";

import { assembleAll } from "../support/assemble-wat.ts";
import { doJobInWorker } from "../support/job-worker.ts";
import { EXPECTED_STACK_FACTS, stackFacts } from "../support/stack-facts.ts";
import { STACK_SHAPES } from "../support/stack-guests.ts";
import { trapFacts } from "../support/trap-facts.ts";
import { EXPECTED_TRAPS, TRAP_GUESTS } from "../support/trap-guests.ts";

it("gives every trap its code (here: Chromium)", async () => {
  const guests = await assembleAll(TRAP_GUESTS);
  expect(await trapFacts(guests)).toEqual(EXPECTED_TRAPS);
  expect(await doJobInWorker("trapFacts", guests)).toEqual(EXPECTED_TRAPS);
});

it("ends calls that go too deep where every engine does (here: a page of Chromium)", async () => {
  expect(await stackFacts(await assembleAll(STACK_SHAPES))).toEqual(EXPECTED_STACK_FACTS);
});

it("ends calls that go too deep where every engine does (here: a worker of Chromium, with half the stack)", async () => {
  expect(await doJobInWorker("stackFacts", await assembleAll(STACK_SHAPES))).toEqual(EXPECTED_STACK_FACTS);
});
