// Gasworks without a page: saves in files, programs run on their own, and the command line as a function.

export { FileStore } from "./file-store.ts";
export { StandaloneRun, type StandaloneRunOptions, type ProgramStart, type RunEnd } from "./standalone-run.ts";
export { decodeProgramSave, encodeProgramSave, type ProgramSave } from "./program-save.ts";
export { runCommandLine } from "./command-line.ts";
export type { ExitCode } from "./command.ts";
export type { ByteSink, ByteSource, StandardStreams } from "./standard-streams.ts";
export { CliError, type CliErrorCode, UsageError } from "./errors.ts";
