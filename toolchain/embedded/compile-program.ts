// One compile from sources to a program: `clang -cc1` for each .c, then `wasm-ld`, over one file system in memory.
// Runs in a worker; it is synchronous, and whoever wants to stop it terminates the worker.

import type { CompileResult, CompileSettings, Sources } from "../compiler.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { ToolchainError } from "../errors.ts";
import { cc1Arguments, linkerArguments } from "../flags.ts";
import { parseClangLog, parseLinkerLog } from "../parse-log.ts";
import { type ToolResult, runTool } from "./run-tool.ts";
import type { Sysroot } from "./sysroot.ts";
import { InodeCounter, VirtualDirectory, VirtualFile, WriteQuota, resolvePath } from "./virtual-files.ts";

/** The compiler's parts, readied once in a worker. */
export interface Toolset {
  readonly clang: WebAssembly.Module;
  readonly sysroot: Sysroot;
  readonly maxMemoryPages: number;
}

/** Objects, their temporary copies and the program together. A program may have 4 MiB at most to be prepared. */
const MAX_WRITTEN_BYTES = 32 * 1_024 * 1_024;
/** Enough for the nineteen errors after which clang stops, and their notes. */
const MAX_LOG_BYTES = 256 * 1_024;
const PROGRAM = "tmp/program.wasm";

/**
 * @throws {@link ToolchainError} `toolchain/out-of-memory`, `toolchain/output-too-big`, `toolchain/crashed`.
 */
export function compileProgram(tools: Toolset, sources: Sources, settings: CompileSettings): CompileResult {
  const inodes = new InodeCounter(tools.sysroot.nextInode);
  const root = new VirtualDirectory(inodes.next());
  const quota = new WriteQuota(MAX_WRITTEN_BYTES);
  root.entries.set("usr", tools.sysroot.directory);
  root.entries.set("tmp", new VirtualDirectory(inodes.next()));
  // In the order of their names: the order in which a caller listed them must not show in the program.
  const names = Object.keys(sources).toSorted();
  for (const name of names) {
    root.entries.set(name, new VirtualFile(inodes.next(), new TextEncoder().encode(sources[name])));
  }

  const run = (args: readonly string[], what: string): { readonly isDone: boolean; readonly log: string } => {
    const host = { args: ["llvm", ...args], root, inodes, quota, maxLogBytes: MAX_LOG_BYTES };
    const result = runTool(tools.clang, host, tools.maxMemoryPages);
    return { isDone: exitCodeOf(result, quota, what) === 0, log: result.log };
  };

  const units = names.filter((name) => name.endsWith(".c"));
  const diagnostics: Diagnostic[] = [];
  const objects: string[] = [];
  for (const unit of units) {
    const object = objectPath(unit);
    const { isDone, log } = run(cc1Arguments(settings, unit, object), `compiling ${unit}`);
    diagnostics.push(...parseClangLog(log, { sources, unit, isDone }));
    if (isDone) objects.push(object);
  }
  if (objects.length < units.length) return { wasm: undefined, diagnostics };

  const { isDone, log } = run(linkerArguments(settings, objects, PROGRAM), "linking");
  diagnostics.push(...parseLinkerLog(log, { sources, unitOf: (path) => unitOf(path, units), isDone }));
  const program = resolvePath(root, PROGRAM)?.node;
  const hasError = diagnostics.some(({ severity }) => severity === "error");
  if (!isDone || hasError || program?.kind !== "file") return { wasm: undefined, diagnostics };
  return { wasm: program.bytes.slice(), diagnostics };
}

/** Named after its source, because the linker names objects in its messages. */
function objectPath(unit: string): string {
  return `tmp/${unit}.o`;
}

function unitOf(path: string, units: readonly string[]): string | undefined {
  return units.find((unit) => path.endsWith(objectPath(unit)));
}

function exitCodeOf(result: ToolResult, quota: WriteQuota, what: string): number {
  // Before all else: a tool that cannot write its output reports that in words, or crashes over it.
  if (quota.isExceeded) {
    const limit = MAX_WRITTEN_BYTES / 1_024 / 1_024;
    throw new ToolchainError(
      "toolchain/output-too-big",
      `Cannot go on ${what}: the output is larger than ${limit} MiB`,
    );
  }
  switch (result.kind) {
    case "exited":
      return result.exitCode;
    case "out-of-memory":
      throw new ToolchainError(
        "toolchain/out-of-memory",
        `Cannot go on ${what}: the compiler's memory limit is reached`,
      );
    case "crashed":
      throw new ToolchainError("toolchain/crashed", `Cannot go on ${what}: the compiler crashed (${result.reason})`);
    default:
      return result satisfies never;
  }
}
