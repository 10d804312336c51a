// The page's end of one worker: what was asked of it, and what came of it.

import type { CompileResult, DownloadProgress, Job } from "../compiler.ts";
import { ToolchainError } from "../errors.ts";
import type { CompilerAssets } from "./assets.ts";
import type { WorkerRequest, WorkerResponse } from "./worker-messages.ts";

/** A started worker, whatever the platform calls it. */
export interface CompilerWorker {
  post(request: WorkerRequest): void;
  /** Ends it at once, in the middle of whatever it does. */
  terminate(): void;
  /** Tells whether an answer is awaited: an idle worker must not keep a process alive, a busy one must. */
  setBusy(isBusy: boolean): void;
}

/** Starts a worker. `onError` is called when it cannot start or dies. */
export type StartWorker = (
  onResponse: (response: WorkerResponse) => void,
  onError: (error: unknown) => void,
) => CompilerWorker;

interface Exchange {
  readonly resolve: (response: WorkerResponse) => void;
  readonly reject: (error: Error) => void;
}

/** One worker, of which one thing at a time is asked. */
export class WorkerLink {
  readonly #worker: CompilerWorker;
  #exchange: Exchange | undefined;
  #isOver = false;

  constructor(startWorker: StartWorker, onProgress: (progress: DownloadProgress) => void = () => {}) {
    this.#worker = startWorker(
      (response) => {
        // What a terminated worker still had to say is nobody's business.
        if (this.#isOver) return;
        if (response.kind === "progress") onProgress(response.progress);
        else this.#receive(response);
      },
      (error) => this.terminate(workerFailure(error)),
    );
  }

  /** Whether an answer is awaited. */
  get isBusy(): boolean {
    return this.#exchange !== undefined;
  }

  /** Whether it was terminated, or died. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Has the worker fetch and compile the compiler. @throws {@link ToolchainError} what it failed with, or as `compile()`. */
  async load(request: Omit<WorkerRequest & { readonly kind: "load" }, "kind">): Promise<CompilerAssets> {
    const response = await this.#ask({ kind: "load", ...request });
    if (response.kind === "loaded") return response.assets;
    throw unexpected(response);
  }

  /**
   * Has the worker compile.
   *
   * @throws {@link ToolchainError} what it failed with; `toolchain/crashed` if it dies; or what `terminate()` was given.
   */
  async compile({ sources, settings }: Job): Promise<CompileResult> {
    const response = await this.#ask({ kind: "compile", sources, settings });
    if (response.kind === "compiled") return response.result;
    throw unexpected(response);
  }

  /** Sends what needs no answer. */
  post(request: WorkerRequest): void {
    this.#worker.post(request);
  }

  #ask(request: WorkerRequest): Promise<WorkerResponse> {
    return new Promise((resolve, reject) => {
      this.#exchange = { resolve, reject };
      this.#worker.setBusy(true);
      this.#worker.post(request);
    });
  }

  /** Ends the worker, and whatever was asked of it with `reason`. */
  terminate(reason?: Error): void {
    this.#isOver = true;
    this.#worker.terminate();
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (reason !== undefined) exchange?.reject(reason);
  }

  #receive(response: WorkerResponse): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#worker.setBusy(false);
    if (response.kind === "failed") exchange?.reject(new ToolchainError(response.code, response.message));
    else exchange?.resolve(response);
  }
}

function unexpected({ kind }: WorkerResponse): Error {
  return new Error(`Unreachable: the compiler's worker answered "${kind}"`);
}

function workerFailure(error: unknown): ToolchainError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ToolchainError("toolchain/crashed", `The compiler's worker ended (${reason})`, { cause: error });
}
