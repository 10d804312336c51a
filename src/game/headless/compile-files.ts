// C files to a module, with the compiler's words on stderr as compilers have them.

import type { Diagnostic, OptimizationLevel, Sources } from "../../../toolchain/index.ts";

import { CliError } from "./errors.ts";
import { readCFiles } from "./input-files.ts";
import type { ByteSink } from "./standard-streams.ts";
import { oneLine, printText } from "./terminal-text.ts";
import { choiceOption, type ParsedCommand } from "./usage.ts";

export interface CompiledFiles {
  readonly wasm: Uint8Array;
  readonly sources: Sources;
}

const LEVELS = ["0", "1", "2", "3"] as const;

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
  choiceOption(parsed, "way", ["embedded"]);
  const level = choiceOption(parsed, "O", LEVELS);
  const optimization: { readonly optimization?: OptimizationLevel } =
    level === undefined ? {} : { optimization: `-O${level}` };
  const { sources, paths } = await readCFiles(files);

  const { createNodeCompiler } = await import("../../../toolchain/node.ts");
  using compiler = createNodeCompiler();
  const { wasm, diagnostics } = await compiler.compile(sources, { ...optimization, debug: parsed.flag("g") });
  for (const diagnostic of diagnostics) printText(stderr, `${lineOf(diagnostic, paths)}\n`);
  if (wasm !== undefined) return { wasm, sources };
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  throw new CliError(
    "cli/compile-failed",
    `Cannot compile ${files.join(" ")}: ${errors} ${errors === 1 ? "error" : "errors"}`,
  );
}

function lineOf(diagnostic: Diagnostic, paths: ReadonlyMap<string, string>): string {
  const { file, line, column, severity, message, flag } = diagnostic;
  const path = paths.get(file) ?? file;
  return oneLine(`${path}:${line}:${column}: ${severity}: ${message}${flag === undefined ? "" : ` [${flag}]`}`);
}
