import { expect, it } from "vitest";

import { SHIPPED_DEVICES } from "../../../support/shipped-devices.ts";
import { testContracts, testedTypes } from "./contract-tests.ts";

it("all shipped devices keep the contract", () => {
  expect(SHIPPED_DEVICES.map(({ type }) => type).toSorted()).toEqual(testedTypes().toSorted());
});

await testContracts("parts");
