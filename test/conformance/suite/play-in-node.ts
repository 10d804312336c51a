// Plays scripts in worker threads of this process, as many at a time as there are processors.

import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

import type { ScriptReport } from "./play-script.ts";
import { brokenReport } from "./report.ts";

/** Reports of the scripts of a directory, in their order. One that takes too long is stopped and has failed. */
export async function playInNode(
  directory: string,
  names: readonly string[],
  secondsEach: number,
): Promise<ScriptReport[]> {
  const reports: ScriptReport[] = [];
  const queue = names.entries();
  const lane = async (): Promise<void> => {
    let thread = newThread();
    for (const [at, name] of queue) {
      const report = await playOne(thread, { directory, name }, secondsEach);
      if (report === undefined) {
        await thread.terminate();
        thread = newThread();
      }
      reports[at] = report ?? brokenReport(name, `did not end within ${secondsEach} s`);
    }
    await thread.terminate();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return reports;
}

function newThread(): Worker {
  return new Worker(new URL("node-worker.js", import.meta.url));
}

interface Task {
  readonly directory: string;
  readonly name: string;
}

type Answer = { readonly report: ScriptReport } | { readonly error: string };

/** `undefined` if it takes too long. */
async function playOne(thread: Worker, task: Task, seconds: number): Promise<ScriptReport | undefined> {
  const signal = AbortSignal.timeout(seconds * 1_000);
  thread.postMessage(task);
  try {
    const [answer] = (await once(thread, "message", { signal })) as [Answer];
    return "report" in answer ? answer.report : brokenReport(task.name, answer.error);
  } catch (error) {
    return signal.aborted ? undefined : brokenReport(task.name, String(error));
  }
}
