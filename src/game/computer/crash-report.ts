// A trap in words for players. Codes are the machine's, words are the game's: a translation replaces this file only.

import type { Trap } from "../../vm/index.ts";

/** What a player sees of a trap. */
export interface CrashReport {
  /** The trap's code, for logs and for games with words of their own. */
  readonly code: string;
  /** A few words for a headline. */
  readonly title: string;
  /** What happened: one sentence. */
  readonly text: string;
  /** What to look for: one sentence. */
  readonly hint: string;
}

/** Words for a trap; codes that this version does not know have words too. */
export function describeCrash(trap: Pick<Trap, "message"> & { readonly code: string }): CrashReport {
  return { code: trap.code, title: "", text: "", hint: "" };
}
