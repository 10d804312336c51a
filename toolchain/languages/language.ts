// Which language a program is written in: the names of its files say it.

import type { SourceEndings, Sources } from "../compiler.ts";
import { ToolchainError } from "../errors.ts";

/** A language that is compiled by a package of its own. */
export type ScriptLanguage = "assemblyscript" | "wat";

export const SCRIPT_ENDINGS: Readonly<Record<ScriptLanguage, SourceEndings>> = {
  assemblyscript: [".ts"],
  wat: [".wat"],
};

/** Of a name that may be anything. */
const MAX_QUOTED = 64;
const ALL_ENDINGS: readonly SourceEndings[] = [[".c", ".h"], ...Object.values(SCRIPT_ENDINGS)];

/** @throws {@link ToolchainError} `toolchain/bad-source-name` if some files are in one language and some in another. */
export function requireOneLanguage(sources: Sources): void {
  const [one, other] = ALL_ENDINGS.flatMap(
    (endings) => Object.keys(sources).find((name) => endings.some((ending) => name.endsWith(ending))) ?? [],
  );
  if (one === undefined || other === undefined) return;
  throw new ToolchainError(
    "toolchain/bad-source-name",
    `Cannot compile ${JSON.stringify(one.slice(0, MAX_QUOTED))} together with ${JSON.stringify(other.slice(0, MAX_QUOTED))}: a program is in one language`,
  );
}

/** @returns `undefined` for C, and for what is no language at all. */
export function scriptLanguageOf(sources: Sources): ScriptLanguage | undefined {
  const names = Object.keys(sources);
  if (names.some((name) => name.endsWith(".wat"))) return "wat";
  return names.some((name) => name.endsWith(".ts")) ? "assemblyscript" : undefined;
}
