import { expect, it } from "vitest";

import { assembleWat } from "../support/assemble-wat.ts";
import { engineFacts, EXPECTED_FACTS } from "../support/engine-facts.ts";
import { DEEP_WAT, EVERYTHING_WAT } from "../support/everything-guest.ts";

it("reaches the same states, with the same gas and stack depth, as every other engine (here: Chromium)", async () => {
  expect(await engineFacts(await assembleWat(EVERYTHING_WAT), await assembleWat(DEEP_WAT))).toEqual(EXPECTED_FACTS);
});
