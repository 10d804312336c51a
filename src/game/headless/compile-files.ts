// The files of a program to a module, with the compiler's words on stderr as compilers have them, and plain ones below.

import {
  BUILDS,
  type CompileOptions,
  type Compiler,
  type Diagnostic,
  explainDiagnostics,
  type ExplainedDiagnostic,
  OPTIMIZATION_LEVELS,
  type OptimizationLevel,
  type Sources,
} from "../../../toolchain/index.ts";

import { completionsOf, generateAssemblyScript } from "../computer/index.ts";

import { CliError, UsageError } from "./errors.ts";
import { readProgramFiles } from "./input-files.ts";
import { openCompiler } from "./open-compiler.ts";
import type { ByteSink } from "./standard-streams.ts";
import { oneLine, printText } from "./terminal-text.ts";
import { choiceOption, type ParsedCommand } from "./usage.ts";

export interface CompiledFiles {
  readonly wasm: Uint8Array;
  readonly sources: Sources;
}

/** What is compiled; all else is taken for a module or a save. */
export const PROGRAM_FILE: RegExp = /\.(?:[ch]|ts|wat)$/;
const SCRIPT_FILE = /\.(?:ts|wat)$/;

/**
 * Compiles `files` with the options of the command. Warnings and errors go to `stderr`.
 *
 * @throws {CliError} `cli/compile-failed`.
 * @throws {UsageError} for options that make no sense.
 * @throws {ToolchainError} if the compiler is missing or gives up.
 */
export async function compileFiles(
  files: readonly string[],
  parsed: ParsedCommand,
  stderr: ByteSink,
): Promise<CompiledFiles> {
  const options = compileOptions(parsed);
  const isScript = files.some((file) => SCRIPT_FILE.test(file));
  using compiler = await (isScript ? openLanguages(parsed) : openCompiler(parsed));
  const { sources: own, paths } = await readProgramFiles(files);
  // The player's own first, which messages name.
  const sources = files.some((file) => file.endsWith(".ts")) ? { ...own, ...generateAssemblyScript({}), ...own } : own;

  const { wasm, diagnostics } = await compiler.compile(sources, options);
  for (const line of parsed.flag("raw") ? rawLines(diagnostics, paths) : explainedLines(diagnostics, sources, paths)) {
    printText(stderr, `${line}\n`);
  }
  if (wasm !== undefined) return { wasm, sources: own };
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  throw new CliError(
    "cli/compile-failed",
    `Cannot compile ${files.join(" ")}: ${errors} ${errors === 1 ? "error" : "errors"}`,
  );
}

/** @throws {UsageError} for a way that is for C. */
async function openLanguages(parsed: ParsedCommand): Promise<Compiler> {
  const way = parsed.text("way") ?? (parsed.text("service") === undefined ? "embedded" : "service");
  if (way !== "embedded") {
    throw new UsageError(`Cannot compile AssemblyScript or WebAssembly text by --way ${way}: that is for C`);
  }
  const { withLanguages } = await import("../../../toolchain/node.ts");
  // Their packages compile them: there may be no clang here.
  return withLanguages(undefined);
}

function compileOptions(parsed: ParsedCommand): CompileOptions {
  const level = choiceOption(
    parsed,
    "O",
    OPTIMIZATION_LEVELS.map((each) => each.slice(2)),
  );
  const build = choiceOption(parsed, "build", BUILDS);
  const mode = choiceOption(parsed, "mode", ["program", "bare"]);
  return {
    ...(build === undefined ? {} : { build }),
    ...(level === undefined ? {} : { optimization: `-O${level}` as OptimizationLevel }),
    ...(parsed.flag("g") ? { debug: true } : {}),
    ...(mode === "bare" ? { target: "freestanding" as const } : {}),
  };
}

function rawLines(diagnostics: readonly Diagnostic[], paths: ReadonlyMap<string, string>): readonly string[] {
  return diagnostics.map((diagnostic) => lineOf(diagnostic, paths));
}

/** The compiler's lines, with plain words below each error and warning that has them. */
function explainedLines(
  diagnostics: readonly Diagnostic[],
  sources: Sources,
  paths: ReadonlyMap<string, string>,
): readonly string[] {
  // Only what is there to be included.
  const names = completionsOf({}).filter(({ header }) => Object.hasOwn(sources, header));
  return explainDiagnostics(diagnostics, { sources, names }).flatMap(({ diagnostic, notes, words }) => [
    lineOf(diagnostic, paths),
    ...plainLines(words),
    ...rawLines(notes, paths),
  ]);
}

function plainLines(words: ExplainedDiagnostic["words"]): readonly string[] {
  return words === undefined ? [] : [`    ${oneLine(`${words.title}. ${words.hint}`)}`];
}

function lineOf(diagnostic: Diagnostic, paths: ReadonlyMap<string, string>): string {
  const { file, line, column, severity, message, flag } = diagnostic;
  const path = paths.get(file) ?? file;
  return oneLine(`${path}:${line}:${column}: ${severity}: ${message}${flag === undefined ? "" : ` [${flag}]`}`);
}
