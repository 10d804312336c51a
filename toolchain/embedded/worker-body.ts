// What the compiler's worker does, in a page and in Node alike. The two workers differ in plumbing only.

import { ToolchainError } from "../errors.ts";
import { type ReadAsset, loadAssets } from "./assets.ts";
import { type Toolset, compileProgram } from "./compile-program.ts";
import { createSysroot } from "./sysroot.ts";
import { readTar } from "./tar.ts";
import type { WorkerRequest, WorkerResponse } from "./worker-messages.ts";

/**
 * Answers the page's requests, one at a time.
 *
 * @param post - Sends a response.
 * @param readFrom - Makes a reader for the files of one directory.
 * @returns What to call with each request.
 */
export function createWorkerBody(
  post: (response: WorkerResponse) => void,
  readFrom: (baseUrl: string, keptVersion: string | undefined) => ReadAsset,
): (request: WorkerRequest) => Promise<void> {
  let tools: Toolset | undefined;

  async function answer(request: WorkerRequest): Promise<void> {
    switch (request.kind) {
      case "load": {
        const report = (progress: { readonly loadedBytes: number; readonly totalBytes: number }): void =>
          post({ kind: "progress", progress });
        const read = readFrom(request.baseUrl, request.keptVersion);
        const assets = await loadAssets(read, request.maxMemoryPages, report);
        tools = {
          clang: assets.clang,
          sysroot: createSysroot(readTar(assets.sysroot)),
          maxMemoryPages: request.maxMemoryPages,
        };
        post({ kind: "loaded", assets });
        return;
      }
      case "adopt": {
        const { assets, maxMemoryPages } = request;
        tools = { clang: assets.clang, sysroot: createSysroot(readTar(assets.sysroot)), maxMemoryPages };
        return;
      }
      case "compile": {
        if (tools === undefined) throw new Error("Unreachable: a compile before the compiler is there");
        post({ kind: "compiled", result: compileProgram(tools, request.sources, request.settings) });
        return;
      }
      default:
        request satisfies never;
    }
  }

  return async (request) => {
    try {
      await answer(request);
    } catch (error) {
      const code = error instanceof ToolchainError ? error.code : "toolchain/crashed";
      post({ kind: "failed", code, message: error instanceof Error ? error.message : String(error) });
    }
  };
}
