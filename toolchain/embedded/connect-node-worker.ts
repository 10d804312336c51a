// A worker thread as the other end of a WorkerLink.

import type { Worker } from "node:worker_threads";

import type { CompilerWorker, StartWorker } from "./worker-link.ts";
import type { WorkerResponse } from "./worker-messages.ts";

/** Idle, it does not keep the process alive. */
export function connectNodeWorker(worker: Worker, [onResponse, onError]: Parameters<StartWorker>): CompilerWorker {
  worker.unref();
  worker.on("message", (response: WorkerResponse) => onResponse(response));
  worker.on("error", onError);
  // A package may end it, when it does not know what else to do.
  worker.on("exit", (code) => onError(new Error(`exit code ${code}`)));
  return {
    post: (request) => worker.postMessage(request),
    terminate: () => void worker.terminate(),
    setBusy: (isBusy) => (isBusy ? worker.ref() : worker.unref()),
  };
}
