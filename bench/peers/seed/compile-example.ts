// The published example program, shortened, as wasm.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

import { compileFreestanding } from "../../compile-freestanding.ts";

/** Numbers that the shortened example prints: 0 to 199. At `-O0` that takes about thirty slices of 10,000 gas. */
export const EXAMPLE_COUNT = 200;

/**
 * Compiles `example.c` with the published flags (`clang`, `llc` and `wasm-ld --no-entry --export-all --import-memory`
 * make the same module as one call of clang at `-O0 -mcpu=mvp`), counting to {@link EXAMPLE_COUNT}.
 */
export async function compileExample(): Promise<Uint8Array> {
  // From the package's root, because this file also runs as `dist/bench/peers/seed/compile-example.js`.
  const root = path.dirname(createRequire(import.meta.url).resolve("gasworks/package.json"));
  const source = await readFile(path.join(root, "bench/peers/seed/example.c"), "utf8");
  return compileFreestanding(`#define COUNT ${EXAMPLE_COUNT}\n${source}`);
}
