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
  /** Makes the worker, where a bundler needs another way. @defaultValue the package's own worker file */
  readonly createWorker?: () => Worker;
}

/**
 * A preparer with one worker. Modules are prepared one after the other; a worker that fails or runs into the deadline is
 * replaced.
 *
 * Its `prepare` throws `computer/prepare-timeout` and `computer/prepare-failed` beside what `prepareModule` throws; of a
 * denied import it keeps code and message.
 */
export function createBrowserPreparer(options: BrowserPreparerOptions = {}): Preparer {
  return new WorkerPreparer(options.deadlineMs ?? 30_000, options.createWorker ?? createOwnWorker);
}

const NOT_STARTED =
  "the worker did not start. Where its file is not found: Vite before 8 has to leave the package as it is when it serves " +
  '(optimizeDeps: { exclude: ["gasworks"] }), and others may need the option createWorker';

function createOwnWorker(): Worker {
  // The file that `tsc` emits; bundlers find it by this very expression.
  return new Worker(new URL("./prepare.worker.js", import.meta.url), { type: "module", name: "gasworks-prepare" });
}

class WorkerPreparer implements Preparer {
  readonly #deadlineMs: number;
  readonly #createWorker: () => Worker;
  #worker: Worker | undefined;
  /** Settles when everything asked for so far is done. */
  #queue: Promise<unknown> = Promise.resolve();
  #isDisposed = false;
  /** Ends the request that is under way. */
  #giveUp: ((error: ComputerError) => void) | undefined;

  constructor(deadlineMs: number, createWorker: () => Worker) {
    this.#deadlineMs = deadlineMs;
    this.#createWorker = createWorker;
  }

  prepare(wasm: Uint8Array, policy: ImportPolicy, options: PrepareOptions = {}): Promise<GuestModule> {
    const own = { wasm: wasm.slice(), policy, options };
    const result = this.#queue.then(() => this.#ask(own));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#giveUp?.(
      new ComputerError("computer/prepare-failed", "Cannot prepare the module: the preparer was disposed of"),
    );
    this.#dropWorker();
  }

  async #ask(request: PrepareRequest): Promise<GuestModule> {
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
