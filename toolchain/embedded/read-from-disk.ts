// Reads the compiler's files where they are on a disk.

import { readFile } from "node:fs/promises";

import { ToolchainError } from "../errors.ts";
import type { ReadAsset } from "./assets.ts";
import { C_SYSROOT_FILE, COMPILER_FILES, type CompilerFile, isRightFile, wrongFile } from "./compiler-files.ts";

/** @param baseUrl - `file:` URL of the directory that holds the files, with a slash at its end. */
export function readFromDisk(baseUrl: string): ReadAsset {
  return async (name, onBytes) => {
    const url = new URL(name, baseUrl);
    const bytes = await read(url);
    if (bytes === undefined) return undefined;
    if (!(await isRight(name, bytes))) throw wrongFile(url);
    onBytes(bytes.length);
    return bytes;
  };
}

async function read(url: URL): Promise<Uint8Array | undefined> {
  try {
    return await readFile(url);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new ToolchainError("toolchain/unavailable", `Cannot read ${url.href}`, { cause: error });
  }
}

/** What npm has installed, npm has checked; `packClang()` copies it. What is made of it is small. */
async function isRight(name: CompilerFile, bytes: Uint8Array): Promise<boolean> {
  return name === C_SYSROOT_FILE ? isRightFile(name, bytes) : bytes.length === COMPILER_FILES[name].bytes;
}
