// The files that the embedded compiler consists of, and how each is known to be the one that it should be.

import { C_SYSROOT } from "../content-hashes.ts";
import { ToolchainError } from "../errors.ts";
import { sha256 } from "../sha256.ts";

/** clang and wasm-ld in one WASI command, as the package `@yowasp/clang` has it. */
export const CLANG_FILE = "llvm.core.wasm";
/** The package's archive of headers and libraries, for C and C++ and all processors. */
export const FULL_SYSROOT_FILE = "llvm-resources.tar";
/** The part of it that C needs, as `packClang()` writes it. */
export const C_SYSROOT_FILE = "sysroot-c.tar";

/** The version of `@yowasp/clang` whose files these are; `package.json` pins it as well. */
export const CLANG_VERSION = "22.0.0-git20542-10";

export type CompilerFile = typeof CLANG_FILE | typeof FULL_SYSROOT_FILE | typeof C_SYSROOT_FILE;

/** What each file is in that version. Its size too: a compressed response does not tell. */
export const COMPILER_FILES: Readonly<Record<CompilerFile, { readonly bytes: number; readonly sha256: string }>> = {
  [CLANG_FILE]: {
    bytes: 75_532_134,
    sha256: "24fbed474c7b5b4968fd73fc4827440b93fb351c1b6264516130300eff3e7bf5",
  },
  [FULL_SYSROOT_FILE]: {
    bytes: 29_665_280,
    sha256: "79eef0c336fe55cf03ff8f5b42b784c8168f929a3603138b2c6301f4601e4c86",
  },
  [C_SYSROOT_FILE]: C_SYSROOT,
};

/** Whether a file is what it should be: to the last bit, or in its size where the browser computes no hashes. */
export async function isRightFile(name: CompilerFile, bytes: Uint8Array): Promise<boolean> {
  const expected = COMPILER_FILES[name];
  return bytes.length === expected.bytes && ((await sha256(bytes)) ?? expected.sha256) === expected.sha256;
}

/** What is said of one that is not. */
export function wrongFile(url: URL): ToolchainError {
  return new ToolchainError(
    "toolchain/unavailable",
    `Cannot use ${url.href}: it is damaged, or not that of @yowasp/clang ${CLANG_VERSION}; packClang() writes it`,
  );
}
