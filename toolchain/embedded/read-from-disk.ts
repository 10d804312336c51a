// Reads the compiler's files where they are on a disk.

import { readFile } from "node:fs/promises";

import { ToolchainError } from "../errors.ts";
import type { ReadAsset } from "./assets.ts";

/** @param baseUrl - `file:` URL of the directory that holds the files, with a slash at its end. */
export function readFromDisk(baseUrl: string): ReadAsset {
  return async (name, onBytes) => {
    const url = new URL(name, baseUrl);
    try {
      const bytes = await readFile(url);
      onBytes(bytes.length);
      return bytes;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw new ToolchainError("toolchain/unavailable", `Cannot read ${url.href}`, { cause: error });
    }
  };
}
