// Makes a page's game go faster than the clock, and draw less often: most of what a browser without a graphics card does is
// draw, and most of what a test does is wait for the game.

import type { BrowserContext } from "playwright";

/** How much more time frames are told to have passed. Nothing else in the page knows of it. */
const SPEED = 4;
const FRAMES_PER_SECOND = 20;

/** For all pages of a context that are opened from now on. */
export async function hasten(context: BrowserContext): Promise<void> {
  await context.addInitScript(replaceFrames, [SPEED, FRAMES_PER_SECOND] as const);
}

/** Runs in the page. */
function replaceFrames([speed, framesPerSecond]: readonly [number, number]): void {
  const request = window.requestAnimationFrame.bind(window);
  // The browser's frames are 17 ms apart, or a little less.
  const gapMs = 1_000 / framesPerSecond - 5;
  const start = performance.now();
  /** Callbacks of the next frame, and of the one that is under way. */
  let waiting = new Map<number, FrameRequestCallback>();
  let due = waiting;
  let isRequested = false;
  let last = -Infinity;
  let count = 0;
  const onFrame = (time: number): void => {
    if (time - last < gapMs) return void request(onFrame);
    last = time;
    isRequested = false;
    due = waiting;
    waiting = new Map();
    for (const callback of due.values()) {
      try {
        callback(start + (time - start) * speed);
      } catch (error) {
        reportError(error);
      }
    }
  };
  window.requestAnimationFrame = (callback) => {
    if (!isRequested) request(onFrame);
    isRequested = true;
    waiting.set(++count, callback);
    return count;
  };
  window.cancelAnimationFrame = (id) => {
    waiting.delete(id);
    due.delete(id);
  };
}
