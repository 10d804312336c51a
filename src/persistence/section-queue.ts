// Takes the sections of a save in the order in which they must come.

import { SaveError } from "./errors.ts";
import { payloadOf, type StoredSection } from "./save-container.ts";
import type { UnknownSection } from "./save-game.ts";

/** All sections of this format that are not to be taken for unknown ones. */
const KNOWN = ["thmb", "LIST", "WRLD", "PROG", "PAGE", "COMP"];

export class SectionQueue {
  readonly #sections: readonly StoredSection[];
  #next = 0;

  constructor(sections: readonly StoredSection[]) {
    this.#sections = sections;
  }

  /** The next section's payload if it has this id; perhaps a view of the file. */
  take(id: string): Uint8Array | undefined {
    const section = this.#sections[this.#next];
    if (section?.id !== id) return undefined;
    this.#next++;
    return payloadOf(section);
  }

  /** Like {@link SectionQueue.take}, and never a view of the file. */
  takeOwn(id: string): Uint8Array | undefined {
    const section = this.#sections[this.#next];
    const bytes = this.take(id);
    return bytes === section?.stored ? bytes?.slice() : bytes;
  }

  takeOne(id: string): Uint8Array {
    const bytes = this.take(id);
    if (bytes !== undefined) return bytes;
    const found = this.#sections[this.#next]?.id ?? "its end";
    throw new SaveError("save/malformed", `Cannot decode the save: ${found} where the section ${id} should be`);
  }

  /** All that is left. */
  takeUnknown(): readonly UnknownSection[] {
    return this.#sections.slice(this.#next).map((section) => {
      const { id } = section;
      if (KNOWN.includes(id)) {
        throw new SaveError("save/malformed", `Cannot decode the save: section ${id} is out of place`);
      }
      if (/^[a-z]/.test(id)) return { id, bytes: payloadOf(section).slice() };
      throw new SaveError(
        "save/newer-version",
        `Cannot decode the save: it needs the section ${id}, which this version of Gasworks does not know`,
      );
    });
  }
}
