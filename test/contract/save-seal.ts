// What seals promise, wherever there is WebCrypto. Called by tests in Node and in the browser.

import { describe, expect, it } from "vitest";

import { canonicalSave, decodeSave, encodeSave, openSealedSave, sealSave } from "gasworks/persistence";

const KEY: Uint8Array<ArrayBuffer> = Uint8Array.from({ length: 32 }, (_, i) => i);
const OTHER_KEY = KEY.with(31, 0);

const save = encodeSave({
  meta: { name: "Ranked", tick: 5, savedAt: "2026-01-02T03:04:05.000Z" },
  world: { credits: 10, text: "x".repeat(200) },
  programs: [],
  computers: [{ id: "c", programHash: null, snapshot: null, state: 1 }],
});

const refused = (code: string): unknown => expect.objectContaining({ code: `save/${code}` });

export function describeSeal(where: string): void {
  describe(`a sealed save ${where}`, () => {
    it("opens with its key, and is the save that was sealed", async () => {
      const sealed = await sealSave(save, KEY, { generation: 7 });
      expect(await openSealedSave(sealed, KEY)).toEqual({ bytes: save, generation: 7 });
      expect(await openSealedSave(sealed, KEY, { atLeastGeneration: 7 })).toEqual({ bytes: save, generation: 7 });
    });

    it("opens with a key of WebCrypto", async () => {
      const algorithm = { name: "HMAC", hash: "SHA-256" };
      const key = await crypto.subtle.importKey("raw", KEY, algorithm, false, ["sign", "verify"]);
      const sealed = await sealSave(save, key, { generation: 0 });
      expect((await openSealedSave(sealed, key)).generation).toBe(0);
    });

    it("is a save like any other to who has no key", async () => {
      const sealed = await sealSave(save, KEY, { generation: 7 });
      expect(decodeSave(sealed)).toEqual(decodeSave(save));
      expect(canonicalSave(sealed)).toEqual(canonicalSave(save));
    });

    it("can be sealed again, as a later generation", async () => {
      const first = await sealSave(save, KEY, { generation: 7 });
      const second = await sealSave(first, OTHER_KEY, { generation: Number.MAX_SAFE_INTEGER });
      expect(await openSealedSave(second, OTHER_KEY)).toEqual({ bytes: save, generation: Number.MAX_SAFE_INTEGER });
    });

    it("is refused when any byte of it was changed", async () => {
      const sealed = await sealSave(save, KEY, { generation: 7 });
      for (let at = 0; at < sealed.length; at++) {
        await expect(openSealedSave(sealed.with(at, (sealed[at] as number) ^ 1), KEY)).rejects.toThrow(
          expect.objectContaining({ name: "SaveError" }),
        );
      }
      for (const at of [sealed.length - 1, sealed.length - 33, sealed.length - 40]) {
        const changed = sealed.with(at, (sealed[at] as number) ^ 1);
        await expect(openSealedSave(changed, KEY)).rejects.toEqual(refused("seal-broken"));
      }
    });

    it("is refused when its content was changed and its checksums put right", async () => {
      const sealed = await sealSave(save, KEY, { generation: 7 });
      const richer = encodeSave({ ...decodeSave(save), world: { credits: 99, text: "x".repeat(200) } });
      const forged = await sealSave(richer, OTHER_KEY, { generation: 7 });
      await expect(openSealedSave(forged, KEY)).rejects.toEqual(refused("seal-broken"));
      forged.set(sealed.subarray(-32), forged.length - 32);
      await expect(openSealedSave(forged, KEY)).rejects.toEqual(refused("seal-broken"));
    });

    it("is refused without its seal, and as an older generation than one knows of", async () => {
      await expect(openSealedSave(save, KEY)).rejects.toEqual(refused("not-sealed"));
      const sealed = await sealSave(save, KEY, { generation: 7 });
      await expect(openSealedSave(sealed, KEY, { atLeastGeneration: 8 })).rejects.toEqual(refused("rolled-back"));
    });

    it("is not made with keys that are too short, nor with generations that are none", async () => {
      await expect(sealSave(save, new Uint8Array(31), { generation: 1 })).rejects.toThrow(TypeError);
      for (const generation of [-1, 0.5, Number.NaN, 2 ** 53]) {
        await expect(sealSave(save, KEY, { generation })).rejects.toThrow(RangeError);
      }
    });
  });
}
