// How the files of the embedded compiler become a compiler.

import type { DownloadProgress } from "../compiler.ts";
import { ToolchainError } from "../errors.ts";
import { C_SYSROOT_FILE, CLANG_FILE, COMPILER_FILES, type CompilerFile, FULL_SYSROOT_FILE } from "./compiler-files.ts";
import { limitMemory } from "./limit-memory.ts";
import { selectSysroot } from "./sysroot.ts";
import { writeTar } from "./tar.ts";

/** What a worker needs to be ready at once. Both parts can be posted, and the module shares its compiled code. */
export interface CompilerAssets {
  readonly clang: WebAssembly.Module;
  /** A tar of the C files only. */
  readonly sysroot: Uint8Array;
}

/**
 * Reads one file whole.
 *
 * @param onBytes - Called with the number of bytes that arrived since the last call.
 * @returns `undefined` if there is no such file. The bytes are the caller's own.
 * @throws {@link ToolchainError} `toolchain/unavailable` if it cannot be read, or is another than it should be.
 */
export type ReadAsset = (name: CompilerFile, onBytes: (bytes: number) => void) => Promise<Uint8Array | undefined>;

/** Progress is reported once for this many bytes, so that a fast download does not flood the page with messages. */
const REPORT_EVERY_BYTES = 1_024 * 1_024;

/**
 * Reads and compiles the compiler.
 *
 * @throws {@link ToolchainError} `toolchain/unavailable`.
 */
export async function loadAssets(
  read: ReadAsset,
  maxMemoryPages: number,
  onProgress: (progress: DownloadProgress) => void,
): Promise<CompilerAssets> {
  let loadedBytes = 0;
  let reportedBytes = 0;
  let sysrootBytes = 0;
  const count = (bytes: number): void => {
    loadedBytes += bytes;
    if (loadedBytes - reportedBytes < REPORT_EVERY_BYTES) return;
    reportedBytes = loadedBytes;
    const totalBytes = (sysrootBytes === 0 ? loadedBytes : sysrootBytes) + COMPILER_FILES[CLANG_FILE].bytes;
    onProgress({ loadedBytes, totalBytes: Math.max(totalBytes, loadedBytes) });
  };
  const sysroot = await readSysroot(read, count);
  sysrootBytes = loadedBytes;
  const wasm = await read(CLANG_FILE, count);
  if (wasm === undefined) throw missing(CLANG_FILE);
  onProgress({ loadedBytes, totalBytes: loadedBytes });
  try {
    limitMemory(wasm, maxMemoryPages);
    // Works on a copy of its own.
    const compiling = WebAssembly.compile(wasm as Uint8Array<ArrayBuffer>);
    release(wasm);
    return { clang: await compiling, sysroot };
  } catch (error) {
    throw new ToolchainError("toolchain/unavailable", `Cannot use "${CLANG_FILE}": it is not the expected module`, {
      cause: error,
    });
  }
}

/**
 * The tar of the C files: the small archive if it is there, else what C needs of the package's own.
 *
 * @throws {@link ToolchainError} `toolchain/unavailable`.
 */
export async function readSysroot(read: ReadAsset, onBytes: (bytes: number) => void): Promise<Uint8Array> {
  let cause: unknown;
  // On to the next if this is none: web servers may answer a missing file with a page, and without a network there may
  // still be the other one.
  for (const name of [C_SYSROOT_FILE, FULL_SYSROOT_FILE] as const) {
    try {
      const archive = await read(name, onBytes);
      if (archive !== undefined) return name === C_SYSROOT_FILE ? archive : writeTar(selectSysroot(archive));
    } catch (error) {
      cause ??= error;
    }
  }
  throw cause instanceof ToolchainError ? cause : missing(C_SYSROOT_FILE, cause);
}

function missing(name: CompilerFile, cause?: unknown): ToolchainError {
  return new ToolchainError("toolchain/unavailable", `Cannot load the compiler: "${name}" is not there`, { cause });
}

/** Gives the memory back now, and not when the engine collects its garbage. Older engines cannot. */
function release(bytes: Uint8Array): void {
  const buffer = bytes.buffer as ArrayBuffer & { transfer?: (byteLength: number) => ArrayBuffer };
  buffer.transfer?.(0);
}
