// Source files as text, for the checks that read them.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));

export interface SourceFile {
  /** From the checkout, with slashes: `src/vm/gas.ts`. */
  readonly path: string;
  readonly text: string;
}

/** Every TypeScript file below some folders of the checkout, by path. */
export function sourceFiles(...folders: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map(
        (below) => `${folder}/${below.replaceAll("\\", "/")}`,
      ),
    )
    .filter((path) => path.endsWith(".ts"))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

// One alternative a kind of token: quoted text, a template, comments. A template's `${}` is part of the template: good
// enough for checks on names and imports, and no parser to keep.
const TOKENS = /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** The text without comments and templates, its lines where they were: what names of modules are read from. */
export function withoutProse(text: string): string {
  return text.replace(TOKENS, (token, quoted: string | undefined) => quoted ?? onlyLineFeeds(token));
}

/** The text without comments and without what strings say, its lines where they were. */
export function codeOnly(text: string): string {
  return text.replace(TOKENS, (token, quoted: string | undefined) =>
    quoted === undefined ? onlyLineFeeds(token) : '""',
  );
}

function onlyLineFeeds(token: string): string {
  return token.replace(/[^\n]/g, "");
}
