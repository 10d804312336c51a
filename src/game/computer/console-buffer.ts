// What a computer has printed: the last so many lines, and how much was dropped before them. No drawing.

import { Emitter, type Deliver } from "./emitter.ts";

/** Where text came from: the program's two outputs, or the computer itself. */
export type ConsoleStream = "stdout" | "stderr" | "system";

/** A stretch of text of one stream: at most one line, with its line feed if it has ended. */
export interface ConsoleEntry {
  readonly stream: ConsoleStream;
  readonly text: string;
}

/** What {@link ConsoleBuffer.subscribe} tells. */
export type ConsoleChange =
  | { readonly kind: "append"; readonly stream: ConsoleStream; readonly text: string }
  | { readonly kind: "clear" }
  /** Everything may differ: a save was loaded. */
  | { readonly kind: "replace" };

/** The state of a console as plain data. */
export interface SavedConsole {
  readonly entries: readonly ConsoleEntry[];
  readonly droppedCharacters: number;
}

/** Bounds of a console. A program that prints without end costs this much memory and no more. */
export const CONSOLE_LIMITS: { readonly characters: number; readonly entries: number } = {
  characters: 65_536,
  entries: 1_000,
};

/** Text by lines, bounded: the oldest lines go first, and a longer line loses its beginning. */
export class ConsoleBuffer {
  #entries: ConsoleEntry[] = [];
  #characters = 0;
  #droppedCharacters = 0;
  readonly #events: Emitter<{ change: ConsoleChange }>;

  /** @param deliver - Who calls listeners. @defaultValue they are called at once */
  constructor(deliver: Deliver = (tell) => tell()) {
    this.#events = new Emitter(deliver);
  }

  /** Oldest first. */
  get entries(): readonly ConsoleEntry[] {
    return this.#entries;
  }

  /** All entries joined. */
  get text(): string {
    return this.#entries.map(({ text }) => text).join("");
  }

  /** UTF-16 units that were dropped from the beginning since the last {@link ConsoleBuffer.clear}. */
  get droppedCharacters(): number {
    return this.#droppedCharacters;
  }

  append(stream: ConsoleStream, text: string): void {
    if (text === "") return;
    for (const line of text.split(/(?<=\n)/u)) this.#appendLine(stream, line);
    this.#dropOldest();
    this.#tell({ kind: "append", stream, text });
  }

  clear(): void {
    this.#entries = [];
    this.#characters = 0;
    this.#droppedCharacters = 0;
    this.#tell({ kind: "clear" });
  }

  /**
   * Calls `listener` after each change. In the game it is called between ticks, at most a few times a tick.
   *
   * @returns a function that ends the subscription.
   */
  subscribe(listener: (change: ConsoleChange) => void): () => void {
    return this.#events.on("change", listener);
  }

  /** The state as plain data. */
  capture(): SavedConsole {
    return {
      entries: this.#entries.map(({ stream, text }) => ({ stream, text })),
      droppedCharacters: this.#droppedCharacters,
    };
  }

  /** Takes over a captured state; what exceeds the bounds is dropped. */
  restore(saved: SavedConsole): void {
    this.#entries = saved.entries.map(({ stream, text }) => ({ stream, text }));
    this.#characters = this.#entries.reduce((sum, { text }) => sum + text.length, 0);
    this.#droppedCharacters = saved.droppedCharacters;
    this.#dropOldest();
    this.#tell({ kind: "replace" });
  }

  #appendLine(stream: ConsoleStream, text: string): void {
    const last = this.#entries.at(-1);
    if (last !== undefined && last.stream === stream && !last.text.endsWith("\n")) {
      this.#entries[this.#entries.length - 1] = { stream, text: last.text + text };
    } else {
      this.#entries.push({ stream, text });
    }
    this.#characters += text.length;
  }

  #dropOldest(): void {
    let count = Math.max(0, this.#entries.length - CONSOLE_LIMITS.entries);
    let dropped = 0;
    for (const { text } of this.#entries.slice(0, count)) dropped += text.length;
    while (this.#characters - dropped > CONSOLE_LIMITS.characters && count < this.#entries.length - 1) {
      dropped += this.#entries[count]?.text.length ?? 0;
      count += 1;
    }
    this.#entries.splice(0, count);
    const first = this.#entries[0];
    const excess = this.#characters - dropped - CONSOLE_LIMITS.characters;
    if (first !== undefined && excess > 0) {
      this.#entries[0] = { stream: first.stream, text: first.text.slice(excess) };
      dropped += excess;
    }
    this.#characters -= dropped;
    this.#droppedCharacters += dropped;
  }

  #tell(change: ConsoleChange): void {
    this.#events.emit("change", change);
  }
}
