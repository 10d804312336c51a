// What a computer has printed: the last so many lines, and how much was dropped before them. No drawing.

/** Where text came from: the program's two outputs, or the computer itself. */
export type ConsoleStream = "stdout" | "stderr" | "system";

/** A stretch of text of one stream: at most one line, with its line feed if it has ended. */
export interface ConsoleEntry {
  readonly stream: ConsoleStream;
  readonly text: string;
}

export type ConsoleChange =
  | { readonly kind: "append"; readonly stream: ConsoleStream; readonly text: string }
  | { readonly kind: "clear" }
  /** Everything may differ: a save was loaded. */
  | { readonly kind: "replace" };

export class ConsoleBuffer {
  /** Oldest first. */
  get entries(): readonly ConsoleEntry[] {
    return [];
  }
  /** All entries joined. */
  get text(): string {
    return "";
  }
  /** Characters that were dropped from the beginning since the last {@link clear}. */
  get droppedCharacters(): number {
    return 0;
  }
  append(_stream: ConsoleStream, _text: string): void {}
  clear(): void {}
  /** @returns a function that ends the subscription. */
  subscribe(_listener: (change: ConsoleChange) => void): () => void {
    return () => {};
  }
}
