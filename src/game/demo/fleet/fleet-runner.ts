// Sends a program to rovers. No DOM: the panel shows what is in here.

import { CompileError, ComputerError, type Computer } from "gasworks";
import { ToolchainError, type DownloadProgress, type ExplainedDiagnostic } from "gasworks/toolchain";

import { explain, inLine, MAIN_FILE } from "../ui/program-runner.ts";
import { sentenceOf } from "../ui/sentence-of.ts";

export interface FleetRunnerOptions {
  readonly onDiagnostics: (explained: readonly ExplainedDiagnostic[]) => void;
  readonly onDownload: (progress: DownloadProgress | undefined) => void;
}

export class FleetRunner {
  readonly #options: FleetRunnerOptions;
  #sending: AbortController | undefined;
  #words = "";

  constructor(options: FleetRunnerOptions) {
    this.#options = options;
  }

  /** What became of the last program, as a sentence. */
  get words(): string {
    return this.#words;
  }

  /**
   * Compiles a text and has it run from its start, by all at the same tick. Whatever happens ends as something to show.
   *
   * @param computers - At least one. If the first one refuses the program, the others keep theirs.
   */
  async send(text: string, computers: readonly Computer[]): Promise<void> {
    const { onDiagnostics, onDownload } = this.#options;
    this.#sending?.abort();
    const sending = new AbortController();
    this.#sending = sending;
    this.#words = "Compiling …";
    onDiagnostics([]);
    const options = { start: false, compile: { signal: sending.signal, onProgress: onDownload } } as const;
    const [first, ...others] = computers;
    try {
      const result = await first?.load({ [MAIN_FILE]: text }, options);
      await Promise.all(others.map((computer) => computer.load({ [MAIN_FILE]: text }, options)));
      if (first !== undefined) onDiagnostics(explain(first, { [MAIN_FILE]: text }, result?.diagnostics ?? []));
      for (const computer of computers) {
        computer.console.clear();
        computer.start();
      }
      this.#words = others.length === 0 ? "Sent to one rover." : `Sent to ${computers.length} rovers.`;
    } catch (error) {
      if (this.#sending === sending) this.#refuse(error, text, first);
    } finally {
      if (this.#sending === sending) {
        this.#sending = undefined;
        onDownload(undefined);
      }
    }
  }

  /** Stops programs, and a compile that is under way. */
  stop(computers: readonly Computer[]): void {
    this.#sending?.abort();
    for (const computer of computers) computer.stop();
    this.#words = computers.length === 1 ? "Stopped one rover." : `Stopped ${computers.length} rovers.`;
  }

  #refuse(error: unknown, text: string, computer: Computer | undefined): void {
    if (error instanceof CompileError && computer !== undefined) {
      const explained = explain(computer, { [MAIN_FILE]: text }, error.diagnostics);
      this.#options.onDiagnostics(explained);
      const first = explained.find(({ diagnostic }) => diagnostic.severity === "error");
      this.#words = first === undefined ? "It does not compile." : `It does not compile: ${inLine(first)}`;
      return;
    }
    const isCanceled =
      (error instanceof ToolchainError && error.code === "toolchain/canceled") ||
      (error instanceof ComputerError && error.code === "computer/superseded");
    if (!isCanceled) this.#words = sentenceOf(error);
  }
}
