// The page's (or the Node process's) end of the embedded compiler: one worker at a time, started when needed and
// thrown away when it has to be stopped. The compiled compiler itself is kept here, so that the next worker is ready
// in a fraction of a second.

import {
  type CompileOptions,
  type CompileResult,
  type CompileSettings,
  type Compiler,
  type DownloadProgress,
  type Sources,
  checkSources,
  resolveSettings,
} from "../compiler.ts";
import { ToolchainError } from "../errors.ts";
import { Turns, whenAborted } from "../turns.ts";
import type { CompilerAssets } from "./assets.ts";
import type { WorkerRequest, WorkerResponse } from "./worker-messages.ts";

/** A started worker, whatever the platform calls it. */
export interface CompilerWorker {
  post(request: WorkerRequest): void;
  /** Ends it at once, in the middle of whatever it does. Nothing is received from it afterwards. */
  terminate(): void;
  /** Tells whether an answer is awaited: an idle worker must not keep a process alive, a busy one must. */
  setBusy(isBusy: boolean): void;
}

/** Starts a worker. `onError` is called when it cannot start or dies. */
export type StartWorker = (
  onResponse: (response: WorkerResponse) => void,
  onError: (error: unknown) => void,
) => CompilerWorker;

/** Limits on one compile. They bound what a hostile source can use up. */
export interface CompilerLimits {
  /** Wall-clock time of one compile in milliseconds, without the one-time download. @defaultValue 20_000 */
  readonly timeLimitMs?: number;
  /** The compiler's memory in pages of 64 KiB, 278 … 65,536. Ordinary programs need 350. @defaultValue 4_096 */
  readonly memoryLimitPages?: number;
}

const DEFAULTS = { timeLimitMs: 20_000, memoryLimitPages: 4_096 } as const satisfies CompilerLimits;

/** The compiler's own minimum and maximum, as its module declares them. */
const MEMORY_PAGES = { min: 278, max: 65_536 } as const;

/** The longest delay of a timer; a larger one would fire at once. */
const MAX_TIME_LIMIT_MS = 2 ** 31 - 1;

/** Engines compile a module's functions at their first call: whoever goes first waits up to a second longer. */
const WARM_UP: Sources = { "main.c": '#include <stdio.h>\nint main(void) { printf("%d\\n", 1); return 0; }\n' };

/** Timers, which pages and Node both have. */
type Timer = ReturnType<typeof setTimeout>;

interface Exchange {
  readonly resolve: (response: WorkerResponse) => void;
  readonly reject: (error: Error) => void;
}

export class EmbeddedCompiler implements Compiler {
  readonly #startWorker: StartWorker;
  readonly #baseUrl: string;
  readonly #timeLimitMs: number;
  readonly #maxMemoryPages: number;
  readonly #turns = new Turns();
  readonly #progressListeners = new Set<(progress: DownloadProgress) => void>();
  #worker: CompilerWorker | undefined;
  #exchange: Exchange | undefined;
  #loading: Promise<CompilerAssets> | undefined;
  #warmingUp: Promise<void> | undefined;
  #isDisposed = false;

  /**
   * @param baseUrl - Absolute URL of the directory with the compiler's files, with a slash at its end.
   * @throws RangeError if a limit is out of its range.
   */
  constructor(startWorker: StartWorker, baseUrl: string, limits: CompilerLimits = {}) {
    const { timeLimitMs = DEFAULTS.timeLimitMs, memoryLimitPages = DEFAULTS.memoryLimitPages } = limits;
    if (!(timeLimitMs > 0 && timeLimitMs <= MAX_TIME_LIMIT_MS)) {
      throw new RangeError(`Cannot limit a compile to ${timeLimitMs} ms: expected 1 … ${MAX_TIME_LIMIT_MS}`);
    }
    if (
      !Number.isInteger(memoryLimitPages) ||
      memoryLimitPages < MEMORY_PAGES.min ||
      memoryLimitPages > MEMORY_PAGES.max
    ) {
      throw new RangeError(
        `Cannot limit the compiler to ${memoryLimitPages} pages: expected an integer in ${MEMORY_PAGES.min} … ${MEMORY_PAGES.max}`,
      );
    }
    this.#startWorker = startWorker;
    this.#baseUrl = baseUrl;
    this.#timeLimitMs = timeLimitMs;
    this.#maxMemoryPages = memoryLimitPages;
  }

  async preload(onProgress?: (progress: DownloadProgress) => void): Promise<void> {
    await this.#load(onProgress);
    this.#warmingUp ??= this.compile(WARM_UP).then(
      () => {},
      // The compiler is there, which is what was asked for; if it does not work, the next compile says so.
      () => {},
    );
    await this.#warmingUp;
  }

  async compile(sources: Sources, options: CompileOptions = {}): Promise<CompileResult> {
    const settings = resolveSettings(options);
    // A copy: the caller may go on typing while the compile waits for its turn.
    const ownSources = { ...sources };
    checkSources(ownSources);
    const { signal, onProgress } = options;
    const isCanceled = whenAborted(signal);
    try {
      // Canceling stops the wait for the download and not the download, which others may wait for too.
      const assets = await Promise.race([this.#load(onProgress), isCanceled.promise]);
      const endTurn = await this.#turns.take(isCanceled.promise);
      try {
        return await this.#run(assets, ownSources, settings, isCanceled.promise);
      } finally {
        endTurn();
      }
    } finally {
      isCanceled.forget();
    }
  }

  /** Terminates the worker. The call under way ends with `toolchain/canceled`, all others with `toolchain/disposed`. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#stop(new ToolchainError("toolchain/canceled", "Cannot finish compiling: the compiler was disposed of"));
    this.#loading = undefined;
  }

  async #load(onProgress: ((progress: DownloadProgress) => void) | undefined): Promise<CompilerAssets> {
    this.#requireAlive();
    if (onProgress !== undefined) this.#progressListeners.add(onProgress);
    const loading = (this.#loading ??= this.#loadAssets());
    try {
      return await loading;
    } catch (error) {
      // The next call tries again: the network may be back.
      if (this.#loading === loading) this.#loading = undefined;
      throw error;
    } finally {
      if (onProgress !== undefined) this.#progressListeners.delete(onProgress);
    }
  }

  async #loadAssets(): Promise<CompilerAssets> {
    try {
      const response = await this.#ask({ kind: "load", baseUrl: this.#baseUrl, maxMemoryPages: this.#maxMemoryPages });
      if (response.kind === "loaded") return response.assets;
      this.#stop();
      throw failure(response);
    } catch (error) {
      // A worker that dies before there is a compiler could not be started, or had no room for it.
      if (!(error instanceof ToolchainError) || error.code !== "toolchain/crashed") throw error;
      throw new ToolchainError("toolchain/unavailable", `Cannot load the compiler: ${error.message}`, { cause: error });
    }
  }

  async #run(
    assets: CompilerAssets,
    sources: Sources,
    settings: CompileSettings,
    canceled: Promise<never>,
  ): Promise<CompileResult> {
    this.#requireAlive();
    if (this.#worker === undefined) this.#startWith(assets);
    let timer: Timer | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const message = `Cannot finish compiling: it took longer than ${this.#timeLimitMs} ms`;
        reject(new ToolchainError("toolchain/timeout", message));
      }, this.#timeLimitMs);
    });
    try {
      const response = await Promise.race([this.#ask({ kind: "compile", sources, settings }), canceled, tooLong]);
      if (response.kind === "compiled") return response.result;
      throw failure(response);
    } finally {
      clearTimeout(timer);
      // Still waiting for an answer: it was canceled or took too long. A compile can only be stopped with its worker;
      // the next one starts at once, to be ready when it is needed.
      if (this.#exchange !== undefined) {
        this.#stop();
        this.#startWith(assets);
      }
    }
  }

  #ask(request: WorkerRequest): Promise<WorkerResponse> {
    return new Promise((resolve, reject) => {
      const worker = this.#worker ?? this.#start();
      this.#exchange = { resolve, reject };
      worker.setBusy(true);
      worker.post(request);
    });
  }

  #startWith(assets: CompilerAssets): void {
    this.#start().post({ kind: "adopt", assets, maxMemoryPages: this.#maxMemoryPages });
  }

  #start(): CompilerWorker {
    // What a terminated worker still had to say is nobody's business: another one is asked by then.
    const worker = this.#startWorker(
      (response) => {
        if (this.#worker === worker) this.#receive(response);
      },
      (error) => {
        if (this.#worker === worker) this.#stop(workerFailure(error));
      },
    );
    this.#worker = worker;
    return worker;
  }

  #receive(response: WorkerResponse): void {
    if (response.kind === "progress") {
      for (const listener of this.#progressListeners) listener(response.progress);
      return;
    }
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#worker?.setBusy(false);
    exchange?.resolve(response);
  }

  /** Ends the worker, and whatever was asked of it with `reason`. */
  #stop(reason?: Error): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (reason !== undefined) exchange?.reject(reason);
  }

  #requireAlive(): void {
    if (this.#isDisposed) {
      throw new ToolchainError("toolchain/disposed", "Cannot compile: the compiler was disposed of");
    }
  }
}

function workerFailure(error: unknown): ToolchainError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ToolchainError("toolchain/crashed", `The compiler's worker ended (${reason})`, { cause: error });
}

function failure(response: WorkerResponse): Error {
  if (response.kind === "failed") return new ToolchainError(response.code, response.message);
  return new Error(`Unreachable: the compiler's worker answered "${response.kind}"`);
}
