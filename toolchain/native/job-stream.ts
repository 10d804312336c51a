// What `compile.sh` is given and gives: see the head of that script.

import type { CompileResult, Job, Sources } from "../compiler.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { type TarFile, readTar, writeTar } from "../embedded/tar.ts";
import { ToolchainError } from "../errors.ts";
import { SYSROOT } from "../flags.ts";
import { parseClangLog, parseLinkerLog } from "../parse-log.ts";

/** All that `compile.sh` lets a job write: objects and the program. */
export const MAX_WRITTEN_BYTES: number = 32 * 1_024 * 1_024;
/** A result with a log for each of 64 sources. */
export const MAX_RESULT_BYTES: number = MAX_WRITTEN_BYTES + 20 * 1_024 * 1_024;

/** How commands end when a limit of theirs is reached: 128 and the signal. */
const KILLED = 137;
const CPU_LIMIT = 152;
const FILE_LIMIT = 153;
/** How clang ends when code cannot be generated; it says why. */
const BACKEND_ERROR = 70;
/** What LLVM says before it gives up for want of memory. */
const OUT_OF_MEMORY = /^(LLVM ERROR: out of memory|.*std::bad_alloc|.*[Cc]annot allocate memory)/m;

export function encodeJob({ sources, settings }: Job): Uint8Array {
  const encoder = new TextEncoder();
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  return writeTar([
    { name: "settings", bytes: encoder.encode(lines.join("")) },
    ...Object.entries(sources).map(([name, text]) => ({ name: `src/${name}`, bytes: encoder.encode(text) })),
  ]);
}

/**
 * Reads a result.
 *
 * @param sysroot - Where the compiler's files were; messages name another place.
 * @throws {@link ToolchainError} `toolchain/timeout`, `toolchain/out-of-memory`, `toolchain/output-too-big`,
 * `toolchain/crashed`.
 */
export function decodeResult(archive: Uint8Array, sources: Sources, sysroot: string): CompileResult {
  const files = new Map(readResult(archive).map(({ name, bytes }) => [name.replace(/^\.\//, ""), bytes]));
  const text = (name: string): string => new TextDecoder().decode(files.get(name)).replaceAll(sysroot, SYSROOT);
  const codes = new Map(
    text("status")
      .split("\n")
      .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );
  const units = Object.keys(sources)
    .filter((name) => name.endsWith(".c"))
    .toSorted();
  const diagnostics: Diagnostic[] = [];
  let isCompiled = true;
  for (const unit of units) {
    const log = text(`log/${unit}`);
    const isDone = endedWell(codes.get(`compile ${unit}`), log, `compiling ${unit}`);
    diagnostics.push(...parseClangLog(log, { sources, unit, isDone }));
    isCompiled &&= isDone;
  }
  if (!isCompiled) return { wasm: undefined, diagnostics };
  const log = text("log/link");
  const isDone = endedWell(codes.get("link"), log, "linking");
  const unitOf = (path: string): string | undefined => units.find((unit) => path.endsWith(`tmp/${unit}.o`));
  diagnostics.push(...parseLinkerLog(log, { sources, unitOf, isDone }));
  const hasError = diagnostics.some(({ severity }) => severity === "error");
  const wasm = files.get("program.wasm");
  return { wasm: isDone && !hasError ? wasm?.slice() : undefined, diagnostics };
}

function readResult(archive: Uint8Array): readonly TarFile[] {
  try {
    return readTar(archive);
  } catch (cause) {
    throw new ToolchainError("toolchain/crashed", "Cannot read what the compiler wrote: it is cut short", { cause });
  }
}

/** Whether a command did its work; `false` if it found errors in the source. */
function endedWell(code: number | undefined, log: string, what: string): boolean {
  if (code === 0) return true;
  if (code === 1 || code === BACKEND_ERROR) return false;
  if (code === KILLED || code === CPU_LIMIT) {
    throw new ToolchainError("toolchain/timeout", `Cannot go on ${what}: the compiler's time limit is reached`);
  }
  if (code === FILE_LIMIT) {
    const limit = MAX_WRITTEN_BYTES / 1_024 / 1_024;
    throw new ToolchainError(
      "toolchain/output-too-big",
      `Cannot go on ${what}: the output is larger than ${limit} MiB`,
    );
  }
  if (OUT_OF_MEMORY.test(log)) {
    throw new ToolchainError("toolchain/out-of-memory", `Cannot go on ${what}: the compiler's memory limit is reached`);
  }
  throw new ToolchainError("toolchain/crashed", `Cannot go on ${what}: the compiler crashed (code ${code})`);
}
