// The page's (or the Node process's) end of the embedded compiler: a few workers, started when needed and thrown away
// when they have to be stopped. The compiled compiler itself is kept here and shared by all of them, so that the next
// worker is ready in a fraction of a second. Without calls for a while, all of it is given back.

import {
  type CompileOptions,
  type CompileResult,
  type Compiler,
  type DownloadProgress,
  type Job,
  type Sources,
  jobOf,
} from "../compiler.ts";
import { disposedBefore, disposedMeanwhile, ToolchainError } from "../errors.ts";
import { Turns, whenAborted, whenOver } from "../turns.ts";
import type { CompilerAssets } from "./assets.ts";
import type { EmbeddedLimits } from "./limits.ts";
import { type StartWorker, WorkerLink } from "./worker-link.ts";

/** Engines compile a module's functions at their first call: whoever goes first waits up to a second longer. */
const WARM_UP: Sources = { "main.c": '#include <stdio.h>\nint main(void) { printf("%d\\n", 1); return 0; }\n' };

/** Timers, which pages and Node both have. */
type Timer = ReturnType<typeof setTimeout>;

/** Where the compiler's files are. */
export interface FileSource {
  /** Absolute URL of their directory, with a slash at its end. */
  readonly baseUrl: string;
  /** Their version, if they are to be kept where they need no network. */
  readonly keptVersion?: string | undefined;
}

export class EmbeddedCompiler implements Compiler {
  readonly #startWorker: StartWorker;
  readonly #files: FileSource;
  readonly #limits: Required<EmbeddedLimits>;
  readonly #turns: Turns;
  readonly #progressListeners = new Set<(progress: DownloadProgress) => void>();
  /** All workers, and those of them that have nothing to do. */
  readonly #links = new Set<WorkerLink>();
  readonly #free: WorkerLink[] = [];
  #loading: Promise<CompilerAssets> | undefined;
  #warmingUp: Promise<void> | undefined;
  #callsUnderWay = 0;
  #idleTimer: Timer | undefined;
  #isDisposed = false;

  constructor(startWorker: StartWorker, files: FileSource, limits: Required<EmbeddedLimits>) {
    this.#startWorker = startWorker;
    this.#files = files;
    this.#limits = limits;
    this.#turns = new Turns(limits.maxWorkers);
  }

  async preload(onProgress?: (progress: DownloadProgress) => void): Promise<void> {
    await this.#whileInUse(() => this.#load(onProgress));
    this.#warmingUp ??= this.compile(WARM_UP).then(
      () => {},
      // The compiler is there, which is what was asked for; if it does not work, the next compile says so.
      () => {},
    );
    await this.#warmingUp;
  }

  async compile(sources: Sources, options: CompileOptions = {}): Promise<CompileResult> {
    const job = jobOf(sources, options);
    const isCanceled = whenAborted(options.signal);
    try {
      return await this.#whileInUse(async () => {
        // Canceling stops the wait for the download and not the download, which others may wait for too.
        const assets = await Promise.race([this.#load(options.onProgress), isCanceled.promise]);
        const endTurn = await this.#turns.take(isCanceled.promise);
        try {
          return await this.#run(assets, job, isCanceled.promise);
        } finally {
          endTurn();
        }
      });
    } finally {
      isCanceled.forget();
    }
  }

  /** Terminates the workers. Calls under way end with `toolchain/canceled`, all others with `toolchain/disposed`. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    clearTimeout(this.#idleTimer);
    this.#release(disposedMeanwhile());
  }

  /** Does the work, and gives everything back when none has come for a while. */
  async #whileInUse<T>(work: () => Promise<T>): Promise<T> {
    this.#callsUnderWay++;
    clearTimeout(this.#idleTimer);
    try {
      return await work();
    } finally {
      this.#callsUnderWay--;
      if (this.#callsUnderWay === 0) this.#awaitIdleness();
    }
  }

  #awaitIdleness(): void {
    const { idleLimitMs } = this.#limits;
    if (this.#isDisposed || idleLimitMs === Number.POSITIVE_INFINITY) return;
    this.#idleTimer = setTimeout(() => this.#release(), idleLimitMs);
    // In Node timers are objects, and this one must not keep the process alive.
    if (typeof this.#idleTimer === "object") this.#idleTimer.unref();
  }

  /** Lets go of the workers and of the compiler itself. */
  #release(reason?: Error): void {
    for (const link of this.#links) link.terminate(reason);
    this.#links.clear();
    this.#free.length = 0;
    this.#loading = undefined;
    this.#warmingUp = undefined;
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
    const link = this.#start();
    try {
      const { baseUrl, keptVersion } = this.#files;
      const maxMemoryPages = this.#limits.memoryLimitPages;
      const assets = await link.load({ baseUrl, keptVersion, maxMemoryPages });
      this.#free.push(link);
      return assets;
    } catch (error) {
      this.#stop(link);
      // A worker that dies before there is a compiler could not be started, or had no room for it.
      if (!(error instanceof ToolchainError) || error.code !== "toolchain/crashed") throw error;
      throw new ToolchainError("toolchain/unavailable", `Cannot load the compiler: ${error.message}`, { cause: error });
    }
  }

  async #run(assets: CompilerAssets, job: Job, canceled: Promise<never>): Promise<CompileResult> {
    this.#requireAlive();
    const link = this.#takeFree() ?? this.#startWith(assets);
    const isOver = whenOver(this.#limits.timeLimitMs);
    try {
      return await Promise.race([link.compile(job), canceled, isOver.promise]);
    } finally {
      isOver.forget();
      if (link.isBusy) {
        // It was canceled or took too long. A compile can only be stopped with its worker; the next one starts at once,
        // to be ready when it is needed.
        this.#stop(link);
        this.#free.push(this.#startWith(assets));
      } else if (link.isOver) {
        this.#links.delete(link);
      } else {
        this.#free.push(link);
      }
    }
  }

  #takeFree(): WorkerLink | undefined {
    // The one that worked last, which is ready; and none that has died meanwhile.
    for (let link = this.#free.pop(); link !== undefined; link = this.#free.pop()) {
      if (!link.isOver) return link;
      this.#links.delete(link);
    }
    return undefined;
  }

  #startWith(assets: CompilerAssets): WorkerLink {
    const link = this.#start();
    link.post({ kind: "adopt", assets, maxMemoryPages: this.#limits.memoryLimitPages });
    return link;
  }

  #start(): WorkerLink {
    const link = new WorkerLink(this.#startWorker, (progress) => {
      for (const listener of this.#progressListeners) listener(progress);
    });
    this.#links.add(link);
    return link;
  }

  #stop(link: WorkerLink): void {
    link.terminate();
    this.#links.delete(link);
  }

  #requireAlive(): void {
    if (this.#isDisposed) throw disposedBefore();
  }
}
