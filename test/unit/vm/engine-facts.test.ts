import { expect, it } from "vitest";

import { engineFacts, EXPECTED_FACTS } from "../../support/engine-facts.ts";
import { DEEP_WAT, EVERYTHING_WAT } from "../../support/everything-guest.ts";
import { watGuest } from "../../support/guest.ts";

it("reaches the same states, with the same gas and stack depth, as every other engine (here: Node)", async () => {
  expect(await engineFacts(await watGuest(EVERYTHING_WAT), await watGuest(DEEP_WAT))).toEqual(EXPECTED_FACTS);
});
