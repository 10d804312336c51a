// What the page (or the Node process) and the compiler's worker say to each other.
//
//   page                          worker
//   load  ───────────────────────►          first worker: fetch and compile the compiler
//         ◄──────────── progress …
//         ◄──────────────── loaded          with the assets, which the page keeps
//   adopt ───────────────────────►          every later worker: use the assets of the first
//   compile ─────────────────────►
//         ◄────── compiled | failed         `failed` may answer `load` as well

import type { CompileResult, CompileSettings, DownloadProgress, Sources } from "../compiler.ts";
import type { ToolchainErrorCode } from "../errors.ts";
import type { CompilerAssets } from "./assets.ts";

export type WorkerRequest =
  | {
      readonly kind: "load";
      /** URL of the directory that holds the compiler's files. */
      readonly baseUrl: string;
      /** Version of these files, if they are to be kept where they need no network. */
      readonly keptVersion: string | undefined;
      readonly maxMemoryPages: number;
    }
  | { readonly kind: "adopt"; readonly assets: CompilerAssets; readonly maxMemoryPages: number }
  | { readonly kind: "compile"; readonly sources: Sources; readonly settings: CompileSettings };

export type WorkerResponse =
  | { readonly kind: "progress"; readonly progress: DownloadProgress }
  | { readonly kind: "loaded"; readonly assets: CompilerAssets }
  | { readonly kind: "compiled"; readonly result: CompileResult }
  | { readonly kind: "failed"; readonly code: ToolchainErrorCode; readonly message: string };
