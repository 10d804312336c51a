// C files to a module, with the compiler's words on stderr as compilers have them.

import {
  BUILDS,
  type CompileOptions,
  type Diagnostic,
  OPTIMIZATION_LEVELS,
  type OptimizationLevel,
  type Sources,
} from "../../../toolchain/index.ts";

import { CliError } from "./errors.ts";
import { readCFiles } from "./input-files.ts";
import { openCompiler } from "./open-compiler.ts";
import type { ByteSink } from "./standard-streams.ts";
import { oneLine, printText } from "./terminal-text.ts";
import { choiceOption, type ParsedCommand } from "./usage.ts";

export interface CompiledFiles {
  readonly wasm: Uint8Array;
  readonly sources: Sources;
}

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
  using compiler = await openCompiler(parsed);
  const { sources, paths } = await readCFiles(files);

  const { wasm, diagnostics } = await compiler.compile(sources, options);
  for (const diagnostic of diagnostics) printText(stderr, `${lineOf(diagnostic, paths)}\n`);
  if (wasm !== undefined) return { wasm, sources };
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  throw new CliError(
    "cli/compile-failed",
    `Cannot compile ${files.join(" ")}: ${errors} ${errors === 1 ? "error" : "errors"}`,
  );
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

function lineOf(diagnostic: Diagnostic, paths: ReadonlyMap<string, string>): string {
  const { file, line, column, severity, message, flag } = diagnostic;
  const path = paths.get(file) ?? file;
  return oneLine(`${path}:${line}:${column}: ${severity}: ${message}${flag === undefined ? "" : ` [${flag}]`}`);
}
