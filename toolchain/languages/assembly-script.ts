// AssemblyScript to wasm, by the package `assemblyscript`. Runs in a worker.

import type { CompileResult, CompileSettings, Sources } from "../compiler.ts";
import type { Diagnostic, SourceRange } from "../diagnostic.ts";
import { loadPackage } from "./load-package.ts";

/** A message of the package, as far as it is of use here. */
interface Message {
  readonly message: string;
  readonly code: number;
  readonly category: number;
  readonly range: {
    readonly start: number;
    readonly end: number;
    readonly source: { readonly normalizedPath: string } | null;
  } | null;
}

/** Categories: 0 pedantic, 1 info, 2 warning, 3 error. */
const SEVERITIES = ["note", "note", "warning", "error"] as const;

/** What a program may import is only what its computer offers: what the compiler wants from outside is in this module. */
const OWN_MODULE = "gasworks.ts";
const OWN_FUNCTIONS = ["--use", "abort=gasworks/abort", "--use", "seed=gasworks/seed"];

/**
 * @param sources - `main.ts`, or any file that is to be the entry, and what it imports.
 * @throws {@link ToolchainError} `toolchain/unavailable` if the package is not there.
 */
export async function compileAssemblyScript(sources: Sources, settings: CompileSettings): Promise<CompileResult> {
  const { main } = await loadPackage("assemblyscript", () => import("assemblyscript/asc"));
  const entry = entryOf(sources);
  const diagnostics: Diagnostic[] = [];
  let wasm: Uint8Array | undefined;
  let log = "";
  const { error } = await main(argumentsFor(entry, sources, settings), {
    readFile: (name) => (Object.hasOwn(sources, name) ? (sources[name] ?? null) : null),
    writeFile: (_name, contents) => {
      if (typeof contents !== "string") wasm = contents.slice();
    },
    listFiles: () => [],
    stdout: { write: () => {} },
    stderr: {
      write: (chunk) => {
        log += typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
      },
    },
    reportDiagnostic: (message) => diagnostics.push(diagnosticOf(message as unknown as Message, sources, entry)),
  });
  if (error === null && wasm !== undefined) return { wasm, diagnostics };
  if (!diagnostics.some(({ severity }) => severity === "error")) {
    const message = error?.message ?? log.split("\n").find((line) => line.trim() !== "") ?? "cannot be compiled";
    diagnostics.push(diagnosticOf({ message, code: 0, category: 3, range: null }, sources, entry));
  }
  return { wasm: undefined, diagnostics };
}

function entryOf(sources: Sources): string {
  const names = Object.keys(sources).toSorted();
  return names.find((name) => name === "main.ts") ?? names[0] ?? "main.ts";
}

function argumentsFor(entry: string, sources: Sources, { optimization, debug }: CompileSettings): string[] {
  const level = optimization.slice(2);
  return [
    entry,
    "--outFile",
    "main.wasm",
    ...(level === "0" ? [] : ["--optimizeLevel", level, "--shrinkLevel", "1"]),
    // Names of functions, for crash reports; the package has no table of lines that the engine could read.
    ...(debug === false ? [] : ["--debug"]),
    ...(Object.hasOwn(sources, OWN_MODULE) ? OWN_FUNCTIONS : []),
  ];
}

function diagnosticOf({ message, code, category, range }: Message, sources: Sources, entry: string): Diagnostic {
  const file = range?.source?.normalizedPath ?? entry;
  const text = Object.hasOwn(sources, file) ? sources[file] : undefined;
  const stretch = range === null || text === undefined ? undefined : rangeIn(text, range.start, range.end);
  return {
    file,
    line: stretch?.startLine ?? 1,
    column: stretch?.startColumn ?? 1,
    ranges: stretch === undefined ? [] : [stretch],
    severity: SEVERITIES[category] ?? "error",
    message: message.replace(/\p{Cc}/gu, " "),
    ...(code === 0 ? {} : { flag: `AS${code}` }),
    fixIts: [],
  };
}

function rangeIn(text: string, start: number, end: number): SourceRange {
  const from = placeIn(text, start);
  const to = placeIn(text, end);
  return { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
}

function placeIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
