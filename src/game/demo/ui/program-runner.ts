// What Run, Stop and Reset do. No DOM: the panel shows what is in here.

import { CompileError, ComputerError, type Computer } from "gasworks";
import { formatDiagnostic, ToolchainError, type Diagnostic, type DownloadProgress } from "gasworks/toolchain";

import type { ProgramRun } from "../rules/program-run.ts";
import type { RoverWorld } from "../rules/rover-world.ts";
import { sentenceOf } from "./sentence-of.ts";

/** Name of the player's file. */
export const MAIN_FILE = "main.c";

export interface ProgramRunnerOptions {
  readonly computer: Computer;
  readonly world: RoverWorld;
  readonly run: ProgramRun;
  /** The tick that has been run last. */
  readonly currentTick: () => number;
  readonly onDiagnostics: (diagnostics: readonly Diagnostic[]) => void;
  readonly onDownload: (progress: DownloadProgress | undefined) => void;
}

export class ProgramRunner {
  readonly #options: ProgramRunnerOptions;
  #compiling: AbortController | undefined;
  #refused: string | undefined;

  constructor(options: ProgramRunnerOptions) {
    this.#options = options;
  }

  /** Why the last program does not run, as a sentence; `undefined` if it does. */
  get refused(): string | undefined {
    return this.#refused;
  }

  /** Compiles the text and runs it from its start. Whatever happens ends as something to show. */
  async start(text: string): Promise<void> {
    const { computer, run, currentTick, onDiagnostics, onDownload } = this.#options;
    this.#compiling?.abort();
    const compiling = new AbortController();
    this.#compiling = compiling;
    this.#refused = undefined;
    run.clear();
    computer.console.clear();
    onDiagnostics([]);
    try {
      const result = await computer.load(
        { [MAIN_FILE]: text },
        { start: false, compile: { signal: compiling.signal, onProgress: onDownload } },
      );
      onDiagnostics(result.diagnostics);
      computer.start();
      run.begin(currentTick());
    } catch (error) {
      if (this.#compiling === compiling) this.#refuse(error);
    } finally {
      if (this.#compiling === compiling) {
        this.#compiling = undefined;
        onDownload(undefined);
      }
    }
  }

  stop(): void {
    this.#compiling?.abort();
    this.#options.computer.stop();
  }

  /** Stops the program and puts the yard back to its beginning. */
  reset(): void {
    const { computer, world, run, onDiagnostics } = this.#options;
    this.stop();
    this.#refused = undefined;
    computer.console.clear();
    onDiagnostics([]);
    world.reset();
    run.clear();
  }

  /** Forgets what was refused: something else is there now. */
  forget(): void {
    this.#refused = undefined;
    this.#options.onDiagnostics([]);
  }

  #refuse(error: unknown): void {
    const { computer, onDiagnostics } = this.#options;
    if (error instanceof CompileError) {
      const errors = error.diagnostics.filter(({ severity }) => severity === "error");
      const [first] = errors;
      this.#refused = first === undefined ? "does not compile" : `line ${first.line}: ${first.message}`;
      onDiagnostics(error.diagnostics);
      computer.console.append(
        "system",
        error.diagnostics.map((diagnostic) => `${formatDiagnostic(diagnostic)}\n`).join(""),
      );
      return;
    }
    const isCanceled =
      (error instanceof ToolchainError && error.code === "toolchain/canceled") ||
      (error instanceof ComputerError && error.code === "computer/superseded");
    if (isCanceled) return;
    this.#refused = sentenceOf(error);
    computer.console.append("system", `${this.#refused}\n`);
  }
}
