// Makes the directory that a web server offers as the `baseUrl` of `createBrowserCompiler()`.

import { copyFile, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { C_SYSROOT_FILE, CLANG_FILE, FULL_SYSROOT_FILE } from "./embedded/assets.ts";
import { installedClang } from "./embedded/node-compiler.ts";
import { selectSysroot } from "./embedded/sysroot.ts";
import { writeTar } from "./embedded/tar.ts";

/** One file of the packed directory. */
export interface PackedFile {
  readonly name: string;
  readonly bytes: number;
}

/**
 * Writes the installed compiler's files into `directory`, without the 27 MB that C does not need. A file that is
 * already there in the right size is left alone, so that a repeated build costs nothing.
 *
 * @throws {@link ToolchainError} `toolchain/unavailable` if `@yowasp/clang` is not installed.
 *
 * @example
 * ```ts
 * await packClang("dist-demo/clang");      // then: createBrowserCompiler({ baseUrl: "clang/" })
 * ```
 */
export async function packClang(directory: string): Promise<readonly PackedFile[]> {
  const base = installedClang();
  await mkdir(directory, { recursive: true });
  const core = new URL(CLANG_FILE, base);
  const coreBytes = (await stat(core)).size;
  const coreCopy = join(directory, CLANG_FILE);
  if ((await sizeOf(coreCopy)) !== coreBytes) await copyFile(core, coreCopy);
  return [{ name: CLANG_FILE, bytes: coreBytes }, await packSysroot(directory)];
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
