// One entry of the table of friendly words.

import type { Fix, FriendlyWords } from "./friendly-words.ts";
import type { Scene } from "./scene.ts";

/** What an entry says; fixes of its own take the place of the compiler's. */
export interface EntryWords extends Omit<FriendlyWords, "kind"> {
  readonly fixes?: readonly Fix[];
}

/** Says in plain words what clang says in its own. */
export interface Entry {
  readonly kind: string;
  /** The whole message; its groups go to `words`. */
  readonly message: RegExp;
  readonly words: (found: Readonly<Record<string, string>>, scene: Scene) => EntryWords;
}
