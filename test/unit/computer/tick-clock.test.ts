import { TickClock } from "gasworks/computer";
import { describe, expect, it } from "vitest";

describe("TickClock", () => {
  it.each([30, 60, 144])("gives 20 ticks in a second of %i frames", (framesPerSecond) => {
    const clock = new TickClock(20, 5);
    let ticks = 0;
    for (let frame = 0; frame < framesPerSecond; frame++) ticks += clock.advance(1_000 / framesPerSecond).due;
    expect(ticks).toBe(20);
  });

  it("repays a stall of 150 ms in full", () => {
    expect(new TickClock(20, 5).advance(150)).toEqual({ due: 3, dropped: 0 });
  });

  it("drops what a stall of 3 s owes beyond the limit", () => {
    const clock = new TickClock(20, 5);
    expect(clock.advance(3_000)).toEqual({ due: 5, dropped: 55 });
    expect(clock.advance(0)).toEqual({ due: 0, dropped: 0 });
    expect(clock.fraction).toBe(0);
  });

  it("has what was put off due again, up to the limit", () => {
    const clock = new TickClock(20, 5);
    clock.putOff(clock.advance(200).due - 1);
    expect(clock.advance(50)).toEqual({ due: 4, dropped: 0 });
    clock.putOff(4);
    expect(clock.advance(100)).toEqual({ due: 5, dropped: 1 });
  });

  it("tells how far the next tick is", () => {
    const clock = new TickClock(20, 5);
    clock.advance(60);
    expect(clock.fraction).toBeCloseTo(0.2);
    clock.reset();
    expect(clock.fraction).toBe(0);
  });

  it("takes a frame without a sensible length for none", () => {
    const clock = new TickClock(20, 5);
    for (const delta of [Number.NaN, Number.POSITIVE_INFINITY, -100]) expect(clock.advance(delta).due).toBe(0);
    expect(clock.advance(50).due).toBe(1);
  });
});
