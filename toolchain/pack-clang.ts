// Makes the directory that a web server offers as the `baseUrl` of `createBrowserCompiler()`.

import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { copyFile, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Duplex, PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createBrotliCompress, createBrotliDecompress } from "node:zlib";

import {
  C_SYSROOT_FILE,
  CLANG_FILE,
  COMPILER_FILES,
  type CompilerFile,
  FULL_SYSROOT_FILE,
  isRightFile,
  wrongFile,
} from "./embedded/compiler-files.ts";
import { installedClang } from "./embedded/node-compiler.ts";
import { selectSysroot } from "./embedded/sysroot.ts";
import { writeTar } from "./embedded/tar.ts";

/** One file of the packed directory. */
export interface PackedFile {
  readonly name: string;
  readonly bytes: number;
}

/** What to write beside the files. */
export interface PackOptions {
  /**
   * Brotli's quality, 0 … 11: writes each file compressed too, with `.br` behind its name, for servers that send such files
   * as they are. At 11 it takes minutes, once, and the page fetches 15 MB. @defaultValue none
   */
  readonly brotli?: number;
}

/**
 * Writes the installed compiler's files into `directory`, without the 27 MB that C does not need. A file that is there
 * already and right is left alone, so that a repeated build costs nothing; a compressed one too, whatever its quality.
 *
 * @throws {@link ToolchainError} `toolchain/unavailable` if `@yowasp/clang` is not installed, or is another than it should be.
 * @throws RangeError if the quality is out of its range.
 *
 * @example
 * ```ts
 * await packClang("dist-demo/clang");      // then: createBrowserCompiler({ baseUrl: "clang/" })
 * ```
 */
export async function packClang(directory: string, { brotli }: PackOptions = {}): Promise<readonly PackedFile[]> {
  if (brotli !== undefined && !(Number.isInteger(brotli) && brotli >= 0 && brotli <= 11)) {
    throw new RangeError(`Cannot pack clang with brotli ${brotli}: expected an integer in 0 … 11`);
  }
  const files = [await packCore(directory), await packSysroot(directory)];
  if (brotli === undefined) return files;
  const compressed = ([CLANG_FILE, C_SYSROOT_FILE] as const).map((name) => compress(directory, name, brotli));
  return [...files, ...(await Promise.all(compressed))];
}

async function packCore(directory: string): Promise<PackedFile> {
  const original = new URL(CLANG_FILE, installedClang());
  const copy = join(directory, CLANG_FILE);
  if (!(await isThere(CLANG_FILE, copy))) {
    await mkdir(directory, { recursive: true });
    await copyFile(original, copy);
    if (!(await isThere(CLANG_FILE, copy))) throw wrongFile(original);
  }
  return { name: CLANG_FILE, bytes: COMPILER_FILES[CLANG_FILE].bytes };
}

/** Under another name until it is whole: a build that was ended leaves nothing that looks like the file. */
async function compress(directory: string, name: CompilerFile, quality: number): Promise<PackedFile> {
  const path = join(directory, `${name}.br`);
  if (!(await isThere(name, path, createBrotliDecompress()))) {
    const { bytes } = COMPILER_FILES[name];
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes,
      // The largest that every browser takes.
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    };
    const unfinished = `${path}.part`;
    await pipeline(
      createReadStream(join(directory, name)),
      createBrotliCompress({ params }),
      createWriteStream(unfinished),
    );
    await rename(unfinished, path);
  }
  return { name: `${name}.br`, bytes: (await stat(path)).size };
}

/**
 * Writes the part of it that ways without WebAssembly need, headers and libraries: 2 MB.
 *
 * @throws {@link ToolchainError} `toolchain/unavailable` if `@yowasp/clang` is not installed.
 */
export async function packSysroot(directory: string): Promise<PackedFile> {
  const path = join(directory, C_SYSROOT_FILE);
  if (!(await isThere(C_SYSROOT_FILE, path))) {
    const original = new URL(FULL_SYSROOT_FILE, installedClang());
    const archive = await readFile(original);
    if (!(await isRightFile(FULL_SYSROOT_FILE, archive))) throw wrongFile(original);
    await mkdir(directory, { recursive: true });
    await writeFile(path, writeTar(selectSysroot(archive)));
  }
  return { name: C_SYSROOT_FILE, bytes: COMPILER_FILES[C_SYSROOT_FILE].bytes };
}

/** Whether a file is there, and right once it has gone through `through`. */
async function isThere(name: CompilerFile, path: string, through: Duplex = new PassThrough()): Promise<boolean> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), through, hash);
  } catch {
    return false;
  }
  return hash.digest("hex") === COMPILER_FILES[name].sha256;
}
