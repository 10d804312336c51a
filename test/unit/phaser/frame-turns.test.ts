import { afterEach, describe, expect, it, vi } from "vitest";

import { frameTurns } from "../../../src/game/phaser/frame-turns.ts";

afterEach(() => void vi.unstubAllGlobals());

/** Frames that come when a test says so. */
function frames(): { readonly nextFrame: () => Promise<void>; readonly come: () => void; asked: number } {
  let waiting: (() => void)[] = [];
  const all = {
    asked: 0,
    nextFrame: () => {
      all.asked += 1;
      return new Promise<void>((resolve) => void waiting.push(resolve));
    },
    come: () => {
      for (const resolve of waiting) resolve();
      waiting = [];
    },
  };
  return all;
}

/** A browser that finds itself idle when a test says so. */
function idleTimes(): { readonly idle: (ms: number) => void; readonly asking: () => number } {
  const asking = new Map<number, IdleRequestCallback>();
  let count = 0;
  vi.stubGlobal("requestIdleCallback", (callback: IdleRequestCallback) => {
    asking.set(++count, callback);
    return count;
  });
  vi.stubGlobal("cancelIdleCallback", (handle: number) => void asking.delete(handle));
  return {
    idle: (ms) => {
      for (const [handle, callback] of asking) {
        asking.delete(handle);
        callback({ didTimeout: false, timeRemaining: () => ms });
      }
    },
    asking: () => asking.size,
  };
}

describe("frameTurns()", () => {
  it("gives a share of each frame", async () => {
    vi.stubGlobal("requestIdleCallback", undefined);
    const { nextFrame, come } = frames();
    const nextTurn = frameTurns({ shareMs: 4, nextFrame });
    for (let frame = 0; frame < 3; frame++) {
      const turn = nextTurn();
      come();
      expect(await turn).toEqual({ ms: 4, isFrame: true });
    }
  });

  it("gives what is left of a frame once, and then the next frame", async () => {
    const { idle, asking } = idleTimes();
    const all = frames();
    const nextTurn = frameTurns({ shareMs: 4, nextFrame: all.nextFrame });
    for (let round = 1; round <= 3; round++) {
      const left = nextTurn();
      idle(10);
      const { ms, isFrame } = await left;
      expect(isFrame).toBe(false);
      expect(ms).toBeGreaterThan(0);
      expect(ms).toBeLessThan(10);
      const frame = nextTurn();
      expect(asking()).toBe(0);
      all.come();
      expect(await frame).toEqual({ ms: 4, isFrame: true });
      expect(all.asked).toBe(round);
    }
  });

  it("asks for no idle time any more when the frame comes first", async () => {
    const { asking } = idleTimes();
    const { nextFrame, come } = frames();
    const turn = frameTurns({ shareMs: 4, nextFrame })();
    expect(asking()).toBe(1);
    come();
    expect(await turn).toEqual({ ms: 4, isFrame: true });
    expect(asking()).toBe(0);
  });
});
