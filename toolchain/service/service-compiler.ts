// The service way: another machine compiles. The client's end, for pages and for Node.

import {
  type CompileOptions,
  type CompileResult,
  type Compiler,
  type DownloadProgress,
  type Sources,
  checkSources,
  resolveSettings,
} from "../compiler.ts";
import { disposedBefore, ToolchainError, type ToolchainErrorCode } from "../errors.ts";
import { requireTimeLimit, whenAborted } from "../turns.ts";
import { readResult } from "./read-result.ts";

export interface ServiceCompilerOptions {
  /** Where `gasworks serve-compiler` listens; in a page, relative to it. */
  readonly url: string | URL;
  /** Wall-clock time of one call in milliseconds, with waiting for its turn. @defaultValue 60_000 */
  readonly timeLimitMs?: number;
}

/** What the service answers to a compile that it did. Bytes are in Base64. */
export interface ServiceResult {
  readonly wasm: string | null;
  readonly diagnostics: CompileResult["diagnostics"];
}

/** What it answers otherwise. */
export interface ServiceFailure {
  readonly error: { readonly code: string; readonly message: string };
}

/**
 * Creates a compiler that has a service compile. Calls go out at once, side by side: the service has the queue.
 *
 * @throws RangeError if the time limit is out of its range.
 * @throws TypeError if the URL is none.
 */
export function createServiceCompiler(options: ServiceCompilerOptions): Compiler {
  const { timeLimitMs = 60_000 } = options;
  requireTimeLimit(timeLimitMs);
  const base = new URL(options.url, globalThis.location?.href);
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return new ServiceCompiler(base, timeLimitMs);
}

class ServiceCompiler implements Compiler {
  readonly #base: URL;
  readonly #timeLimitMs: number;
  readonly #disposal = new AbortController();

  constructor(base: URL, timeLimitMs: number) {
    this.#base = base;
    this.#timeLimitMs = timeLimitMs;
  }

  /** Asks whether the service is there and ready. */
  async preload(onProgress?: (progress: DownloadProgress) => void): Promise<void> {
    this.#requireAlive();
    const time = AbortSignal.timeout(this.#timeLimitMs);
    try {
      await this.#ask("healthz", { signal: AbortSignal.any([this.#disposal.signal, time]) });
    } catch (error) {
      throw time.aborted ? this.#tookTooLong(error) : error;
    }
    onProgress?.({ loadedBytes: 1, totalBytes: 1 });
  }

  async compile(sources: Sources, options: CompileOptions = {}): Promise<CompileResult> {
    const settings = resolveSettings(options);
    checkSources(sources);
    this.#requireAlive();
    const body = JSON.stringify({ sources, options: settings });
    const signals = [this.#disposal.signal, ...(options.signal === undefined ? [] : [options.signal])];
    const isCanceled = whenAborted(AbortSignal.any(signals));
    const time = AbortSignal.timeout(this.#timeLimitMs);
    try {
      const answer = await Promise.race([
        this.#ask("compile", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
          signal: AbortSignal.any([...signals, time]),
        }),
        isCanceled.promise,
      ]);
      return readResult(answer);
    } catch (error) {
      if (!time.aborted || (error instanceof ToolchainError && error.code !== "toolchain/unavailable")) throw error;
      throw this.#tookTooLong(error);
    } finally {
      isCanceled.forget();
    }
  }

  /** The calls under way end with `toolchain/canceled`. */
  [Symbol.dispose](): void {
    this.#disposal.abort();
  }

  async #ask(path: string, request: RequestInit): Promise<unknown> {
    const url = new URL(path, this.#base);
    let answer: unknown;
    let status: number;
    try {
      const response = await fetch(url, request);
      status = response.status;
      answer = (await response.json()) as unknown;
    } catch (cause) {
      throw new ToolchainError("toolchain/unavailable", `Cannot ask the service at ${url.href}: no answer`, { cause });
    }
    if (status === 200) return answer;
    const { code, message } = (answer as Partial<ServiceFailure> | null)?.error ?? {};
    throw new ToolchainError(
      isCode(code) ? code : "toolchain/unavailable",
      typeof message === "string" ? message : `Cannot ask the service at ${url.href}: answered ${status}`,
    );
  }

  #tookTooLong(cause: unknown): ToolchainError {
    const message = `Cannot finish: the service took longer than ${this.#timeLimitMs} ms`;
    return new ToolchainError("toolchain/timeout", message, { cause });
  }

  #requireAlive(): void {
    if (this.#disposal.signal.aborted) throw disposedBefore();
  }
}

function isCode(code: unknown): code is ToolchainErrorCode {
  return typeof code === "string" && code.startsWith("toolchain/");
}
