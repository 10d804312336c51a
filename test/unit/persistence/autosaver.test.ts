import { describe, expect, it } from "vitest";

import { Autosaver, type AutosaveReport } from "gasworks/persistence";

/** Saves that end when they are told to. */
function savesByHand(): { save: () => Promise<number>; begun: () => number; end: (error?: Error) => Promise<void> } {
  const waiting: { resolve: (generation: number) => void; reject: (error: Error) => void }[] = [];
  let begun = 0;
  return {
    save: () => new Promise((resolve, reject) => void (begun++, waiting.push({ resolve, reject }))),
    begun: () => begun,
    end: async (error) => {
      const save = waiting.shift();
      if (error === undefined) save?.resolve(begun);
      else save?.reject(error);
      await settled();
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve));

describe("Autosaver", () => {
  it("never has two saves under way, and makes one of all that was asked for meanwhile", async () => {
    const saves = savesByHand();
    const saver = new Autosaver(saves.save);
    const first = saver.request();
    await settled();
    const later = [saver.request(), saver.request(), saver.request()];
    await settled();
    expect([saves.begun(), saver.isSaving]).toEqual([1, true]);
    await saves.end();
    expect(await first).toEqual({ kind: "saved", generation: 1 });
    expect(saves.begun()).toBe(2);
    await saves.end();
    expect(await Promise.all(later)).toEqual(Array(3).fill({ kind: "saved", generation: 2 }));
    expect([saves.begun(), saver.isSaving]).toEqual([2, false]);
  });

  it("reports a save that failed, and goes on", async () => {
    const saves = savesByHand();
    const reports: AutosaveReport[] = [];
    const saver = new Autosaver(saves.save, (report) => reports.push(report));
    const error = new Error("full");
    const failed = saver.request();
    await settled();
    await saves.end(error);
    expect(await failed).toEqual({ kind: "failed", error });
    void saver.request();
    await settled();
    await saves.end();
    expect(reports).toEqual([
      { kind: "failed", error },
      { kind: "saved", generation: 2 },
    ]);
  });

  it("begins nothing after it was stopped, and lets end what is under way", async () => {
    const saves = savesByHand();
    const saver = new Autosaver(saves.save);
    const first = saver.request();
    await settled();
    saver.stop();
    expect(await saver.request()).toBeUndefined();
    await saves.end();
    expect(await first).toEqual({ kind: "saved", generation: 1 });
    expect(saves.begun()).toBe(1);
  });
});
