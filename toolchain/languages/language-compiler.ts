// A compiler of several languages: C goes to the compiler that it was given, the others to a worker of their own, which is
// started when the first such program comes.

import {
  type CompileOptions,
  type CompileResult,
  type Compiler,
  type DownloadProgress,
  type Job,
  type Sources,
  jobOf,
} from "../compiler.ts";
import { type StartWorker, WorkerLink } from "../embedded/worker-link.ts";
import { disposedBefore, disposedMeanwhile, ToolchainError } from "../errors.ts";
import { requireTimeLimit, Turns, whenAborted, whenOver } from "../turns.ts";
import { requireOneLanguage, SCRIPT_ENDINGS, scriptLanguageOf } from "./language.ts";

/** Limits on one program in another language. */
export interface LanguageLimits {
  /** Wall-clock time of one compile in milliseconds, with loading the language's package. @defaultValue 30_000 */
  readonly timeLimitMs?: number;
}

const DEFAULTS = { timeLimitMs: 30_000 } as const;

export class LanguageCompiler implements Compiler {
  readonly #compiler: Compiler | undefined;
  readonly #startWorker: StartWorker;
  readonly #timeLimitMs: number;
  readonly #turns = new Turns();
  #link: WorkerLink | undefined;
  #isDisposed = false;

  /** @param compiler - For C, which is refused without one. */
  constructor(compiler: Compiler | undefined, startWorker: StartWorker, limits: LanguageLimits = {}) {
    this.#compiler = compiler;
    this.#startWorker = startWorker;
    this.#timeLimitMs = limits.timeLimitMs ?? DEFAULTS.timeLimitMs;
    requireTimeLimit(this.#timeLimitMs);
  }

  async preload(onProgress?: (progress: DownloadProgress) => void): Promise<void> {
    await this.#compiler?.preload(onProgress);
  }

  async compile(sources: Sources, options: CompileOptions = {}): Promise<CompileResult> {
    requireOneLanguage(sources);
    const language = scriptLanguageOf(sources);
    if (language === undefined) {
      if (this.#compiler !== undefined) return this.#compiler.compile(sources, options);
      throw new ToolchainError("toolchain/unavailable", "Cannot compile C: this compiler is for other languages only");
    }
    const job = jobOf(sources, options, SCRIPT_ENDINGS[language]);
    const isCanceled = whenAborted(options.signal);
    try {
      const endTurn = await this.#turns.take(isCanceled.promise);
      try {
        return await this.#run(job, isCanceled.promise);
      } finally {
        endTurn();
      }
    } finally {
      isCanceled.forget();
    }
  }

  /** Disposes of the compiler for C as well. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#link?.terminate(disposedMeanwhile());
    this.#compiler?.[Symbol.dispose]();
  }

  async #run(job: Job, canceled: Promise<never>): Promise<CompileResult> {
    if (this.#isDisposed) throw disposedBefore();
    const link = this.#link === undefined || this.#link.isOver ? new WorkerLink(this.#startWorker) : this.#link;
    this.#link = link;
    const isOver = whenOver(this.#timeLimitMs);
    try {
      return await Promise.race([link.compile(job), canceled, isOver.promise]);
    } finally {
      isOver.forget();
      // Canceled or too long: a compile can only be stopped with its worker.
      if (link.isBusy) link.terminate();
    }
  }
}
