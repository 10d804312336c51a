// A Web Worker as the other end of a WorkerLink. Whoever starts it writes `new Worker(new URL(…))` itself, because that is what
// bundlers look for.

import type { CompilerWorker, StartWorker } from "./worker-link.ts";
import type { WorkerResponse } from "./worker-messages.ts";

/** @param notStarted - What is said of a worker that ends without a word: its file may not be there. */
export function connectBrowserWorker(
  worker: Worker,
  [onResponse, onError]: Parameters<StartWorker>,
  notStarted: string,
): CompilerWorker {
  worker.addEventListener("message", (event: MessageEvent<WorkerResponse>) => onResponse(event.data));
  worker.addEventListener("error", (event) => {
    // Handled here; without this the page's own error handler would hear of it as well.
    event.preventDefault();
    onError(new Error(event.message === "" || event.message === undefined ? notStarted : event.message));
  });
  worker.addEventListener("messageerror", () => onError(new Error("a message could not be read")));
  return {
    post: (request) => worker.postMessage(request),
    terminate: () => worker.terminate(),
    setBusy: () => {},
  };
}
