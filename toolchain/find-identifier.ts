// Finds where a C source first mentions an identifier, outside comments and literals.

/** Comments, string and character literals, identifiers and numbers; everything else is skipped. */
const TOKEN =
  /\/\/.*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?|[A-Za-z_0-9][A-Za-z_0-9.]*/g;

/** @returns Line and column, from 1, in UTF-16 units; `undefined` if the source does not mention it. */
export function findIdentifier(
  source: string,
  identifier: string,
): { readonly line: number; readonly column: number } | undefined {
  for (const { 0: token, index } of source.matchAll(TOKEN)) {
    // `point.x` is one token of this expression, and its first part the identifier.
    if (token !== identifier && !token.startsWith(`${identifier}.`)) continue;
    const before = source.slice(0, index);
    const lineStart = before.lastIndexOf("\n") + 1;
    return { line: before.split("\n").length, column: index - lineStart + 1 };
  }
  return undefined;
}
