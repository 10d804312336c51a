// The compiler's messages as the editor shows them: at their place in the text, with fixes to click.

import type { Diagnostic as EditorDiagnostic } from "@codemirror/lint";
import type { Text } from "@codemirror/state";
import type { Diagnostic, ExplainedDiagnostic, Fix } from "gasworks/toolchain";

import { plainTitle, problemWords } from "./problem-words.ts";

/** Position of a line and column, both from 1; what lies outside the text is moved to its nearest end. */
export function positionIn(text: Text, line: number, column: number): number {
  const found = text.line(Math.min(Math.max(1, line), text.lines));
  return Math.min(found.from + Math.max(0, column - 1), found.to);
}

/**
 * Translates the messages that belong to one file, in the order of the text.
 *
 * @param file - The name under which the text was compiled.
 * @param onFix - A fix was clicked.
 */
export function editorDiagnostics(
  text: Text,
  file: string,
  { explained, onFix }: { readonly explained: readonly ExplainedDiagnostic[]; readonly onFix: (fix: Fix) => void },
): readonly (EditorDiagnostic & { readonly explained: ExplainedDiagnostic })[] {
  return explained
    .filter(({ diagnostic }) => diagnostic.file === file && diagnostic.severity !== "note")
    .map((each) => {
      const { diagnostic, fixes } = each;
      return {
        ...rangeOf(text, diagnostic),
        severity: diagnostic.severity === "error" ? "error" : "warning",
        message: plainTitle(each),
        renderMessage: () => problemWords(each),
        actions: fixes.map((fix) => ({ name: fix.title.replaceAll("`", ""), apply: () => onFix(fix) })),
        explained: each,
      } as const;
    })
    .toSorted((a, b) => a.from - b.from);
}

/** What to underline: the range of the message, or the word at its place; at the end of a line, what stands before. */
function rangeOf(text: Text, diagnostic: Diagnostic): { readonly from: number; readonly to: number } {
  const from = positionIn(text, diagnostic.line, diagnostic.column);
  const range = diagnostic.ranges.find(({ startLine }) => startLine === diagnostic.line);
  if (range !== undefined) {
    const end = positionIn(text, range.endLine, range.endColumn);
    if (end > from) return { from, to: end };
  }
  const line = text.lineAt(from);
  const word = /^(?:\w+|.)/.exec(text.sliceString(from, line.to))?.[0].length ?? 0;
  if (word > 0) return { from, to: from + word };
  const before = /(?:\w+|\S)?\s*$/.exec(text.sliceString(line.from, from))?.[0].length ?? 0;
  return { from: from - before, to: from };
}
