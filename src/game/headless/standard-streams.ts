// The process's own input and output, written and read synchronously: while a program runs, there is nothing else to do,
// and a program that prints without end must not fill the memory with what is still to be written.

import { readSync, writeSync } from "node:fs";

/** Where bytes go. */
export interface ByteSink {
  write(bytes: Uint8Array): void;
  /** Whether the reader has gone away; what is written from then on is dropped. */
  readonly isClosed: boolean;
}

/** Where bytes come from. */
export interface ByteSource {
  /** The next bytes, waiting for them; `undefined` at the end. */
  read(): Uint8Array | undefined;
}

/** What a command may touch of the process. */
export interface StandardStreams {
  readonly stdin: ByteSource;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
}

export function processStreams(): StandardStreams {
  return { stdin: new FileSource(0), stdout: new FileSink(1), stderr: new FileSink(2) };
}

const READ_BYTES = 65_536;

class FileSink implements ByteSink {
  readonly #fd: number;
  #isClosed = false;

  constructor(fd: number) {
    this.#fd = fd;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  write(bytes: Uint8Array): void {
    let offset = 0;
    while (offset < bytes.length && !this.#isClosed) {
      try {
        offset += writeSync(this.#fd, bytes, offset);
      } catch (error) {
        if (isBusy(error)) sleep();
        // EPIPE: `gasworks run … | head -1` has seen enough. EBADF: started with the stream closed.
        else if (hasCode(error, ["EPIPE", "EBADF"])) this.#isClosed = true;
        else throw error;
      }
    }
  }
}

class FileSource implements ByteSource {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  read(): Uint8Array | undefined {
    const buffer = new Uint8Array(READ_BYTES);
    for (;;) {
      try {
        const length = readSync(this.#fd, buffer);
        return length === 0 ? undefined : buffer.slice(0, length);
      } catch (error) {
        if (isBusy(error)) sleep();
        // EOF: a closed pipe on Windows. EBADF: started with the stream closed. EISDIR: started with `< directory`.
        else if (hasCode(error, ["EOF", "EBADF", "EISDIR"])) return undefined;
        else throw error;
      }
    }
  }
}

/** Terminals and pipes that another process made non-blocking answer so instead of waiting. */
function isBusy(error: unknown): boolean {
  return hasCode(error, ["EAGAIN"]);
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

const lock = new Int32Array(new SharedArrayBuffer(4));

function sleep(): void {
  Atomics.wait(lock, 0, 0, 2);
}
