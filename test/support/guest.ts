// Guest programs as text in the test that runs them. C goes through clang, WAT through wabt; the same text gives the same
// bytes, and is translated once per test process.

import { formatDiagnostic, type CompileOptions, type Sources } from "gasworks/toolchain";

import { compileFreestanding, sharedCompiler, type FreestandingOptions } from "../../bench/compile-freestanding.ts";
import { assembleWat } from "./assemble-wat.ts";

const cache = new Map<string, Promise<Uint8Array>>();

/**
 * Compiles freestanding C for the MVP: no libc, every function exported under its own name, the memory imported as
 * `env.memory`; `-O0` unless told otherwise.
 *
 * @throws {Error} with clang's own words if it does not compile.
 *
 * @example A guest that our engine and the published pipeline can both run
 * ```ts
 * const wasm = await freestandingGuest("void entry(void) { for (;;) ; }");
 * ```
 */
export function freestandingGuest(source: string, options: FreestandingOptions = {}): Promise<Uint8Array> {
  return once(JSON.stringify(["c", options, source]), () => compileFreestanding(source, options));
}

/**
 * Compiles a program with the C library, as players' programs are: it has a `main`, exports `_start`, imports WASI.
 *
 * @param sources - Several files by name, or the text of `main.c`.
 * @throws {Error} with clang's own words if it does not compile.
 */
export function programGuest(sources: Sources | string, options: CompileOptions = {}): Promise<Uint8Array> {
  const files = typeof sources === "string" ? { "main.c": sources } : sources;
  return once(JSON.stringify(["program", options, files]), async () => {
    const { wasm, diagnostics } = await sharedCompiler.compile(files, options);
    if (wasm === undefined) {
      throw new Error(`Cannot compile a guest program:\n${diagnostics.map(formatDiagnostic).join("\n")}`);
    }
    return wasm;
  });
}

/**
 * Assembles WebAssembly text. All instructions that wabt knows are on; names are dropped.
 *
 * @throws {Error} with the line of the mistake.
 */
export function watGuest(text: string): Promise<Uint8Array> {
  return once(JSON.stringify(["wat", text]), () => assembleWat(text));
}

/** Callers get copies, so that no test can spoil another's bytes. */
async function once(key: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
  let made = cache.get(key);
  if (made === undefined) {
    made = make();
    cache.set(key, made);
  }
  return (await made).slice();
}
