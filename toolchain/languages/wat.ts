// WebAssembly text to wasm, by the package `wabt`. Runs in a worker.

import { ColumnCounter } from "../column-counter.ts";
import type { CompileResult, CompileSettings, Sources } from "../compiler.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { loadPackage } from "./load-package.ts";

/** What the engine runs; the rest is refused here, at its line. */
const FEATURES = {
  sign_extension: true,
  sat_float_to_int: true,
  mutable_globals: true,
  multi_value: true,
  bulk_memory: true,
  reference_types: true,
  simd: true,
} as const;

/**
 * @param sources - One file.
 * @throws {@link ToolchainError} `toolchain/unavailable` if the package is not there.
 */
export async function compileWat(sources: Sources, { debug }: CompileSettings): Promise<CompileResult> {
  const { default: wabt } = await loadPackage("wabt", () => import("wabt"));
  const tools = await wabt();
  const names = Object.keys(sources).toSorted();
  const [file = "main.wat", second] = names;
  if (second !== undefined) {
    return { wasm: undefined, diagnostics: [errorAt(second, "a program in WebAssembly text is one file")] };
  }
  try {
    // As bytes: of a text the package takes the lower half of each character.
    const module = tools.parseWat(file, new TextEncoder().encode(sources[file]), FEATURES);
    try {
      module.resolveNames();
      module.validate();
      // A copy of its own: the package gives a view of its heap.
      const { buffer } = module.toBinary({ write_debug_names: debug !== false });
      return { wasm: buffer.slice(), diagnostics: [] };
    } finally {
      module.destroy();
    }
  } catch (error) {
    return { wasm: undefined, diagnostics: readLog(error instanceof Error ? error.message : String(error), sources) };
  }
}

const MESSAGE = /^(?<file>[^:]+):(?<line>\d+):(?<column>\d+): (?<severity>error|warning): (?<message>.*)$/;

/** Each message is followed by the line and by `^^^` below what it is about. */
function readLog(log: string, sources: Sources): readonly Diagnostic[] {
  const columns = new ColumnCounter(sources);
  const lines = log.split("\n");
  const found = lines.flatMap((text, index): Diagnostic[] => {
    const groups = MESSAGE.exec(text)?.groups;
    if (groups === undefined) return [];
    const { file = "", message = "" } = groups;
    const line = Number(groups["line"]);
    const byteColumn = Number(groups["column"]);
    const length = /\^+/.exec(lines[index + 2] ?? "")?.[0].length ?? 1;
    const column = columns.count(file, { line, byteColumn });
    const endColumn = columns.count(file, { line, byteColumn: byteColumn + length });
    const range = { startLine: line, startColumn: column, endLine: line, endColumn };
    const severity = groups["severity"] === "warning" ? "warning" : "error";
    return [{ file, line, column, ranges: [range], severity, message: printable(message), fixIts: [] }];
  });
  if (found.some(({ severity }) => severity === "error")) return found;
  return [...found, errorAt(Object.keys(sources)[0] ?? "main.wat", printable(lines[0] ?? "cannot be assembled"))];
}

function errorAt(file: string, message: string): Diagnostic {
  return { file, line: 1, column: 1, ranges: [], severity: "error", message, fixIts: [] };
}

function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "\uFFFD");
}
