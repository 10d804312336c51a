import { describe, expect, it } from "vitest";

import { KnownRoom } from "../../../../src/vm/verify/slot/known-room.ts";

describe("KnownRoom", () => {
  /** Of local 1 there are 8 bytes known when a block begins. */
  const inBlock = (): KnownRoom => {
    const room = new KnownRoom();
    room.learn(1, 8);
    room.open();
    return room;
  };

  it("keeps the most that was learnt", () => {
    const room = inBlock();
    room.learn(1, 4);
    expect(room.of(1)).toBe(8);
    room.learn(1, 16);
    expect(room.of(1)).toBe(16);
  });

  it("forgets a local that is set, and gives its value another number", () => {
    const room = inBlock();
    const before = room.version(1);
    room.set(1);
    expect(room.of(1)).toBe(0);
    expect(room.version(1)).not.toBe(before);
  });

  it("takes along what is learnt inside a block", () => {
    const room = inBlock();
    room.learn(1, 16);
    room.learn(2, 4);
    room.close();
    expect([room.of(1), room.of(2)]).toEqual([8, 0]);
  });

  it("does not get back what was known of a local that was set inside", () => {
    const room = inBlock();
    room.set(1);
    room.learn(1, 32);
    room.close();
    expect(room.of(1)).toBe(0);
  });

  it("knows in the other arm what held at the if, and behind both what neither lost", () => {
    for (const setsInFirst of [true, false]) {
      const room = inBlock();
      room.learn(2, 4);
      if (setsInFirst) room.set(1);
      room.otherwise();
      expect([room.of(1), room.of(2)]).toEqual([8, 0]);
      if (!setsInFirst) room.set(1);
      room.close();
      expect(room.of(1)).toBe(0);
    }
  });

  it("loses in all blocks around what is set in the innermost one", () => {
    const room = inBlock();
    room.open();
    room.open();
    room.set(1);
    room.close();
    room.close();
    room.close();
    expect(room.of(1)).toBe(0);
  });

  it("forgets everything for good where anything may have changed", () => {
    const room = inBlock();
    room.learn(2, 4);
    room.forgetAll();
    expect([room.of(1), room.of(2)]).toEqual([0, 0]);
    room.close();
    expect([room.of(1), room.of(2)]).toEqual([0, 0]);
  });
});
