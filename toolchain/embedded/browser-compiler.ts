// The embedded compiler in a page: clang as WebAssembly in a Web Worker.

import type { Compiler } from "../compiler.ts";
import { type ResultCacheOption, withResultCache } from "../result-cache.ts";
import { filesVersion } from "../toolchain-version.ts";
import { connectBrowserWorker } from "./connect-browser-worker.ts";
import { EmbeddedCompiler } from "./embedded-compiler.ts";
import { type EmbeddedLimits, resolveLimits } from "./limits.ts";
import type { StartWorker } from "./worker-link.ts";

export interface BrowserCompilerOptions extends EmbeddedLimits, ResultCacheOption {
  /**
   * Directory with `llvm.core.wasm` and either `sysroot-c.tar` or `llvm-resources.tar`, relative to the page. `packClang()`
   * of `gasworks/toolchain/node` writes such a directory; `@yowasp/clang/gen/` is one as well.
   */
  readonly baseUrl: string | URL;
  /**
   * Whether to keep the files in the browser's Cache Storage, uncompressed (78 MB): the compiler is then there without a
   * network, and when the HTTP cache is cleared. Where there is no such storage, which is without HTTPS, the HTTP cache has
   * to do. @defaultValue true
   */
  readonly keepFiles?: boolean;
}

/**
 * Creates a compiler that works in Web Workers. Nothing is fetched before the first `preload()` or `compile()`.
 *
 * @throws RangeError if a limit is out of its range.
 */
export function createBrowserCompiler(options: BrowserCompilerOptions): Compiler {
  const base = new URL(options.baseUrl, globalThis.location.href);
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  const { keepFiles = true } = options;
  const files = { baseUrl: base.href, keptVersion: keepFiles ? filesVersion() : undefined };
  const limits = resolveLimits(options, navigator.hardwareConcurrency);
  return withResultCache(new EmbeddedCompiler(startBrowserWorker, files, limits), options);
}

const NOT_STARTED =
  "it could not be started. Where its file is not found: Vite before 8 has to leave the package as it is when it serves " +
  '(optimizeDeps: { exclude: ["gasworks"] })';

const startBrowserWorker: StartWorker = (...listeners) =>
  connectBrowserWorker(
    new Worker(new URL("./browser.worker.js", import.meta.url), { type: "module", name: "compiler" }),
    listeners,
    NOT_STARTED,
  );
