// Does one job in a new worker of the page.

import type { JobInput, JobName, JobOutput } from "./engine-jobs.ts";

export async function doJobInWorker<Name extends JobName>(name: Name, input: JobInput<Name>): Promise<JobOutput<Name>> {
  const worker = new Worker(new URL("./engine-jobs.worker.ts", import.meta.url), { type: "module" });
  try {
    return await new Promise((resolve, reject) => {
      worker.addEventListener("message", ({ data }: MessageEvent<{ value: JobOutput<Name> } | { error: string }>) =>
        "error" in data ? reject(new Error(data.error)) : resolve(data.value),
      );
      worker.addEventListener("error", (event) => reject(new Error(`The worker does not start: ${event.message}`)));
      worker.postMessage({ name, input });
    });
  } finally {
    worker.terminate();
  }
}
