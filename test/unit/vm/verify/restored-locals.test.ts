import { describe, expect, it } from "vitest";

import { RestoredLocals } from "../../../../src/vm/verify/metered/restored-locals.ts";

describe("RestoredLocals", () => {
  /** Behind a rebuilt frame that kept the given ones of locals 2 to 4, one arm defines local 2, and the other reads it. */
  const twoArms = (kept: readonly number[]): RestoredLocals => {
    const locals = new RestoredLocals(5);
    const start = locals.afterLoss(2, 5, kept);
    const definitions = locals.definitions(start);
    locals.define(start, 2);
    locals.read(start, 2, 10);
    locals.read(locals.goOn(start, definitions), 2, 20);
    return locals;
  };

  it("does not take what one arm defines for defined in the other", () => {
    expect(() => twoArms([3, 4]).check()).toThrow("local 2 is read, and a frame that is rebuilt lacks it");
  });

  it("accepts the read of a local that the frame has", () => {
    expect(() => twoArms([2]).check()).not.toThrow();
  });

  it("follows a lost local round a loop, until it is defined", () => {
    const followed = (isDefined: boolean) => () => {
      const locals = new RestoredLocals(3);
      const header = locals.segment();
      locals.read(header, 2, 30);
      const rebuilt = locals.afterLoss(2, 3, []);
      if (isDefined) locals.define(rebuilt, 2);
      locals.edge(rebuilt, locals.definitions(rebuilt), header);
      locals.check();
    };
    expect(followed(false)).toThrow("local 2 is read");
    expect(followed(true)).not.toThrow();
  });
});
