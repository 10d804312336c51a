import { ComputerError } from "./errors.ts";

/** The load of a computer that is under way: at most one, and a later one takes its place. */
export class CurrentLoad {
  readonly #id: string;
  #loading: AbortController | undefined;

  /** @param id - Of the computer, for messages. */
  constructor(id: string) {
    this.#id = id;
  }

  get isRunning(): boolean {
    return this.#loading !== undefined;
  }

  /** Gives up the one before. @returns what names the new one */
  begin(): AbortController {
    this.abandon();
    return (this.#loading = new AbortController());
  }

  /** Does nothing if there is none. */
  abandon(): void {
    this.#loading?.abort();
    this.#loading = undefined;
  }

  /**
   * Ends a load that is still the current one.
   *
   * @param cause - What it ended with, if something went wrong.
   * @throws {ComputerError} `computer/superseded` if something else came first.
   */
  end(loading: AbortController, cause?: unknown): void {
    this.require(loading, cause);
    this.#loading = undefined;
  }

  /** @throws {ComputerError} `computer/superseded` if something else came first. */
  require(loading: AbortController, cause?: unknown): void {
    if (this.#loading === loading) return;
    if (cause instanceof ComputerError && cause.code === "computer/superseded") throw cause;
    const reason = `Cannot go on loading computer "${this.#id}": something else came first`;
    throw new ComputerError("computer/superseded", reason, { cause });
  }
}
