// What the player has written, kept over a reload of the page: one text for each example.

import { EXAMPLE_PROGRAMS, type ExampleProgram } from "../programs/example-programs.ts";

const KEY = "gasworks.drafts";

interface Stored {
  readonly chosen: string;
  readonly texts: Readonly<Record<string, string>>;
}

export class Drafts {
  readonly #storage: Storage | undefined;
  #stored: Stored;

  /** @param storage - `undefined` where the browser forbids it: drafts then live as long as the page. */
  constructor(storage: Storage | undefined) {
    this.#storage = storage;
    this.#stored = read(storage);
  }

  get chosen(): ExampleProgram {
    return EXAMPLE_PROGRAMS.find(({ id }) => id === this.#stored.chosen) ?? EXAMPLE_PROGRAMS[0];
  }

  /** The text of the chosen program as the player left it. */
  get text(): string {
    return this.#stored.texts[this.chosen.id] ?? this.chosen.source;
  }

  get isChanged(): boolean {
    return this.text !== this.chosen.source;
  }

  choose(id: string): void {
    this.#write({ ...this.#stored, chosen: id });
  }

  write(text: string): void {
    const { [this.chosen.id]: _old, ...others } = this.#stored.texts;
    this.#write({
      chosen: this.chosen.id,
      texts: text === this.chosen.source ? others : { ...others, [this.chosen.id]: text },
    });
  }

  #write(stored: Stored): void {
    this.#stored = stored;
    try {
      this.#storage?.setItem(KEY, JSON.stringify(stored));
    } catch (error) {
      // Full or forbidden: the text is still in the editor, only a reload would lose it.
      console.warn("Cannot keep the text over a reload:", error);
    }
  }
}

/** The page's storage, if the browser lets the page have one. */
export function pageStorage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    // Reading the property throws where cookies are forbidden; drafts do without.
    return undefined;
  }
}

function read(storage: Storage | undefined): Stored {
  const empty: Stored = { chosen: EXAMPLE_PROGRAMS[0].id, texts: {} };
  try {
    const found: unknown = JSON.parse(storage?.getItem(KEY) ?? "null");
    if (typeof found !== "object" || found === null) return empty;
    const { chosen, texts } = found as Readonly<Record<string, unknown>>;
    if (typeof chosen !== "string" || typeof texts !== "object" || texts === null) return empty;
    const kept = Object.entries(texts).filter((entry): entry is [string, string] => typeof entry[1] === "string");
    return { chosen, texts: Object.fromEntries(kept) };
  } catch (error) {
    console.warn("Cannot read the text that was kept:", error);
    return empty;
  }
}
