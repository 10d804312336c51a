/** Texts of the fenced blocks of one language in a Markdown document. */
export function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, block = ""]) => block);
}

/**
 * The TypeScript blocks of a document by the file names that stand in their first lines: `// drill.ts`.
 *
 * @throws {Error} if one has no name, or the name of another.
 */
export function namedBlocks(text: string): ReadonlyMap<string, string> {
  const named = new Map<string, string>();
  for (const block of blocks(text, "ts")) {
    const name = /^\/\/ ([\w-]+\.ts)\n/.exec(block)?.[1];
    if (name === undefined || named.has(name)) throw new Error(`Expected a new file name before ${block.slice(0, 80)}`);
    named.set(name, block);
  }
  return named;
}
