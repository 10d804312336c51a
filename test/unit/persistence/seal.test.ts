import { afterEach, describe, expect, it, vi } from "vitest";

import { encodeSave, openSealedSave, sealSave } from "gasworks/persistence";

import { describeSeal } from "../../contract/save-seal.ts";
import { sampleSave } from "../../support/sample-save.ts";

describeSeal("in Node");

describe("sealSave() and openSealedSave() without WebCrypto", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it.each([
    ["in a page that came over plain HTTP", {}],
    ["where there is no crypto at all", undefined],
  ])("say so %s", async (_, crypto) => {
    const key = new Uint8Array(32);
    const sealed = await sealSave(encodeSave(sampleSave()), key, { generation: 1 });
    vi.stubGlobal("crypto", crypto);
    const refusal = expect.objectContaining({ code: "save/no-crypto" });
    await expect(sealSave(encodeSave(sampleSave()), key, { generation: 1 })).rejects.toEqual(refusal);
    await expect(openSealedSave(sealed, key)).rejects.toEqual(refusal);
  });
});
