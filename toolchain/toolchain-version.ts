// What has to be the same for results to be the same, in few letters: names of what is kept for later carry it.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

import { CLANG_VERSION } from "./embedded/assets.ts";
import { SYSROOT_RECIPE } from "./embedded/sysroot.ts";
import { FLAG_LIST } from "./flag-list.ts";
import { HEADER_ADDITIONS, OWN_HEADERS } from "./sdk/headers.ts";

/** Counts changes in how a result is made of what clang and wasm-ld say and write, such as the words of diagnostics. */
const RESULT_REVISION = 1;

/** Hash of a text in hexadecimal digits. */
export function hashOf(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** Version of the compiler's files. */
export function filesVersion(): string {
  return `${CLANG_VERSION}-${hashOf(SYSROOT_RECIPE.join("\n")).slice(0, 8)}`;
}

/** Version of all that decides a result besides sources and settings. */
export function toolchainVersion(): string {
  const own = JSON.stringify([FLAG_LIST, OWN_HEADERS, HEADER_ADDITIONS]);
  return `${filesVersion()}-${hashOf(own).slice(0, 8)}-${RESULT_REVISION}`;
}
