// The compiler's worker in Node.

import { parentPort } from "node:worker_threads";

import { readFromDisk } from "./read-from-disk.ts";
import { createWorkerBody } from "./worker-body.ts";
import type { WorkerRequest } from "./worker-messages.ts";

const handle = createWorkerBody((response) => parentPort?.postMessage(response), readFromDisk);
parentPort?.on("message", (request: WorkerRequest) => void handle(request));
