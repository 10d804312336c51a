// The compiler's worker in Node.

import { readFile } from "node:fs/promises";
import { parentPort } from "node:worker_threads";

import { ToolchainError } from "../errors.ts";
import type { ReadAsset } from "./assets.ts";
import { createWorkerBody } from "./worker-body.ts";
import type { WorkerRequest } from "./worker-messages.ts";

const handle = createWorkerBody((response) => parentPort?.postMessage(response), readFromDisk);
parentPort?.on("message", (request: WorkerRequest) => void handle(request));

function readFromDisk(baseUrl: string): ReadAsset {
  return async (name, onBytes) => {
    const url = new URL(name, baseUrl);
    try {
      const bytes = await readFile(url);
      onBytes(bytes.length);
      return bytes;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw new ToolchainError("toolchain/unavailable", `Cannot read ${url.href}`, { cause: error });
    }
  };
}
