import { describe, expect, it } from "vitest";

import { copyComputer, decodeSave, encodeSave, extractComputer } from "gasworks/persistence";

import { crowdSave } from "../../support/crowd-save.ts";
import { describeSave } from "../../support/describe-save.ts";
import { sampleSave } from "../../support/sample-save.ts";

describe("copyComputer()", () => {
  it("adds a computer with its program and where that stands, and changes neither save", () => {
    const [from, to] = [sampleSave(), crowdSave(3)];
    const both = decodeSave(encodeSave(copyComputer(from, "rover-1", to)));
    const rover = from.computers.find(({ id }) => id === "rover-1");
    expect(both.computers.find(({ id }) => id === "rover-1")).toEqual(rover);
    expect(both.programs).toHaveLength(to.programs.length + 1);
    expect(both.computers).toHaveLength(4);
    expect(both.meta).toEqual(to.meta);
    expect(describeSave(from)).toEqual(describeSave(sampleSave()));
    expect(describeSave(to)).toEqual(describeSave(crowdSave(3)));
  });

  it("copies under another id, also inside one save, where the program is there already", () => {
    const save = sampleSave();
    const twice = decodeSave(encodeSave(copyComputer(save, "rover-1", save, { as: "rover-2" })));
    const [first, second] = ["rover-1", "rover-2"].map((id) => twice.computers.find((each) => each.id === id));
    expect(second).toEqual({ ...first, id: "rover-2" });
    expect(twice.programs).toEqual(save.programs);
  });

  it("refuses a computer that is not there, and an id that is taken", () => {
    const save = sampleSave();
    expect(() => copyComputer(save, "nobody", crowdSave(1))).toThrow(RangeError);
    expect(() => copyComputer(save, "rover-1", save)).toThrow(RangeError);
  });
});

describe("extractComputer()", () => {
  it("makes a save of one computer, its program and the mods it may need, without the game's world", () => {
    const save = sampleSave();
    const alone = decodeSave(encodeSave(extractComputer(save, "rover-1")));
    expect(alone.computers).toEqual(save.computers.filter(({ id }) => id === "rover-1"));
    expect(alone.programs.map(({ hash }) => hash)).toEqual(alone.computers.map(({ programHash }) => programHash));
    expect([alone.meta, alone.mods, alone.world]).toEqual([save.meta, save.mods, null]);
  });

  it("takes a computer without a program", () => {
    expect(extractComputer(sampleSave(), "spare").programs).toEqual([]);
  });

  it("refuses a computer that is not there", () => {
    expect(() => extractComputer(sampleSave(), "nobody")).toThrow(RangeError);
  });
});
