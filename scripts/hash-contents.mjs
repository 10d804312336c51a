// What toolchain/content-hashes.ts holds, found out anew: from the installed `@yowasp/clang`, the emitted code that selects of
// it, and the sources that make a result.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

import { ROOT } from "./setup/run-tool.mjs";

/** Makes a result: whatever else decides it is imported from here, directly or not. */
const RESULT_CODE = join(ROOT, "toolchain", "embedded", "compile-program.ts");
const IMPORT = /\bfrom "(\.[^"]+\.ts)"/g;

/**
 * @returns {Promise<{ C_SYSROOT: { bytes: number, sha256: string }, RESULT_CODE_SHA256: string }>}
 */
export async function contentHashes() {
  const { selectSysroot } = await import("../dist/toolchain/embedded/sysroot.js");
  const { writeTar } = await import("../dist/toolchain/embedded/tar.js");
  const archive = readFileSync(new URL("llvm-resources.tar", import.meta.resolve("@yowasp/clang")));
  const sysroot = writeTar(selectSysroot(archive));
  // The same on a system with other marks in paths and at the ends of lines.
  const code = sourcesFrom(RESULT_CODE).map((file) => [
    relative(ROOT, file).replaceAll("\\", "/"),
    readFileSync(file, "utf8").replaceAll("\r\n", "\n"),
  ]);
  return {
    C_SYSROOT: { bytes: sysroot.length, sha256: hashOf(sysroot) },
    RESULT_CODE_SHA256: hashOf(JSON.stringify(code)),
  };
}

/**
 * A source and all that it imports, ordered by name.
 *
 * @param {string} first
 * @returns {string[]}
 */
function sourcesFrom(first) {
  const found = new Set([first]);
  // The set grows while it is gone through.
  for (const file of found) {
    for (const [, path = ""] of readFileSync(file, "utf8").matchAll(IMPORT)) found.add(join(dirname(file), path));
  }
  return [...found].toSorted();
}

/** @param {string | Uint8Array} contents */
function hashOf(contents) {
  return createHash("sha256").update(contents).digest("hex");
}
