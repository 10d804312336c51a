// Words that have a better one here (docs/architecture.md, "Words"), and a function that finds them in identifiers.

import { codeOnly, type SourceFile } from "../support/source-files.ts";

/** What not to call things, and what to call them. */
const AVOIDED: ReadonlyMap<string, string> = new Map([
  ["asyncify", "unwind, rewind or suspend (Asyncify is Binaryen's pass)"],
  ["cartridge", "module"],
  ["checkpoint", "snapshot"],
  ["embedder", "host"],
  ["fuel", "gas"],
  ["peripheral", "device"],
  ["preempt", "pause"],
  ["quantum", "slice"],
  ["savestate", "snapshot"],
  ["syscall", "host function"],
  ["timeslice", "slice"],
  ["whitelist", "import policy"],
]);

/** Where identifiers use an avoided word, alone or as a part: one line each, `path:line: identifier: what to say`. */
export function avoidedWords(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    codeOnly(text)
      .split("\n")
      .flatMap((line, index) =>
        [...line.matchAll(/[A-Za-z_$][\w$]*/g)].flatMap(([identifier]) => {
          const better = betterWord(identifier);
          return better === undefined ? [] : [`${path}:${index + 1}: ${identifier}: say ${better}`];
        }),
      ),
  );
}

function betterWord(identifier: string): string | undefined {
  // `saveState` is the verb and the noun; only `savestate` is the avoided word. Endings ("s", "ed", "ive") are included.
  const parts = identifier
    .split(/[_$\d]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/)
    .map((part) => part.toLowerCase());
  for (const [word, better] of AVOIDED) {
    if (parts.some((part) => part.startsWith(word))) return better;
  }
  return undefined;
}
