// Saves that are made while their computers come, on the page's own thread. The worker is tested in a real browser.

import { describe, expect, it } from "vitest";

import {
  createBackgroundEncoder,
  encodeSave,
  type BackgroundEncoder,
  type SavedProgram,
  type SaveGame,
} from "gasworks/persistence";

import { crowdSave } from "../../support/crowd-save.ts";
import { sameBytes } from "../../support/same-bytes.ts";
import { sampleSave } from "../../support/sample-save.ts";

/** Encodes a save whose programs are there with the first computers that run them, as when a world is captured. */
async function encodeWhileTheyCome(encoder: BackgroundEncoder, save: SaveGame): Promise<Uint8Array> {
  const { computers, programs, ...rest } = save;
  const soFar = new Map<string, SavedProgram>();
  const making = encoder.begin({ [Symbol.iterator]: () => soFar.values() });
  for (const computer of computers) {
    const program = programs.find(({ hash }) => hash === computer.programHash);
    if (program !== undefined) soFar.set(program.hash, program);
    making.add(computer);
  }
  return await making.finish({ ...rest, programs });
}

describe("createBackgroundEncoder()", () => {
  it("makes the bytes that are made in one go, save after save", async () => {
    using encoder = createBackgroundEncoder();
    for (const save of [crowdSave(50), crowdSave(50), crowdSave(64, 2), sampleSave(), crowdSave(3)]) {
      expect(sameBytes(await encodeWhileTheyCome(encoder, save), encodeSave(save))).toBe(true);
    }
  });

  it("makes them also of computers that come in another order, twice the same, or before their programs", async () => {
    using encoder = createBackgroundEncoder();
    const save = crowdSave(50);
    const expected = encodeSave(save);
    const backwards = { ...save, computers: save.computers.toReversed() };
    expect(sameBytes(await encodeWhileTheyCome(encoder, backwards), expected)).toBe(true);
    const { computers, ...rest } = save;
    const late = encoder.begin([]);
    for (const computer of computers) late.add(computer);
    expect(sameBytes(await late.finish(rest), expected)).toBe(true);
    const twice = { ...save, computers: save.computers.flatMap((computer) => [computer, computer]) };
    await expect(encodeWhileTheyCome(encoder, twice)).rejects.toThrow(TypeError);
  });

  it("takes a program as it is at the end, whatever was there before", async () => {
    using encoder = createBackgroundEncoder();
    const { computers, programs, ...rest } = crowdSave(20);
    const early = programs.map((program) => ({ ...program, sources: { "main.c": "// an older text" } }));
    const making = encoder.begin(early);
    for (const computer of computers) making.add(computer);
    const made = await making.finish({ ...rest, programs });
    expect(sameBytes(made, encodeSave({ ...rest, computers, programs }))).toBe(true);
  });

  it("refuses a program that has another hash than it claims", async () => {
    using encoder = createBackgroundEncoder();
    const save = crowdSave(20);
    const programs = save.programs.map((program) => ({ ...program, wasm: program.wasm.toReversed() }));
    await expect(encodeWhileTheyCome(encoder, { ...save, programs })).rejects.toThrow(TypeError);
    // Known when the computers came, and another one at the end.
    const making = encoder.begin(save.programs);
    for (const computer of save.computers) making.add(computer);
    await expect(making.finish({ ...save, programs })).rejects.toThrow(TypeError);
  });
});
