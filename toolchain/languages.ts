// More languages in a page. An entry of its own: a bundler that meets it wants the packages of the languages, which a game
// with C alone does not install.

import type { Compiler } from "./compiler.ts";
import type { StartWorker } from "./embedded/worker-link.ts";
import type { WorkerResponse } from "./embedded/worker-messages.ts";
import { LanguageCompiler, type LanguageLimits } from "./languages/language-compiler.ts";

export type { LanguageLimits } from "./languages/language-compiler.ts";

/**
 * Adds AssemblyScript (`.ts`) and WebAssembly text (`.wat`) to a compiler. Their packages, `assemblyscript` and `wabt`, are
 * fetched by a Web Worker when the first such program comes.
 *
 * @param compiler - For C. It belongs to the result, which disposes of it.
 * @throws RangeError if a limit is out of its range.
 */
export function withLanguages(compiler: Compiler, limits: LanguageLimits = {}): Compiler {
  return new LanguageCompiler(compiler, startBrowserWorker, limits);
}

const startBrowserWorker: StartWorker = (onResponse, onError) => {
  // In one expression: it is what bundlers look for.
  const worker = new Worker(new URL("./languages/browser.worker.js", import.meta.url), {
    type: "module",
    name: "languages",
  });
  worker.addEventListener("message", (event: MessageEvent<WorkerResponse>) => onResponse(event.data));
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    onError(new Error(event.message === "" || event.message === undefined ? "it cannot be started" : event.message));
  });
  worker.addEventListener("messageerror", () => onError(new Error("a message could not be read")));
  return {
    post: (request) => worker.postMessage(request),
    terminate: () => worker.terminate(),
    setBusy: () => {},
  };
};
