// The worker of the other languages in Node.

import { parentPort } from "node:worker_threads";

import type { WorkerRequest } from "../embedded/worker-messages.ts";
import { answer } from "./worker-body.ts";

parentPort?.on("message", (request: WorkerRequest) => {
  void answer(request).then((response) => parentPort?.postMessage(response));
});
