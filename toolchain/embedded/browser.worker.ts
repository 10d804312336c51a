// The compiler's worker in a page.

import { ToolchainError } from "../errors.ts";
import type { ReadAsset } from "./assets.ts";
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

function readByFetch(baseUrl: string): ReadAsset {
  return async (name, onBytes) => {
    const url = new URL(name, baseUrl);
    let response: Response;
    try {
      response = await fetch(url);
    } catch (error) {
      throw new ToolchainError("toolchain/unavailable", `Cannot fetch ${url.href}: no answer`, { cause: error });
    }
    if (response.status === 404) return undefined;
    if (!response.ok || response.body === null) {
      throw new ToolchainError("toolchain/unavailable", `Cannot fetch ${url.href}: answered ${response.status}`);
    }
    try {
      return await collect(response.body, onBytes);
    } catch (error) {
      throw new ToolchainError("toolchain/unavailable", `Cannot fetch ${url.href}: the answer broke off`, {
        cause: error,
      });
    }
  };
}

async function collect(body: ReadableStream<Uint8Array>, onBytes: (bytes: number) => void): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.length;
    onBytes(value.length);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
