// Work in small parts, so that a page goes on drawing meanwhile.

/** A page draws again after so many milliseconds. */
const LONGEST_MS = 4;

/** All that comes, with pauses in which the page may draw. */
export async function inSteps<T>(steps: Iterable<T>): Promise<T[]> {
  const all: T[] = [];
  let began = performance.now();
  for (const step of steps) {
    all.push(step);
    if (performance.now() - began < LONGEST_MS) continue;
    await nextTask();
    began = performance.now();
  }
  return all;
}

/** Not a timer: those of hidden pages take a second. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
