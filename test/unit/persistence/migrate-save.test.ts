// There is no step yet: format 1 is the first. So the way through steps is shown with formats that never were.

import { describe, expect, it } from "vitest";

import { encodeSave } from "gasworks/persistence";

import { type Migration, migrateSave } from "../../../src/persistence/migrate-save.ts";
import { sampleSave } from "../../support/sample-save.ts";

/** A save of that format, with some bytes behind its version. */
function saveOf(format: number, ...content: readonly number[]): Uint8Array {
  return new Uint8Array([...Buffer.from("GSWK"), format, 0, 0, 0, ...content]);
}

/** A step that raises the format and notes in the content that it was taken. */
const step: Migration = (save) => {
  const next = new Uint8Array([...save, save[4] as number]);
  next[4] = (save[4] as number) + 1;
  return next;
};

const steps = new Map([1, 2, 3].map((format) => [format, step]));

describe("migrateSave()", () => {
  it("leaves a save of the newest format as it is", () => {
    const bytes = encodeSave(sampleSave());
    expect(migrateSave(bytes)).toBe(bytes);
  });

  it("takes a save through each step to the newest format, and changes nothing of what it was given", () => {
    const [first, third] = [saveOf(1, 9), saveOf(3, 9)];
    expect(migrateSave(first, { steps, newest: 4 })).toEqual(saveOf(4, 9, 1, 2, 3));
    expect(migrateSave(third, { steps, newest: 4 })).toEqual(saveOf(4, 9, 3));
    expect([first, third]).toEqual([saveOf(1, 9), saveOf(3, 9)]);
  });

  it("refuses a format newer than the newest with the version that it needs, before any step", () => {
    const bytes = saveOf(5, 1, 0, 2, 0, 3, 0);
    expect(() => migrateSave(bytes, { steps, newest: 4 })).toThrow(
      expect.objectContaining({ code: "save/newer-version", message: expect.stringContaining("1.2.3") as string }),
    );
    expect(() => migrateSave(saveOf(5), { steps, newest: 4 })).toThrow(
      expect.objectContaining({ code: "save/newer-version" }),
    );
  });

  it("refuses a format that no step reads", () => {
    expect(() => migrateSave(saveOf(0), { steps, newest: 4 })).toThrow(
      expect.objectContaining({ code: "save/older-version" }),
    );
  });

  it("calls a step that makes no save of the next format a bug", () => {
    const lazy = new Map([[1, (save: Uint8Array): Uint8Array => save.slice()]]);
    expect(() => migrateSave(saveOf(1), { steps: lazy, newest: 2 })).toThrow("The migration of format 1");
  });

  it("refuses what is no save", () => {
    expect(() => migrateSave(new Uint8Array(8))).toThrow(expect.objectContaining({ code: "save/not-a-save" }));
    expect(() => migrateSave(saveOf(1).subarray(0, 7))).toThrow(expect.objectContaining({ code: "save/truncated" }));
  });
});
