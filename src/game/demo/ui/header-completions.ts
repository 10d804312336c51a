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

/** A doc comment, and the line that it is about; attributes between them say nothing to a player. */
const DOCUMENTED = /\/\*\*([\s\S]*?)\*\/\s*(?:__attribute__[^\n]*\n)?([^\n]+)/g;

/** Reads the documented names of headers: types, functions and constants. */
export function completionsOf(headers: Readonly<Record<string, string>>): readonly Completion[] {
  const found = Object.values(headers).flatMap((text) =>
    [...text.matchAll(DOCUMENTED)].flatMap(([, comment = "", line = ""]) => completionOf(line, wordsOf(comment))),
  );
  const plain = (labels: readonly string[], type: string): readonly Completion[] =>
    labels.map((label) => ({ label, type }));
  return [...found, ...plain(LIBRARY, "function"), ...plain(KEYWORDS, "keyword")];
}

function completionOf(line: string, info: string): readonly Completion[] {
  const type = /^\s*typedef .*\b(\w+);/.exec(line)?.[1];
  if (type !== undefined) return [{ label: type, type: "type", info, boost: 2 }];
  const [, name, parameters] = /\b(\w+)\(([^)]*)\)/.exec(line) ?? [];
  if (name !== undefined) return [{ label: name, type: "function", detail: `(${parameters})`, info, boost: 2 }];
  const constant = /^\s*([A-Z]\w*) =/.exec(line)?.[1];
  return constant === undefined ? [] : [{ label: constant, type: "constant", info, boost: 1 }];
}

/** A comment without its stars; parameters and results as sentences. */
function wordsOf(comment: string): string {
  return comment
    .replaceAll(/^\s*\* ?/gm, "")
    .replaceAll(/^@param (\w+) /gm, "$1: ")
    .replaceAll(/^@return /gm, "Gives ")
    .trim();
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
