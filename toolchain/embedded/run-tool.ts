// Runs one of the compiler's tools (`clang`, `wasm-ld`) once, in an instance of its own: whatever a source does to it
// is gone afterwards.

import { ToolExit, WasiHost, type WasiHostOptions } from "./wasi-host.ts";

/** How a run ended, with what the tool wrote to its error stream. */
export type ToolResult =
  | { readonly kind: "exited"; readonly exitCode: number; readonly log: string }
  | { readonly kind: "out-of-memory"; readonly log: string }
  | { readonly kind: "crashed"; readonly log: string; readonly reason: string };

const PAGE_BYTES = 65_536;

/** What LLVM says before it gives up for want of memory. */
const OUT_OF_MEMORY = /^(LLVM ERROR: out of memory|LLVM ERROR: Allocation failed|.*std::bad_alloc)/m;

/**
 * @param tool - The module of the compiler, a WASI command.
 * @param maxMemoryPages - What its memory was limited to; tells a crash from a lack of memory.
 */
export function runTool(tool: WebAssembly.Module, options: WasiHostOptions, maxMemoryPages: number): ToolResult {
  const host = new WasiHost(options);
  const { exports } = new WebAssembly.Instance(tool, { wasi_snapshot_preview1: host.imports });
  const { memory, _start: start } = exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof start !== "function") {
    return { kind: "crashed", log: "", reason: "The compiler's module is no WASI command" };
  }
  host.attach(memory);
  try {
    start();
    return { kind: "exited", exitCode: 0, log: host.log };
  } catch (error) {
    if (error instanceof ToolExit) return { kind: "exited", exitCode: error.exitCode, log: host.log };
    const { log } = host;
    const isFull = memory.buffer.byteLength >= maxMemoryPages * PAGE_BYTES;
    if (isFull || OUT_OF_MEMORY.test(log)) return { kind: "out-of-memory", log };
    return { kind: "crashed", log, reason: error instanceof Error ? error.message : String(error) };
  }
}
