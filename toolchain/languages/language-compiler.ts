// A compiler of several languages: C goes to the compiler that it was given, the others to a worker of their own, which is
// started when the first such program comes.

import {
  type CompileOptions,
  type CompileResult,
  type Compiler,
  type DownloadProgress,
  type Sources,
  checkSources,
  resolveSettings,
} from "../compiler.ts";
import { type StartWorker, WorkerLink } from "../embedded/worker-link.ts";
import { ToolchainError } from "../errors.ts";
import { Turns, whenAborted } from "../turns.ts";
import { SCRIPT_ENDINGS, scriptLanguageOf } from "./language.ts";

/** Limits on one program in another language. */
export interface LanguageLimits {
  /** Wall-clock time of one compile in milliseconds, with loading the language's package. @defaultValue 30_000 */
  readonly timeLimitMs?: number;
}

const DEFAULTS = { timeLimitMs: 30_000 } as const;

export class LanguageCompiler implements Compiler {
  readonly #compiler: Compiler;
  readonly #startWorker: StartWorker;
  readonly #timeLimitMs: number;
  readonly #turns = new Turns();
  #link: WorkerLink | undefined;
  #isDisposed = false;

  constructor(compiler: Compiler, startWorker: StartWorker, limits: LanguageLimits = {}) {
    this.#compiler = compiler;
    this.#startWorker = startWorker;
    this.#timeLimitMs = limits.timeLimitMs ?? DEFAULTS.timeLimitMs;
    if (!(this.#timeLimitMs > 0 && this.#timeLimitMs < 2 ** 31)) {
      throw new RangeError(`Cannot limit a compile to ${this.#timeLimitMs} ms: expected 1 … ${2 ** 31 - 1}`);
    }
  }

  preload(onProgress?: (progress: DownloadProgress) => void): Promise<void> {
    return this.#compiler.preload(onProgress);
  }

  async compile(sources: Sources, options: CompileOptions = {}): Promise<CompileResult> {
    const language = scriptLanguageOf(sources);
    if (language === undefined) return this.#compiler.compile(sources, options);
    const settings = resolveSettings(options);
    const ownSources = { ...sources };
    checkSources(ownSources, SCRIPT_ENDINGS[language]);
    const isCanceled = whenAborted(options.signal);
    try {
      const endTurn = await this.#turns.take(isCanceled.promise);
      try {
        return await this.#run({ kind: "compile", sources: ownSources, settings }, isCanceled.promise);
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
    this.#link?.terminate(
      new ToolchainError("toolchain/canceled", "Cannot finish compiling: the compiler was disposed of"),
    );
    this.#compiler[Symbol.dispose]();
  }

  async #run(request: Parameters<WorkerLink["ask"]>[0], canceled: Promise<never>): Promise<CompileResult> {
    if (this.#isDisposed) {
      throw new ToolchainError("toolchain/disposed", "Cannot compile: the compiler was disposed of");
    }
    const link = this.#link === undefined || this.#link.isOver ? new WorkerLink(this.#startWorker) : this.#link;
    this.#link = link;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      const message = `Cannot finish compiling: it took longer than ${this.#timeLimitMs} ms`;
      timer = setTimeout(() => reject(new ToolchainError("toolchain/timeout", message)), this.#timeLimitMs);
    });
    try {
      const response = await Promise.race([link.ask(request), canceled, tooLong]);
      if (response.kind === "compiled") return response.result;
      if (response.kind === "failed") throw new ToolchainError(response.code, response.message);
      throw new Error(`Unreachable: the worker answered "${response.kind}"`);
    } finally {
      clearTimeout(timer);
      // Canceled or too long: a compile can only be stopped with its worker.
      if (link.isBusy) link.terminate();
    }
  }
}
