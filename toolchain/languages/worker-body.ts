// What the worker of the other languages does, in a page and in Node alike. Each language's package is loaded when the first
// program needs it.

import type { CompileResult, CompileSettings, Sources } from "../compiler.ts";
import type { WorkerRequest, WorkerResponse } from "../embedded/worker-messages.ts";
import { ToolchainError } from "../errors.ts";
import { compileAssemblyScript } from "./assembly-script.ts";
import { scriptLanguageOf } from "./language.ts";
import { compileWat } from "./wat.ts";

/** Answers a request to compile. */
export async function answer(request: WorkerRequest): Promise<WorkerResponse> {
  if (request.kind !== "compile") throw new Error(`Unreachable: no "${request.kind}" for the other languages`);
  const { sources, settings } = request;
  try {
    return { kind: "compiled", result: await compile(sources, settings) };
  } catch (error) {
    if (error instanceof ToolchainError) return { kind: "failed", code: error.code, message: error.message };
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "failed", code: "toolchain/crashed", message: `Cannot go on compiling: ${reason}` };
  }
}

function compile(sources: Sources, settings: CompileSettings): Promise<CompileResult> {
  return scriptLanguageOf(sources) === "wat" ? compileWat(sources, settings) : compileAssemblyScript(sources, settings);
}
