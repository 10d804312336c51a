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

/** Categories of messages. Below are hints at what the compiler did of itself, which come for the library as well. */
const WARNING = 2;
const ERROR = 3;

/**
 * What a program may import is only what its computer offers: what the compiler wants from outside is in this module. The
 * entry imports it for programs that do not, and passes on what the program exports. No source can have its name.
 */
const OWN_MODULE = "gasworks.ts";
const OWN_FUNCTIONS = ["abort", "seed", "console"].flatMap((name) => ["--use", `${name}=gasworks/${name}`]);
const DEVICES_MODULE = "devices.ts";
const OWN_ENTRY = "-entry.ts";

/**
 * Has `abort` compiled before the program. Compiled from the middle of the library's memory management, which it needs itself,
 * it would bring the compiler down.
 */
const ENTRY_TEXT = `import { abort } from "./gasworks";
let isBroken = false;
if (isBroken) abort(null, null, 0, 0);
`;

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
    readFile: (name) => {
      if (name === OWN_ENTRY) return `${ENTRY_TEXT}export * from "./${entry.replace(/\.ts$/, "")}";\n`;
      return Object.hasOwn(sources, name) ? (sources[name] ?? null) : null;
    },
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
    reportDiagnostic: (given) => {
      const message = given as unknown as Message;
      if (message.category >= WARNING) diagnostics.push(diagnosticOf(message, sources, entry));
    },
  });
  if (error === null && wasm !== undefined) return { wasm, diagnostics };
  if (!diagnostics.some(({ severity }) => severity === "error")) {
    const message = error?.message ?? log.split("\n").find((line) => line.trim() !== "") ?? "cannot be compiled";
    diagnostics.push(diagnosticOf({ message, code: 0, category: ERROR, range: null }, sources, entry));
  }
  return { wasm: undefined, diagnostics };
}

function entryOf(sources: Sources): string {
  const names = Object.keys(sources)
    .filter((name) => name !== OWN_MODULE && name !== DEVICES_MODULE)
    .toSorted();
  return names.find((name) => name === "main.ts") ?? names[0] ?? "main.ts";
}

function argumentsFor(entry: string, sources: Sources, { optimization, debug }: CompileSettings): string[] {
  const level = optimization.slice(2);
  const hasOwnModule = Object.hasOwn(sources, OWN_MODULE);
  return [
    hasOwnModule ? `./${OWN_ENTRY}` : entry,
    "--outFile",
    "main.wasm",
    ...(level === "0" ? [] : ["--optimizeLevel", level, "--shrinkLevel", "1"]),
    // Names of functions, for crash reports; the package has no table of lines that the engine could read.
    ...(debug === false ? [] : ["--debug"]),
    ...(hasOwnModule ? OWN_FUNCTIONS : []),
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
    severity: category === WARNING ? "warning" : "error",
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
