// Makes saves away from the page's own thread, so that the game goes on drawing meanwhile.

import { sentComputer } from "./computer-groups.ts";
import type { EncodeReply, EncodeRequest } from "./encode-messages.ts";
import { SaveError } from "./errors.ts";
import { PieceCache } from "./piece-cache.ts";
import { SaveEncoder } from "./save-codec.ts";
import type { SavedComputer, SaveSource } from "./save-game.ts";

/** Everything of a save but its computers. */
export type SaveRest = Omit<SaveSource, "computers">;

/** One save that is being made. */
export interface EncodingSave {
  /** Takes a computer as it is now. */
  add(computer: SavedComputer): void;
  /**
   * The bytes of the save; ends it.
   *
   * @throws {SaveError} {@link TypeError} like `encodeSave()`; `save/encoder-failed`.
   */
  finish(rest: SaveRest): Promise<Uint8Array>;
  /** Ends it without a result. Nothing happens if it has ended. */
  cancel(): void;
}

/** Makes saves, several at a time if need be. Disposing of it lets those end whose `finish()` was called. */
export interface BackgroundEncoder extends Disposable {
  begin(): EncodingSave;
}

/** How to encode in a page. */
export interface BackgroundEncoderOptions {
  /** Makes the worker, where a bundler needs another way. @defaultValue the package's own worker file */
  readonly createWorker?: () => Worker;
}

/**
 * An encoder with one worker. If that fails, the save that was being made is lost with `save/encoder-failed`, and those that
 * follow are made on the page's own thread, as where there are no workers.
 */
export function createBackgroundEncoder(options: BackgroundEncoderOptions = {}): BackgroundEncoder {
  return new WorkerEncoder(options.createWorker ?? createOwnWorker);
}

function createOwnWorker(): Worker {
  // The file that `tsc` emits; bundlers find it by this very expression.
  return new Worker(new URL("./encode.worker.js", import.meta.url), { type: "module", name: "gasworks-encode" });
}

interface Waiting {
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

class WorkerEncoder implements BackgroundEncoder {
  readonly #createWorker: () => Worker;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #isLocal = typeof Worker === "undefined";
  /** Of saves that are made on this thread. */
  readonly #pieces = new PieceCache();
  #isDisposed = false;
  #count = 0;

  constructor(createWorker: () => Worker) {
    this.#createWorker = createWorker;
  }

  begin(): EncodingSave {
    return this.#isLocal ? localSave(this.#pieces) : this.#workerSave(this.#count++);
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (this.#isDisposed && this.#waiting.size === 0) this.#fail("the encoder was disposed of");
  }

  #workerSave(save: number): EncodingSave {
    const ask = (request: EncodeRequest, transfer: readonly Transferable[] = []): void => {
      // It may have failed since the save was begun; `finish` says so.
      if (!this.#isLocal) this.#ownWorker().postMessage(request, [...transfer]);
    };
    return {
      add: (computer) => {
        const sent = sentComputer(computer);
        ask({ kind: "add", save, computer: sent }, sent.snapshot === null ? [] : [sent.snapshot.memory.pages.buffer]);
      },
      finish: (rest) =>
        new Promise((resolve, reject) => {
          if (this.#isLocal) return reject(failed("its worker has ended"));
          try {
            ask({ kind: "finish", save, rest: { ...rest, programs: [...rest.programs] } });
          } catch (cause) {
            ask({ kind: "cancel", save });
            return reject(new TypeError("Cannot encode the save: its world is not JSON", { cause }));
          }
          this.#waiting.set(save, { resolve, reject });
        }),
      cancel: () => ask({ kind: "cancel", save }),
    };
  }

  #ownWorker(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = this.#createWorker();
    worker.addEventListener("message", ({ data }: MessageEvent<EncodeReply>) => this.#answer(data));
    // A script that cannot be fetched gives an error without a message.
    worker.addEventListener("error", ({ message }) => this.#fail(message || "its worker did not start"));
    worker.addEventListener("messageerror", () => this.#fail("its worker's answer cannot be read"));
    return (this.#worker = worker);
  }

  #answer(reply: EncodeReply): void {
    const waiting = this.#waiting.get(reply.save);
    this.#waiting.delete(reply.save);
    if (reply.kind === "encoded") waiting?.resolve(reply.bytes);
    else if (reply.code !== undefined) waiting?.reject(new SaveError(reply.code, reply.message));
    else waiting?.reject(new TypeError(reply.message));
    this.#endIfDone();
  }

  #fail(reason: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#isLocal = true;
    for (const { reject } of this.#waiting.values()) reject(failed(reason));
    this.#waiting.clear();
  }
}

function localSave(pieces: PieceCache): EncodingSave {
  const encoder = new SaveEncoder({ pieces });
  return {
    add: (computer) => encoder.add(computer),
    finish: async (rest) => encoder.finish(rest),
    cancel: () => {},
  };
}

function failed(reason: string): SaveError {
  return new SaveError("save/encoder-failed", `Cannot make the save: ${reason}`);
}
