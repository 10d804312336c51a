// More languages in a page. An entry of its own: a bundler that meets it wants the packages of the languages, which a game
// with C alone does not install.

import type { Compiler } from "./compiler.ts";
import { connectBrowserWorker } from "./embedded/connect-browser-worker.ts";
import type { StartWorker } from "./embedded/worker-link.ts";
import { LanguageCompiler, type LanguageLimits } from "./languages/language-compiler.ts";

export type { LanguageLimits } from "./languages/language-compiler.ts";

/**
 * Adds AssemblyScript (`.ts`) and WebAssembly text (`.wat`) to a compiler. Their packages, `assemblyscript` and `wabt`, are
 * fetched by a Web Worker when the first such program comes.
 *
 * @param compiler - For C. It belongs to the result, which disposes of it. Without one C is `toolchain/unavailable`.
 * @throws RangeError if a limit is out of its range.
 */
export function withLanguages(compiler: Compiler | undefined, limits: LanguageLimits = {}): Compiler {
  return new LanguageCompiler(compiler, startBrowserWorker, limits);
}

const startBrowserWorker: StartWorker = (...listeners) =>
  connectBrowserWorker(
    // In one expression: it is what bundlers look for.
    new Worker(new URL("./languages/browser.worker.js", import.meta.url), { type: "module", name: "languages" }),
    listeners,
    "it cannot be started",
  );
