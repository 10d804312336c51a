// What is said of a diagnostic to somebody who begins to program.

import type { Sources } from "../compiler.ts";
import type { Diagnostic, FixIt } from "../diagnostic.ts";

/** A diagnostic in plain words. Code stands between backticks. */
export interface FriendlyWords {
  /** Which entry of the table it is, for games with words of their own; stable. */
  readonly kind: string;
  /** A few words for a headline, without a period. */
  readonly title: string;
  /** What to do: sentences. */
  readonly hint: string;
}

/** A change of the sources that one click makes. All edits belong together. */
export interface Fix {
  /** What it does, for a button. */
  readonly title: string;
  readonly edits: readonly FixIt[];
}

/** An error or a warning with everything that belongs to it. */
export interface ExplainedDiagnostic {
  /** As the compiler has it. */
  readonly diagnostic: Diagnostic;
  /** What the compiler adds, in its order. */
  readonly notes: readonly Diagnostic[];
  /** `undefined` for what is not in the table: the compiler's own message then has to do. */
  readonly words: FriendlyWords | undefined;
  /** The likeliest first. Only files that were given as sources are changed. */
  readonly fixes: readonly Fix[];
}

/** A name that programs of a computer may use: what `completionsOf(computer.devices)` gives. */
export interface KnownName {
  readonly name: string;
  readonly kind: "function" | "type" | "constant";
  /** The declaration in C, in one line. */
  readonly declaration: string;
  /** What to include for it, such as `devices.h`. */
  readonly header: string;
}

/** What the words may speak of. */
export interface ExplainContext {
  /** What was compiled: the code that a message is about is quoted from here. */
  readonly sources: Sources;
  /** The names of this computer's devices. @defaultValue none */
  readonly names?: readonly KnownName[];
}
