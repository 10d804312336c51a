// Standard streams for commands that run inside the test.

import { runCommandLine, type ExitCode, type StandardStreams } from "gasworks/server";

/** What a command did. */
export interface CommandResult {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `gasworks` with these arguments and this input. */
export async function gasworks(args: readonly string[], input: readonly string[] = []): Promise<CommandResult> {
  const streams = new CapturedStreams(input);
  const exitCode = await runCommandLine(args, streams);
  return { exitCode, stdout: streams.stdout.text, stderr: streams.stderr.text };
}

/** Keeps what is written; gives the pieces of the input one by one. */
export class CapturedStreams implements StandardStreams {
  readonly stdin: { read(): Uint8Array | undefined };
  readonly stdout: CapturedSink = new CapturedSink();
  readonly stderr: CapturedSink = new CapturedSink();

  constructor(input: readonly string[] = []) {
    const pieces = input.map((piece) => new TextEncoder().encode(piece));
    this.stdin = { read: () => pieces.shift() };
  }
}

class CapturedSink {
  /** Set to play a reader that has gone away. */
  isClosed = false;
  readonly #written: Uint8Array[] = [];

  write(bytes: Uint8Array): void {
    this.#written.push(bytes.slice());
  }

  get text(): string {
    return Buffer.concat(this.#written).toString();
  }
}
