// Results that are kept for whoever compiles the same again: same sources, same settings, same toolchain.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

import {
  type CompileOptions,
  type CompileResult,
  type Compiler,
  type DownloadProgress,
  type Job,
  type Sources,
  jobOf,
} from "./compiler.ts";
import { toolchainVersion } from "./toolchain-version.ts";

/**
 * Where results are kept. It may lose what it has, and may fail: then the program is compiled.
 *
 * @see {@link createMemoryResultCache}, {@link createPageResultCache}
 */
export interface ResultCache {
  /** @returns What was kept under this key, or `undefined`. */
  get(key: string): Promise<CompileResult | undefined>;
  /** @param key - Letters, digits and `-`; the same key comes with the same result only. */
  set(key: string, result: CompileResult): Promise<void>;
}

export interface ResultCacheOption {
  /**
   * Where results are kept, for the same sources and options to be compiled once; `false`: nowhere. Failures are never
   * kept. @defaultValue 16 MiB of memory, of this compiler alone
   */
  readonly results?: ResultCache | false;
}

const DEFAULT_MEMORY_BYTES = 16 * 1_024 * 1_024;

/**
 * Keeps results in memory, those that were asked for last.
 *
 * @param maxBytes - All of them together, from 0. @defaultValue 16 MiB
 * @throws RangeError if that is no such number.
 */
export function createMemoryResultCache(maxBytes: number = DEFAULT_MEMORY_BYTES): ResultCache {
  requireSize(maxBytes);
  const results = new Map<string, CompileResult>();
  let bytes = 0;
  const forget = (key: string): void => {
    const result = results.get(key);
    if (result === undefined) return;
    results.delete(key);
    bytes -= sizeOf(result);
  };
  return {
    async get(key) {
      const result = results.get(key);
      if (result === undefined) return undefined;
      results.delete(key);
      results.set(key, result);
      return copyOf(result);
    },
    async set(key, result) {
      forget(key);
      results.set(key, copyOf(result));
      bytes += sizeOf(result);
      for (const oldest of results.keys()) {
        if (bytes <= maxBytes) return;
        forget(oldest);
      }
    },
  };
}

/** @throws RangeError if a cache cannot have this size. */
export function requireSize(maxBytes: number): void {
  if (!(maxBytes >= 0)) throw new RangeError(`Cannot keep results in ${maxBytes} bytes: expected 0 or more`);
}

/** A compiler that looks first whether it has the result already. What it gives is the caller's own. */
export function withResultCache(compiler: Compiler, { results }: ResultCacheOption): Compiler {
  return results === false ? compiler : new CachingCompiler(compiler, results ?? createMemoryResultCache());
}

class CachingCompiler implements Compiler {
  readonly #compiler: Compiler;
  readonly #results: ResultCache;
  #isDisposed = false;

  constructor(compiler: Compiler, results: ResultCache) {
    this.#compiler = compiler;
    this.#results = results;
  }

  preload(onProgress?: (progress: DownloadProgress) => void): Promise<void> {
    return this.#compiler.preload(onProgress);
  }

  async compile(sources: Sources, options: CompileOptions = {}): Promise<CompileResult> {
    const job = jobOf(sources, options);
    const key = resultKey(job);
    const known = await this.#results.get(key).catch(() => undefined);
    // Who has canceled meanwhile, or disposed of the compiler, hears of it from the compiler itself.
    if (known !== undefined && options.signal?.aborted !== true && !this.#isDisposed) return known;
    const result = await this.#compiler.compile(job.sources, options);
    // Nobody waits for it, and nobody minds if it cannot be kept.
    this.#results.set(key, result).catch(() => {});
    return result;
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#compiler[Symbol.dispose]();
  }
}

/** What is the same for the same result. The order in which files were listed makes no difference. */
export function resultKey({ sources, settings }: Job): string {
  const { optimization, debug, stackBytes, target, cpu } = settings;
  const files = Object.entries(sources).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const all = JSON.stringify([toolchainVersion(), optimization, debug, stackBytes, target, cpu, files]);
  return bytesToHex(sha256(utf8ToBytes(all)));
}

function copyOf({ wasm, diagnostics }: CompileResult): CompileResult {
  return { wasm: wasm?.slice(), diagnostics: structuredClone(diagnostics) };
}

/** Of a result besides its contents: without it, the smallest would be without number. */
const ENTRY_BYTES = 512;

/** About what it takes in memory. */
function sizeOf({ wasm, diagnostics }: CompileResult): number {
  return ENTRY_BYTES + (wasm?.length ?? 0) + 2 * JSON.stringify(diagnostics).length;
}
