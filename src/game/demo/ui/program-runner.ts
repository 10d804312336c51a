// What Run, Stop and Reset do. No DOM: the panel shows what is in here.

import { CompileError, completionsOf, ComputerError, type Computer } from "gasworks";
import {
  explainDiagnostics,
  ToolchainError,
  type Diagnostic,
  type DownloadProgress,
  type ExplainedDiagnostic,
  type Sources,
} from "gasworks/toolchain";

import type { ProgramRun } from "../rules/program-run.ts";
import type { RoverWorld } from "../rules/rover-world.ts";
import { plainTitle } from "./problem-words.ts";
import { sentenceOf } from "./sentence-of.ts";

/** Name of a player's file in C. */
export const MAIN_FILE = "main.c";

export interface ProgramRunnerOptions {
  readonly computer: Computer;
  readonly world: RoverWorld;
  readonly run: ProgramRun;
  /** The tick that has been run last. */
  readonly currentTick: () => number;
  readonly onDiagnostics: (explained: readonly ExplainedDiagnostic[]) => void;
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

  /**
   * Compiles the text and runs it from its start. Whatever happens ends as something to show.
   *
   * @param file - Name under which it is compiled.
   */
  start(file: string, text: string): Promise<void> {
    return this.#begin({ [file]: text });
  }

  /** Runs a program that was compiled elsewhere, once it is checked. */
  async startWasm({ name, bytes }: { readonly name: string; readonly bytes: Uint8Array }): Promise<void> {
    await this.#begin(bytes);
    if (this.#refused === undefined) this.#say(`Running ${name}, ${bytes.length} bytes.`);
  }

  /** Says something to the player on the console. */
  #say(sentence: string): void {
    this.#options.computer.console.append("system", `${sentence}\n`);
  }

  async #begin(program: Sources | Uint8Array): Promise<void> {
    const { computer, run, currentTick, onDiagnostics, onDownload } = this.#options;
    this.#compiling?.abort();
    const compiling = new AbortController();
    this.#compiling = compiling;
    this.#refused = undefined;
    run.clear();
    computer.console.clear();
    onDiagnostics([]);
    try {
      const result = await computer.load(program, {
        start: false,
        compile: { signal: compiling.signal, onProgress: onDownload },
      });
      onDiagnostics(explain(computer, sourcesOf(program), result.diagnostics));
      computer.start();
      run.begin(currentTick());
    } catch (error) {
      if (this.#compiling === compiling) this.#refuse(error, sourcesOf(program));
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

  #refuse(error: unknown, sources: Sources): void {
    const { computer, onDiagnostics } = this.#options;
    if (error instanceof CompileError) {
      const explained = explain(computer, sources, error.diagnostics);
      const errors = explained.filter(({ diagnostic }) => diagnostic.severity === "error").map(inLine);
      this.#refused = errors[0] ?? "does not compile";
      onDiagnostics(explained);
      computer.console.append("system", errors.map((line) => `${line}\n`).join(""));
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

/** The compiler's messages in words, with the names of this computer. */
export function explain(
  computer: Computer,
  sources: Sources,
  diagnostics: readonly Diagnostic[],
): readonly ExplainedDiagnostic[] {
  return explainDiagnostics(diagnostics, { sources, names: completionsOf(computer.devices) });
}

/** A program that came as wasm has none. */
function sourcesOf(program: Sources | Uint8Array): Sources {
  return ArrayBuffer.isView(program) ? {} : (program as Sources);
}

/** A message in one line. */
export function inLine(explained: ExplainedDiagnostic): string {
  return `line ${explained.diagnostic.line}: ${plainTitle(explained)}`;
}
