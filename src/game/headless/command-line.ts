// The command `gasworks`, apart from the process that it runs in: arguments and streams in, exit code out.

import { createRequire } from "node:module";

import { SaveError } from "../../persistence/index.ts";
import { VmError } from "../../vm/index.ts";

import type { Command, ExitCode } from "./command.ts";
import { CliError, UsageError } from "./errors.ts";
import type { StandardStreams } from "./standard-streams.ts";
import { oneLine, printText } from "./terminal-text.ts";
import { commandHelp, type CommandName, generalHelp, isCommandName, parseCommand } from "./usage.ts";

/**
 * Runs one command. Errors go to `stderr`, one line each: `gasworks: <code>: <message>`.
 *
 * @param args - What was typed behind `gasworks`.
 */
export async function runCommandLine(args: readonly string[], streams: StandardStreams): Promise<ExitCode> {
  try {
    return await dispatch(args, streams);
  } catch (error) {
    printText(streams.stderr, `gasworks: ${describe(error)}\n`);
    return error instanceof UsageError ? 64 : 2;
  }
}

async function dispatch([name, ...args]: readonly string[], streams: StandardStreams): Promise<ExitCode> {
  if (name === undefined) throw new UsageError("No command given; see gasworks --help");
  if (name === "--help" || name === "-h" || name === "help") {
    const [command] = args;
    printText(streams.stdout, command !== undefined && isCommandName(command) ? commandHelp(command) : generalHelp());
    return 0;
  }
  if (name === "--version") {
    printText(streams.stdout, `${packageVersion()}\n`);
    return 0;
  }
  if (!isCommandName(name)) {
    throw new UsageError(`Unknown ${name.startsWith("-") ? "option" : "command"} "${name}"; see gasworks --help`);
  }
  const parsed = parseCommand(name, args);
  if (parsed.flag("help")) {
    printText(streams.stdout, commandHelp(name));
    return 0;
  }
  const command = await loadCommand(name);
  return await command(parsed, streams);
}

/** On demand: `--help` loads no engine, and `inspect` no compiler. */
async function loadCommand(name: CommandName): Promise<Command> {
  switch (name) {
    case "compile":
      return (await import("./compile-command.ts")).compileCommand;
    case "run":
      return (await import("./run-command.ts")).runCommand;
    case "inspect":
      return (await import("./inspect-command.ts")).inspectCommand;
    case "export":
      return (await import("./export-command.ts")).exportCommand;
    case "verify":
      return (await import("./verify-command.ts")).verifyCommand;
    case "bench":
      return (await import("./bench-command.ts")).benchCommand;
    case "doctor":
      return (await import("./doctor-command.ts")).doctorCommand;
    case "serve-compiler":
      return (await import("./serve-compiler-command.ts")).serveCompilerCommand;
    default:
      return name satisfies never;
  }
}

/** `<code>: <message>` of what was thrown on purpose; the whole stack of what was not, because that is our bug. */
function describe(error: unknown): string {
  const isOurs =
    error instanceof UsageError ||
    error instanceof CliError ||
    error instanceof SaveError ||
    error instanceof VmError ||
    isToolchainError(error);
  if (isOurs) return `${error.code}: ${oneLine(error.message)}`;
  return `cli/bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** By name: the class would bring the toolchain along. */
function isToolchainError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && error.name === "ToolchainError" && "code" in error;
}

function packageVersion(): string {
  const manifest = createRequire(import.meta.url)("gasworks/package.json") as { readonly version: string };
  return manifest.version;
}
