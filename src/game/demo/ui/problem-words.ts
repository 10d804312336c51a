// A message of the compiler for the eye: plain words, the notes, and the compiler's own text one click away.

import { formatDiagnostic, type Diagnostic, type ExplainedDiagnostic } from "gasworks/toolchain";

import { element, withCode } from "./element.ts";

/** What is wrong, in a line without marks. */
export function plainTitle({ diagnostic, words }: ExplainedDiagnostic): string {
  return (words?.title ?? diagnostic.message).replaceAll("`", "");
}

/** Title, hint, notes, and the compiler's own text. */
export function problemWords(explained: ExplainedDiagnostic): HTMLElement {
  return element(
    "div",
    { class: "problem-words" },
    ...titleAndHint(explained),
    ...notesWorthShowing(explained).map((note) =>
      element("p", { class: "problem-note", text: `${placeOf(note)}: ${note.message}` }),
    ),
    compilersOwn(explained),
  );
}

/** The title, and below it what to do. */
export function titleAndHint({ diagnostic, words }: ExplainedDiagnostic): readonly HTMLElement[] {
  if (words === undefined) return [element("span", { class: "problem-title", text: diagnostic.message })];
  return [
    element("span", { class: "problem-title" }, ...withCode(words.title)),
    element("span", { class: "problem-hint" }, ...withCode(words.hint)),
  ];
}

/** Notes that lead elsewhere. Those that offer a change are buttons; those of the same line the words have in them. */
export function notesWorthShowing({ diagnostic, notes }: ExplainedDiagnostic): readonly Diagnostic[] {
  return notes.filter(
    ({ fixIts, file, line }) =>
      fixIts.length === 0 && !file.startsWith("/") && (file !== diagnostic.file || line !== diagnostic.line),
  );
}

/** Where a note leads: a line of the player's file, or another file. */
export function placeOf({ file, line }: Diagnostic): string {
  return file === "main.c" ? `line ${line}` : `${file}, line ${line}`;
}

/** What the compiler said, folded up. */
export function compilersOwn({ diagnostic, notes }: ExplainedDiagnostic): HTMLElement {
  return element(
    "details",
    { class: "problem-raw" },
    element("summary", { text: "what the compiler says" }),
    element("pre", { text: [diagnostic, ...notes].map(formatDiagnostic).join("\n") }),
  );
}
