// The worker of the other languages in a page.

import type { WorkerRequest, WorkerResponse } from "../embedded/worker-messages.ts";
import { answer } from "./worker-body.ts";

/** The part of a dedicated worker's global scope in use here; the project is typed for pages. */
interface WorkerScope {
  postMessage(message: WorkerResponse): void;
  addEventListener(type: "message", listener: (event: MessageEvent<WorkerRequest>) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
scope.addEventListener("message", (event) => {
  void answer(event.data).then((response) => scope.postMessage(response));
});
