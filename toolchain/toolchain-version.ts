// What has to be the same for results to be the same, in few letters: names of what is kept for later carry it.

import { C_SYSROOT, RESULT_CODE_SHA256 } from "./content-hashes.ts";
import { CLANG_VERSION } from "./embedded/compiler-files.ts";

/** Version of the compiler's files. */
export function filesVersion(): string {
  return `${CLANG_VERSION}-${C_SYSROOT.sha256.slice(0, 8)}`;
}

/** Version of all that decides a result besides sources and settings: the files, the flags, and how a result is made of them. */
export function toolchainVersion(): string {
  return `${filesVersion()}-${RESULT_CODE_SHA256.slice(0, 8)}`;
}
