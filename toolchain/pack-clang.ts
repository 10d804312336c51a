// Makes the directory that a web server offers as the `baseUrl` of `createBrowserCompiler()`.

import { createReadStream, createWriteStream } from "node:fs";
import { copyFile, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { constants, createBrotliCompress } from "node:zlib";

import { C_SYSROOT_FILE, CLANG_FILE, FULL_SYSROOT_FILE } from "./embedded/assets.ts";
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
   * as they are. At 11 it takes some ten minutes and the page fetches 15 MB. @defaultValue none
   */
  readonly brotli?: number;
}

/**
 * Writes the installed compiler's files into `directory`, without the 27 MB that C does not need. A file that is
 * already there in the right size is left alone, so that a repeated build costs nothing.
 *
 * @throws {@link ToolchainError} `toolchain/unavailable` if `@yowasp/clang` is not installed.
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
  const base = installedClang();
  await mkdir(directory, { recursive: true });
  const core = new URL(CLANG_FILE, base);
  const coreBytes = (await stat(core)).size;
  const coreCopy = join(directory, CLANG_FILE);
  if ((await sizeOf(coreCopy)) !== coreBytes) await copyFile(core, coreCopy);
  const files = [{ name: CLANG_FILE, bytes: coreBytes }, await packSysroot(directory)];
  if (brotli === undefined) return files;
  const compressed = files.map((file) => compress(directory, file, brotli));
  return [...files, ...(await Promise.all(compressed))];
}

/** Under another name until it is whole: a build that was ended leaves nothing that looks like the file. */
async function compress(directory: string, { name, bytes }: PackedFile, quality: number): Promise<PackedFile> {
  const path = join(directory, `${name}.br`);
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: bytes };
  const unfinished = `${path}.part`;
  await pipeline(
    createReadStream(join(directory, name)),
    createBrotliCompress({ params }),
    createWriteStream(unfinished),
  );
  await rename(unfinished, path);
  return { name: `${name}.br`, bytes: (await stat(path)).size };
}

/**
 * Writes the part of it that ways without WebAssembly need, headers and libraries: 2 MB.
 *
 * @throws {@link ToolchainError} `toolchain/unavailable` if `@yowasp/clang` is not installed.
 */
export async function packSysroot(directory: string): Promise<PackedFile> {
  const sysroot = writeTar(selectSysroot(await readFile(new URL(FULL_SYSROOT_FILE, installedClang()))));
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, C_SYSROOT_FILE), sysroot);
  return { name: C_SYSROOT_FILE, bytes: sysroot.length };
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch {
    return undefined;
  }
}
