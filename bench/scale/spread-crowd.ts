// A world spread over worker threads: each has some of the computers, and all run a tick at the same time. What a computer
// does depends on nothing but its program, its gas and its own past, so the states are those of one thread.

import { once } from "node:events";
import { Worker } from "node:worker_threads";

import type { CrowdPart } from "./crowd-world.ts";
import type { CrowdOrder } from "./crowd-worker.ts";

export interface SpreadCrowd extends AsyncDisposable {
  /** Runs ticks on all threads, in step after each `ticks`. */
  run(ticks: number): Promise<void>;
  /** As `statesOf()` of the whole. */
  states(): Promise<string[]>;
}

export async function spreadCrowd(whole: CrowdPart, threads: number): Promise<SpreadCrowd> {
  const workers = Array.from({ length: threads }, (_, thread) => {
    const computers = whole.computers.filter((_computer, at) => at % threads === thread);
    return new Worker(new URL("crowd-worker.js", import.meta.url), { workerData: { ...whole, computers } });
  });
  await Promise.all(workers.map((worker) => once(worker, "message")));
  const ask = (order: CrowdOrder): Promise<unknown[]> =>
    Promise.all(
      workers.map(async (worker) => {
        worker.postMessage(order);
        const [answer] = (await once(worker, "message")) as [unknown];
        return answer;
      }),
    );
  return {
    run: async (ticks) => void (await ask({ ticks })),
    states: async () => ((await ask("states")) as string[][]).flat().toSorted(),
    [Symbol.asyncDispose]: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
  };
}
