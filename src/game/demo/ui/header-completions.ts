// Completions out of the generated header: what this rover's devices offer, with the words that stand beside it.

import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";

const KEYWORDS = [
  "break case char const continue default do double else enum float for if int long return short signed sizeof static",
  "struct switch typedef unsigned void while include define",
]
  .join(" ")
  .split(" ");

const LIBRARY =
  "printf puts putchar snprintf malloc calloc free qsort memset memcpy strlen strcmp rand srand abs".split(" ");

/** A name of a header: a function, a type or a constant, after its comment. */
const DECLARATION =
  /(?:\/\*\*?([\s\S]*?)\*\/\s*)?(?:typedef [^;]*?\b(\w+);|#define (\w+)\b|\b(\w+)\s*\([^;{]*\)\s*;|\b([A-Z][A-Z0-9_]+)\s*=)/g;

/** Reads the names of headers. */
export function completionsOf(headers: Readonly<Record<string, string>>): readonly Completion[] {
  const found = new Map<string, Completion>();
  for (const text of Object.values(headers)) {
    for (const [, comment, type, macro, call, constant] of text.matchAll(DECLARATION)) {
      const label = type ?? macro ?? call ?? constant;
      if (label === undefined || label.startsWith("__") || label.endsWith("_H")) continue;
      const info = comment?.replaceAll(/^\s*\*? ?/gm, "").trim();
      found.set(label, {
        label,
        type: type !== undefined ? "type" : call !== undefined ? "function" : "constant",
        boost: 2,
        ...(info === undefined || info === "" ? {} : { info }),
      });
    }
  }
  const plain = (labels: readonly string[], type: string): readonly Completion[] =>
    labels.map((label) => ({ label, type }));
  return [...found.values(), ...plain(LIBRARY, "function"), ...plain(KEYWORDS, "keyword")];
}

/** Completes names while they are typed. */
export function headerCompletionSource(
  completions: () => readonly Completion[],
): (context: CompletionContext) => CompletionResult | null {
  return (context) => {
    const word = context.matchBefore(/\w+/);
    if (word === null || (word.to - word.from < 2 && !context.explicit)) return null;
    return { from: word.from, options: completions(), validFor: /^\w*$/ };
  };
}
