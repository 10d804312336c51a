// Which language a program is written in: the names of its files say it.

import type { SourceEndings, Sources } from "../compiler.ts";

/** A language that is compiled by a package of its own. */
export type ScriptLanguage = "assemblyscript" | "wat";

export const SCRIPT_ENDINGS: Readonly<Record<ScriptLanguage, SourceEndings>> = {
  assemblyscript: [".ts"],
  wat: [".wat"],
};

/** @returns `undefined` for C, and for what is no language at all. */
export function scriptLanguageOf(sources: Sources): ScriptLanguage | undefined {
  const names = Object.keys(sources);
  if (names.some((name) => name.endsWith(".wat"))) return "wat";
  return names.some((name) => name.endsWith(".ts")) ? "assemblyscript" : undefined;
}
