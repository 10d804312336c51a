// Makes saves away from the page's own thread, so that the game goes on drawing meanwhile.

import { sentComputer, type SentComputer } from "./computer-groups.ts";
import type { EncodeReply, EncodeRequest } from "./encode-messages.ts";
import { SaveError } from "./errors.ts";
import { PieceCache } from "./piece-cache.ts";
import { SaveEncoder } from "./save-codec.ts";
import type { SavedComputer, SavedProgram, SaveSource } from "./save-game.ts";

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
  /**
   * @param programs - Has the program of each computer when that is added, as `captureEach()` gives them: then they can be
   * made meanwhile, and less is left for the end. @defaultValue those of `finish()`
   */
  begin(programs?: Iterable<SavedProgram>): EncodingSave;
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

/** Computers in one message: each message takes time of its own, on both sides. */
const SENT_TOGETHER = 8;

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

  begin(programs: Iterable<SavedProgram> = []): EncodingSave {
    return this.#isLocal ? localSave(this.#pieces, programs) : this.#workerSave(this.#count++, programs);
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (this.#isDisposed && this.#waiting.size === 0) this.#fail("the encoder was disposed of");
  }

  #workerSave(save: number, programs: Iterable<SavedProgram>): EncodingSave {
    const sent = new Map<string, SavedProgram>();
    const ask = (request: EncodeRequest, transfer: readonly Transferable[] = []): void => {
      // It may have failed since the save was begun; `finish` says so.
      if (!this.#isLocal) this.#ownWorker().postMessage(request, [...transfer]);
    };
    let waiting: SentComputer[] = [];
    const send = (): void => {
      const computers = waiting;
      waiting = [];
      const memories = computers.flatMap(({ snapshot }) => snapshot?.memory.pages.buffer ?? []);
      ask({ kind: "add", save, computers }, memories);
    };
    return {
      add: (computer) => {
        const program = newProgram(computer, programs, sent);
        if (program !== undefined) ask({ kind: "program", save, program });
        waiting.push(sentComputer(computer));
        if (waiting.length === SENT_TOGETHER) send();
      },
      finish: (rest) =>
        new Promise((resolve, reject) => {
          if (this.#isLocal) return reject(failed("its worker has ended"));
          send();
          try {
            const left = Array.from(rest.programs, (one) => (isSame(sent.get(one.hash), one) ? one.hash : one));
            ask({ kind: "finish", save, rest: { ...rest, programs: left } });
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

function localSave(pieces: PieceCache, programs: Iterable<SavedProgram>): EncodingSave {
  const encoder = new SaveEncoder({ pieces });
  const taken = new Map<string, SavedProgram>();
  return {
    add: (computer) => {
      const program = newProgram(computer, programs, taken);
      if (program !== undefined) encoder.addProgram(program);
      encoder.add(computer);
    },
    finish: async (rest) => encoder.finish(rest),
    cancel: () => {},
  };
}

/** The program of a computer, if it is there and not among those that were taken before. Takes it. */
function newProgram(
  { programHash }: SavedComputer,
  programs: Iterable<SavedProgram>,
  taken: Map<string, SavedProgram>,
): SavedProgram | undefined {
  if (programHash === null || taken.has(programHash)) return undefined;
  for (const program of programs) {
    if (program.hash !== programHash) continue;
    taken.set(programHash, program);
    return program;
  }
  return undefined;
}

function isSame(known: SavedProgram | undefined, { wasm, sources }: SavedProgram): boolean {
  return known?.wasm === wasm && known.sources === sources;
}

function failed(reason: string): SaveError {
  return new SaveError("save/encoder-failed", `Cannot make the save: ${reason}`);
}
