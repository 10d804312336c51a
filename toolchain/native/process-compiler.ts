// A compiler that is a process: `compile.sh`, on this machine or in a container. One process for each compile, which
// gets the job on its input and gives the result on its output.

import { type ChildProcess, spawn } from "node:child_process";

import {
  type CompileOptions,
  type CompileResult,
  type Compiler,
  type DownloadProgress,
  type Job,
  type Sources,
  jobOf,
} from "../compiler.ts";
import { disposedBefore, ToolchainError } from "../errors.ts";
import { Turns, whenAborted, whenOver } from "../turns.ts";
import { MAX_RESULT_BYTES, decodeResult, encodeJob } from "./job-stream.ts";

/** A process to start for one compile. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** All that the process gets to know. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the compiler's own files are for that process. */
  readonly sysroot: string;
  /** Stops what killing the process does not stop; called where the process is killed. */
  readonly kill?: () => void;
  /** Called once the process has ended. */
  readonly cleanUp?: () => Promise<void>;
}

/** Knows how to start the process. */
export interface Launcher extends Disposable {
  /**
   * Looks for everything that is needed. Not called again once it has succeeded.
   *
   * @throws {@link ToolchainError} `toolchain/unavailable`.
   */
  prepare(): Promise<void>;
  launch(): Promise<Launch>;
}

const MAX_COMPLAINT_BYTES = 4_096;
/** Exit code of the command `timeout`, which stands before the script in the image. */
const TIMED_OUT = 124;
type Ended = { readonly code: number | null; readonly output: Uint8Array; readonly complaint: string };

export class ProcessCompiler implements Compiler {
  readonly #launcher: Launcher;
  readonly #timeLimitMs: number;
  readonly #turns = new Turns();
  readonly #disposal = new AbortController();
  #preparing: Promise<void> | undefined;

  /** @param timeLimitMs - Wall-clock time of one compile. */
  constructor(launcher: Launcher, timeLimitMs: number) {
    this.#launcher = launcher;
    this.#timeLimitMs = timeLimitMs;
  }

  async preload(onProgress?: (progress: DownloadProgress) => void): Promise<void> {
    this.#requireAlive();
    const preparing = (this.#preparing ??= this.#launcher.prepare());
    try {
      await preparing;
    } catch (error) {
      // The next call tries again: somebody may have installed what is missing.
      if (this.#preparing === preparing) this.#preparing = undefined;
      throw error;
    }
    onProgress?.({ loadedBytes: 1, totalBytes: 1 });
  }

  async compile(sources: Sources, options: CompileOptions = {}): Promise<CompileResult> {
    const job = jobOf(sources, options);
    this.#requireAlive();
    const signals = [this.#disposal.signal, ...(options.signal === undefined ? [] : [options.signal])];
    const isCanceled = whenAborted(AbortSignal.any(signals));
    try {
      await Promise.race([this.preload(options.onProgress), isCanceled.promise]);
      const endTurn = await this.#turns.take(isCanceled.promise);
      try {
        return await this.#run(job, isCanceled.promise);
      } finally {
        endTurn();
      }
    } finally {
      isCanceled.forget();
    }
  }

  /** Kills the process. The calls under way end with `toolchain/canceled`. */
  [Symbol.dispose](): void {
    this.#disposal.abort();
    this.#launcher[Symbol.dispose]();
  }

  async #run(job: Job, canceled: Promise<never>): Promise<CompileResult> {
    const launch = await this.#launcher.launch();
    const child = spawn(launch.command, launch.args, {
      env: { ...launch.env },
      stdio: ["pipe", "pipe", "pipe"],
      // A group of its own, to be killed whole.
      detached: true,
    });
    const isOver = whenOver(this.#timeLimitMs);
    const ended = collect(child);
    try {
      child.stdin.end(encodeJob(job));
      const { code, output, complaint } = await Promise.race([ended, canceled, isOver.promise]);
      if (code === TIMED_OUT)
        throw new ToolchainError("toolchain/timeout", "Cannot finish compiling: it took too long");
      if (code !== 0) throw notStarted(launch.command, `it ended with ${code}: ${complaint}`);
      return decodeResult(output, job.sources, launch.sysroot);
    } finally {
      isOver.forget();
      if (killGroup(child)) launch.kill?.();
      await ended.catch(() => {});
      await launch.cleanUp?.();
    }
  }

  #requireAlive(): void {
    if (this.#disposal.signal.aborted) throw disposedBefore();
  }
}

/** Waits for the end of a process, and for what it wrote. */
function collect(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const output: Buffer[] = [];
    let size = 0;
    let complaint = "";
    // It may end, or be killed, before it has read its input.
    child.stdin?.on("error", () => {});
    child.stdout?.on("data", (bytes: Buffer) => {
      size += bytes.length;
      if (size <= MAX_RESULT_BYTES) output.push(bytes);
      else killGroup(child);
    });
    child.stderr?.on("data", (bytes: Buffer) => {
      if (complaint.length < MAX_COMPLAINT_BYTES) complaint += bytes.toString();
    });
    child.on("error", (error) => reject(notStarted(child.spawnfile, error.message, error)));
    child.on("close", (code) => {
      if (size > MAX_RESULT_BYTES) {
        reject(new ToolchainError("toolchain/output-too-big", "Cannot finish compiling: the result is too large"));
      } else {
        resolve({ code, output: new Uint8Array(Buffer.concat(output)), complaint: complaint.trim() });
      }
    });
  });
}

function notStarted(command: string, reason: string, cause?: unknown): ToolchainError {
  return new ToolchainError("toolchain/unavailable", `Cannot start the compiler with ${command}: ${reason}`, { cause });
}

/** Whether there was something to kill. */
function killGroup(child: ChildProcess): boolean {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return false;
  try {
    return process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
    return false;
  }
}
