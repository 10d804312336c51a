import { expect, it } from "vitest";
import wabt from "wabt";

import { engineFacts, EXPECTED_FACTS } from "../support/engine-facts.ts";
import { DEEP_WAT, EVERYTHING_WAT } from "../support/everything-guest.ts";

it("reaches the same states, with the same gas and stack depth, as every other engine (here: Chromium)", async () => {
  const tools = await wabt();
  const assemble = (text: string): Uint8Array =>
    new Uint8Array(tools.parseWat("guest.wat", text, { sat_float_to_int: true }).toBinary({}).buffer);
  expect(await engineFacts(assemble(EVERYTHING_WAT), assemble(DEEP_WAT))).toEqual(EXPECTED_FACTS);
});
