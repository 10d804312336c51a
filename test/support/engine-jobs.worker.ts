// Does jobs in a worker: its stack is smaller than the page's.

import { doJob } from "./engine-jobs.ts";

self.addEventListener("message", (event: MessageEvent<{ name: string; input: unknown }>) => {
  doJob(event.data).then(
    (value) => self.postMessage({ value }),
    (error: unknown) =>
      self.postMessage({ error: error instanceof Error ? `${error}\n${error.stack}` : String(error) }),
  );
});
