// For how long a page was kept from its turn.

/**
 * Watches the thread that it is called on.
 *
 * @returns what ends the watch, and gives the longest time between two turns, in milliseconds.
 */
export function watchStalls(): () => number {
  let last = performance.now();
  let longestMs = 0;
  const look = (): void => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last);
    last = now;
  };
  const interval = setInterval(look, 4);
  return () => {
    clearInterval(interval);
    look();
    return longestMs;
  };
}
