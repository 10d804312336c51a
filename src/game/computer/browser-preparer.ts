// Prepares modules in a Web Worker, so that the page goes on drawing meanwhile. `src/vm` knows no clock: the deadline that
// a hostile module may run into is kept here.

import { VmError, type GuestModule, type ImportPolicy, type PrepareOptions } from "../../vm/index.ts";
import { ComputerError } from "./errors.ts";
import type { PrepareReply, PrepareRequest } from "./prepare-messages.ts";
import type { Preparer } from "./preparer.ts";

/** How to prepare in a page. */
export interface BrowserPreparerOptions {
  /** Longest that one module may take, in milliseconds, the start of the worker included. @defaultValue 30_000 */
  readonly deadlineMs?: number;
  /** Makes a worker, where a bundler needs another way. @defaultValue the package's own worker file */
  readonly createWorker?: () => Worker;
  /** Workers at most, an integer ≥ 1. @defaultValue one for each core of the machine, at most 4 */
  readonly maxWorkers?: number;
}

/**
 * A preparer with a few workers. The first starts with the first module, and another one whenever all are busy; modules for
 * which there is none wait in their order. A worker that fails or runs into the deadline is replaced.
 *
 * Its `prepare` throws `computer/prepare-timeout` and `computer/prepare-failed` beside what `prepareModule` throws; of a
 * denied import it keeps code and message.
 *
 * @throws {RangeError} if `maxWorkers` is out of its range.
 */
export function createBrowserPreparer(options: BrowserPreparerOptions = {}): Preparer {
  const { deadlineMs = 30_000, createWorker = createOwnWorker, maxWorkers = defaultWorkers() } = options;
  if (!Number.isInteger(maxWorkers) || maxWorkers < 1) {
    throw new RangeError(`Cannot prepare modules with ${maxWorkers} workers: expected an integer ≥ 1`);
  }
  return new WorkerPreparer(maxWorkers, () => new PreparingWorker(deadlineMs, createWorker));
}

/** Each takes some 20 MB, and has to make its own code fast first. */
const MOST_BY_DEFAULT = 4;

function defaultWorkers(): number {
  const { navigator } = globalThis as { readonly navigator?: { readonly hardwareConcurrency?: number } };
  return Math.min(MOST_BY_DEFAULT, navigator?.hardwareConcurrency ?? 1);
}

const NOT_STARTED =
  "the worker did not start. Where its file is not found: Vite before 8 has to leave the package as it is when it serves " +
  '(optimizeDeps: { exclude: ["gasworks"] }), and others may need the option createWorker';

function createOwnWorker(): Worker {
  // The file that `tsc` emits; bundlers find it by this very expression.
  return new Worker(new URL("./prepare.worker.js", import.meta.url), { type: "module", name: "gasworks-prepare" });
}

class WorkerPreparer implements Preparer {
  readonly #maxWorkers: number;
  readonly #createWorker: () => PreparingWorker;
  readonly #workers: PreparingWorker[] = [];
  readonly #idle: PreparingWorker[] = [];
  /** Who waits for a worker. */
  readonly #waiting: ((worker: PreparingWorker) => void)[] = [];
  #isDisposed = false;

  constructor(maxWorkers: number, createWorker: () => PreparingWorker) {
    this.#maxWorkers = maxWorkers;
    this.#createWorker = createWorker;
  }

  async prepare(wasm: Uint8Array, policy: ImportPolicy, options: PrepareOptions = {}): Promise<GuestModule> {
    const own = { wasm: wasm.slice(), policy, options };
    const worker = await this.#takeWorker();
    try {
      return await worker.ask(own);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(worker);
      else next(worker);
    }
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    for (const worker of this.#workers) worker[Symbol.dispose]();
  }

  #takeWorker(): PreparingWorker | Promise<PreparingWorker> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#workers.length === this.#maxWorkers) return new Promise((resolve) => this.#waiting.push(resolve));
    const worker = this.#createWorker();
    this.#workers.push(worker);
    if (this.#isDisposed) worker[Symbol.dispose]();
    return worker;
  }
}

/** Asks a worker for one module after the other, and replaces it when it has to. */
class PreparingWorker implements Disposable {
  readonly #deadlineMs: number;
  readonly #createWorker: () => Worker;
  #worker: Worker | undefined;
  #isDisposed = false;
  /** Ends the request that is under way. */
  #giveUp: ((error: ComputerError) => void) | undefined;

  constructor(deadlineMs: number, createWorker: () => Worker) {
    this.#deadlineMs = deadlineMs;
    this.#createWorker = createWorker;
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#giveUp?.(
      new ComputerError("computer/prepare-failed", "Cannot prepare the module: the preparer was disposed of"),
    );
    this.#dropWorker();
  }

  /** Not while another request is under way. */
  async ask(request: PrepareRequest): Promise<GuestModule> {
    if (this.#isDisposed) {
      throw new ComputerError("computer/prepare-failed", "Cannot prepare a module: the preparer was disposed of");
    }
    try {
      const reply = await this.#exchange(request);
      if (reply.kind === "prepared") return reply.module;
      if (reply.kind === "refused") {
        throw new VmError(reply.code, reply.message, reply.offset === undefined ? {} : { offset: reply.offset });
      }
      throw new ComputerError("computer/prepare-failed", `Cannot prepare the module: ${reply.message}`);
    } catch (error) {
      if (!(error instanceof VmError)) this.#dropWorker();
      throw error;
    }
  }

  #exchange(request: PrepareRequest): Promise<PrepareReply> {
    return new Promise((resolve, reject) => {
      const worker = (this.#worker ??= this.#createWorker());
      const listening = new AbortController();
      const { signal } = listening;
      const end = (settle: () => void): void => {
        clearTimeout(deadline);
        listening.abort();
        this.#giveUp = undefined;
        settle();
      };
      const deadline = setTimeout(() => {
        const seconds = this.#deadlineMs / 1_000;
        end(() =>
          reject(new ComputerError("computer/prepare-timeout", `Cannot prepare the module within ${seconds} s`)),
        );
      }, this.#deadlineMs);
      this.#giveUp = (error) => end(() => reject(error));
      worker.addEventListener("message", (event: MessageEvent<PrepareReply>) => end(() => resolve(event.data)), {
        signal,
      });
      const fail = (reason: string): void =>
        end(() => reject(new ComputerError("computer/prepare-failed", `Cannot prepare the module: ${reason}`)));
      // A script that cannot be fetched gives an error without a message.
      worker.addEventListener("error", ({ message }) => fail(message || NOT_STARTED), { signal });
      worker.addEventListener("messageerror", () => fail("its worker's answer cannot be read"), { signal });
      worker.postMessage(request);
    });
  }

  #dropWorker(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}
