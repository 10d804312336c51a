// A guest's standard output on its way to the process's, and the tail of it that goes into a save.

import type { Stdio } from "../../vm/index.ts";

import type { ByteSink } from "./standard-streams.ts";

const TAIL_BYTES = 4_096;
const FLUSH_BYTES = 65_536;
const LINE_FEED = 10;

/** Collects what a guest prints until {@link GuestConsole.flush}; stdout and stderr stay in order. */
export class GuestConsole implements Stdio {
  readonly #sinks: Readonly<Record<1 | 2, ByteSink>>;
  #tail: Uint8Array;
  #pending: Uint8Array[] = [];
  #pendingStream: 1 | 2 = 1;
  #pendingBytes = 0;
  #lastOfStdout = LINE_FEED;

  /** @param tail - Text that was printed before, from a save. */
  constructor(stdout: ByteSink, stderr: ByteSink, tail: string) {
    this.#sinks = { 1: stdout, 2: stderr };
    this.#tail = new TextEncoder().encode(tail);
  }

  /** Whether anything waits to be flushed. */
  get isPending(): boolean {
    return this.#pendingBytes > 0;
  }

  /** Whether nobody reads the standard output any more. */
  get isClosed(): boolean {
    return this.#sinks[1].isClosed;
  }

  /** The last of what was printed, at most 4 KiB, as text. */
  get tail(): string {
    return new TextDecoder().decode(this.#tail);
  }

  write(stream: 1 | 2, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (stream !== this.#pendingStream) this.flush();
    this.#pendingStream = stream;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= FLUSH_BYTES) this.flush();
  }

  flush(): void {
    if (this.#pendingBytes === 0) return;
    const bytes = joined(this.#pending, this.#pendingBytes);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#sinks[this.#pendingStream].write(bytes);
    if (this.#pendingStream === 1) this.#lastOfStdout = bytes.at(-1) ?? LINE_FEED;
    this.#tail = lastOf(this.#tail, bytes);
  }

  /** Ends an unfinished line of the standard output, so that what follows is a line of its own. */
  endLine(): void {
    this.flush();
    if (this.#lastOfStdout === LINE_FEED) return;
    this.#sinks[1].write(new Uint8Array([LINE_FEED]));
    this.#lastOfStdout = LINE_FEED;
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function lastOf(before: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (bytes.length >= TAIL_BYTES) return bytes.slice(-TAIL_BYTES);
  const kept = before.subarray(-(TAIL_BYTES - bytes.length));
  return joined([kept, bytes], kept.length + bytes.length);
}
