// Proposals that we do not take: each is refused by its name, at its offset, with what avoids it.

import { prepareModule } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { HEADER } from "../../support/hostile/raw-module.ts";
import { REFUSED_PROPOSALS } from "../../support/hostile/refused-proposals.ts";

describe("a proposal that is not taken", () => {
  it.each(REFUSED_PROPOSALS)("%s is refused by name, with what avoids it", async (_what, sections, message) => {
    await expect(prepareModule(Uint8Array.from([...HEADER, ...sections]), {})).rejects.toMatchObject({
      code: "vm/module-unsupported",
      offset: expect.any(Number) as number,
      message: expect.stringMatching(message) as string,
    });
  });
});
