// Puts the compiler's messages into plain words for somebody who begins to program, with what mends them.

import type { Diagnostic, FixIt } from "../diagnostic.ts";
import { ASSEMBLY_SCRIPT_ENTRIES } from "./assembly-script-entries.ts";
import type { Entry, EntryWords } from "./entry.ts";
import type { ExplainContext, ExplainedDiagnostic, Fix } from "./friendly-words.ts";
import { LINK_ENTRIES } from "./link-entries.ts";
import { NAME_ENTRIES } from "./name-entries.ts";
import { code, Scene, Surroundings } from "./scene.ts";
import { SYNTAX_ENTRIES } from "./syntax-entries.ts";
import { TYPE_ENTRIES } from "./type-entries.ts";
import { VALUE_ENTRIES } from "./value-entries.ts";
import { WAT_ENTRIES } from "./wat-entries.ts";

/** Of C. The first that fits a message says it. */
const ENTRIES: readonly Entry[] = [
  ...SYNTAX_ENTRIES,
  ...NAME_ENTRIES,
  ...TYPE_ENTRIES,
  ...VALUE_ENTRIES,
  ...LINK_ENTRIES,
];

/** Every `kind` of {@link FriendlyWords} that there is, for games with words of their own. */
export const FRIENDLY_KINDS: readonly string[] = [...ENTRIES, ...ASSEMBLY_SCRIPT_ENTRIES, ...WAT_ENTRIES].map(
  ({ kind }) => kind,
);

/**
 * Says each error and warning in plain words, with its notes and with changes that mend it.
 *
 * @param diagnostics - What `compile()` gave, in its order.
 * @returns One for each error and warning, in the same order. A note at the beginning stands for itself.
 *
 * @example
 * ```ts
 * const names = completionsOf(computer.devices);
 * for (const { diagnostic, words } of explainDiagnostics(diagnostics, { sources, names })) {
 *   console.log(`${diagnostic.line}: ${words?.title ?? diagnostic.message}`);
 * }
 * ```
 */
export function explainDiagnostics(
  diagnostics: readonly Diagnostic[],
  context: ExplainContext,
): readonly ExplainedDiagnostic[] {
  const around = new Surroundings(context);
  return withNotes(diagnostics).map(({ diagnostic, notes }) => {
    const scene = new Scene(diagnostic, notes, around);
    const found = wordsFor(scene);
    const fixes = found?.words.fixes ?? [...fixesOf(diagnostic), ...notes.flatMap(fixesOfNote)];
    return {
      diagnostic,
      notes,
      words: found && { kind: found.kind, title: found.words.title, hint: found.words.hint },
      fixes: distinct(fixes.filter(({ edits }) => edits.every(({ file }) => around.hasFile(file)))),
    };
  });
}

function withNotes(
  diagnostics: readonly Diagnostic[],
): readonly { readonly diagnostic: Diagnostic; readonly notes: readonly Diagnostic[] }[] {
  const groups: { readonly diagnostic: Diagnostic; readonly notes: Diagnostic[] }[] = [];
  for (const diagnostic of diagnostics) {
    const last = groups.at(-1);
    if (diagnostic.severity === "note" && last !== undefined) last.notes.push(diagnostic);
    else groups.push({ diagnostic, notes: [] });
  }
  return groups;
}

function wordsFor(scene: Scene): { readonly kind: string; readonly words: EntryWords } | undefined {
  for (const { kind, message, words } of entriesFor(scene.diagnostic.file)) {
    const groups = message.exec(scene.diagnostic.message);
    if (groups !== null) return { kind, words: words(groups.groups ?? {}, scene) };
  }
  return undefined;
}

/** Each language has messages of its own. */
function entriesFor(file: string): readonly Entry[] {
  if (file.endsWith(".ts")) return ASSEMBLY_SCRIPT_ENTRIES;
  return file.endsWith(".wat") ? WAT_ENTRIES : ENTRIES;
}

function fixesOf({ fixIts }: Diagnostic): readonly Fix[] {
  return fixIts.length === 0 ? [] : [{ title: titleOf(fixIts), edits: fixIts }];
}

/** A note may offer to remove what was written, to silence a warning: no help to a beginner. */
function fixesOfNote(note: Diagnostic): readonly Fix[] {
  return note.fixIts.some(({ text }) => text === "") ? [] : fixesOf(note);
}

function titleOf(edits: readonly FixIt[]): string {
  const isInsertion = edits.every((edit) => edit.startLine === edit.endLine && edit.startColumn === edit.endColumn);
  const texts = edits.map(({ text }) => code(text)).join(" and ");
  if (edits.every(({ text }) => text === "")) return "Remove it";
  return `${isInsertion ? "Insert" : "Change to"} ${texts}`;
}

function distinct(fixes: readonly Fix[]): readonly Fix[] {
  const byEdits = new Map<string, Fix>();
  for (const fix of fixes) {
    const key = JSON.stringify(fix.edits);
    if (!byEdits.has(key)) byEdits.set(key, fix);
  }
  return [...byEdits.values()];
}
