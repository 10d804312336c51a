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

/** Characters that are kept as they came until somebody looks at the lines: most consoles are looked at hardly ever. */
const MOST_UNREAD = 65_536;

/** Text by lines, bounded: the oldest lines go first, and a longer line loses its beginning. */
export class ConsoleBuffer {
  #entries: ConsoleEntry[] = [];
  /** What came after the entries. */
  #unread: ConsoleEntry[] = [];
  #unreadCharacters = 0;
  /** Whether the last entry is a line that has not ended. */
  #isOpen = false;
  #characters = 0;
  #droppedCharacters = 0;
  readonly #events: Emitter<{ change: ConsoleChange }>;

  /** @param deliver - Who calls listeners. @defaultValue they are called at once */
  constructor(deliver: Deliver = (tell) => tell()) {
    this.#events = new Emitter(deliver);
  }

  /** Oldest first. */
  get entries(): readonly ConsoleEntry[] {
    this.#readAll();
    return this.#entries;
  }

  /** All entries joined. */
  get text(): string {
    return this.entries.map(({ text }) => text).join("");
  }

  /** UTF-16 units that were dropped from the beginning since the last {@link ConsoleBuffer.clear}. */
  get droppedCharacters(): number {
    this.#readAll();
    return this.#droppedCharacters;
  }

  /** Adds text behind what is there; the oldest goes if it becomes too much. */
  append(stream: ConsoleStream, text: string): void {
    if (text === "") return;
    this.#unread.push({ stream, text });
    this.#unreadCharacters += text.length;
    if (this.#unreadCharacters > MOST_UNREAD || this.#unread.length > CONSOLE_LIMITS.entries) this.#readAll();
    this.#tell({ kind: "append", stream, text });
  }

  /** Forgets everything, also how much was dropped. */
  clear(): void {
    this.#entries = [];
    this.#forgetUnread();
    this.#isOpen = false;
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
      entries: this.entries.map(({ stream, text }) => ({ stream, text })),
      droppedCharacters: this.droppedCharacters,
    };
  }

  /** Takes over a captured state; what exceeds the bounds is dropped. */
  restore(saved: SavedConsole): void {
    this.#forgetUnread();
    this.#entries = saved.entries.map(({ stream, text }) => ({ stream, text }));
    this.#isOpen = this.#entries.at(-1)?.text.endsWith("\n") === false;
    this.#characters = this.#entries.reduce((sum, { text }) => sum + text.length, 0);
    this.#droppedCharacters = saved.droppedCharacters;
    this.#dropOldest();
    this.#tell({ kind: "replace" });
  }

  #readAll(): void {
    if (this.#unread.length === 0) return;
    for (let from = 0, to = 0; from < this.#unread.length; from = to) {
      const { stream } = this.#unread[from] as ConsoleEntry;
      while (this.#unread[to]?.stream === stream) to++;
      // Together: of a text, no more lines are looked at than are kept.
      const texts = this.#unread.slice(from, to).map(({ text }) => text);
      this.#appendLines(stream, texts.join(""));
    }
    this.#forgetUnread();
    this.#dropOldest();
  }

  #forgetUnread(): void {
    this.#unread = [];
    this.#unreadCharacters = 0;
  }

  #appendLines(stream: ConsoleStream, text: string): void {
    let from = lastLines(text, CONSOLE_LIMITS.entries);
    if (from > 0) this.#dropAll(from);
    while (from < text.length) {
      const end = text.indexOf("\n", from);
      const to = end < 0 ? text.length : end + 1;
      this.#appendLine(stream, text.slice(from, to), end >= 0);
      from = to;
    }
  }

  #appendLine(stream: ConsoleStream, text: string, isEnded: boolean): void {
    const last = this.#isOpen ? this.#entries.at(-1) : undefined;
    if (last?.stream === stream) this.#entries[this.#entries.length - 1] = { stream, text: last.text + text };
    else this.#entries.push({ stream, text });
    this.#isOpen = !isEnded;
    this.#characters += text.length;
  }

  /** All that is there, and so many characters that never came in. */
  #dropAll(more: number): void {
    this.#droppedCharacters += this.#characters + more;
    this.#entries = [];
    this.#isOpen = false;
    this.#characters = 0;
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

/** Where the last so many lines of a text begin. */
function lastLines(text: string, count: number): number {
  let at = text.endsWith("\n") ? text.length - 1 : text.length;
  for (let left = count; left > 0; left--) {
    if (at <= 0) return 0;
    at = text.lastIndexOf("\n", at - 1);
    if (at < 0) return 0;
  }
  return at + 1;
}
