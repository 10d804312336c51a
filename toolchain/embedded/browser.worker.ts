// The compiler's worker in a page.

import { readByFetch } from "./fetch-asset.ts";
import { createWorkerBody } from "./worker-body.ts";
import type { WorkerRequest, WorkerResponse } from "./worker-messages.ts";

/** The part of a dedicated worker's global scope in use here; the project is typed for pages. */
interface WorkerScope {
  postMessage(message: WorkerResponse): void;
  addEventListener(type: "message", listener: (event: MessageEvent<WorkerRequest>) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
const handle = createWorkerBody((response) => scope.postMessage(response), readByFetch);
scope.addEventListener("message", (event) => void handle(event.data));
