// The compiler's messages as the editor shows them: at their place in the text, with fixes to click.

import type { Action, Diagnostic as EditorDiagnostic } from "@codemirror/lint";
import type { Text } from "@codemirror/state";
import type { Diagnostic, FixIt } from "gasworks/toolchain";

/** Position of a line and column, both from 1; what lies outside the text is moved to its nearest end. */
export function positionIn(text: Text, line: number, column: number): number {
  const found = text.line(Math.min(Math.max(1, line), text.lines));
  return Math.min(found.from + Math.max(0, column - 1), found.to);
}

/**
 * Translates the messages that belong to one file. A note explains the message before it and joins it.
 *
 * @param file - The name under which the text was compiled.
 */
export function editorDiagnostics(
  text: Text,
  file: string,
  diagnostics: readonly Diagnostic[],
): readonly EditorDiagnostic[] {
  return diagnostics
    .filter((diagnostic) => diagnostic.file === file && diagnostic.severity !== "note")
    .map((diagnostic) => {
      const from = positionIn(text, diagnostic.line, diagnostic.column);
      const to = endOf(text, diagnostic, from);
      const flag = diagnostic.flag === undefined ? "" : ` [${diagnostic.flag}]`;
      return {
        from,
        to,
        severity: diagnostic.severity === "error" ? "error" : "warning",
        message: diagnostic.message + flag,
        actions: fixes(diagnostic.fixIts.filter((fix) => fix.file === file)),
      } satisfies EditorDiagnostic;
    })
    .toSorted((a, b) => a.from - b.from);
}

function endOf(text: Text, diagnostic: Diagnostic, from: number): number {
  const range = diagnostic.ranges.find(({ startLine }) => startLine === diagnostic.line);
  if (range !== undefined) {
    const end = positionIn(text, range.endLine, range.endColumn);
    if (end > from) return end;
  }
  // No range: the word at the place, or one character, so that there is something to underline.
  const line = text.lineAt(from);
  const word = /^[A-Za-z_0-9]+/.exec(text.sliceString(from, line.to))?.[0].length ?? 1;
  return Math.min(from + word, line.to);
}

function fixes(fixIts: readonly FixIt[]): readonly Action[] {
  if (fixIts.length === 0) return [];
  return [
    {
      name: "Fix",
      apply: (view) => {
        const text = view.state.doc;
        view.dispatch({
          changes: fixIts.map((fix) => ({
            from: positionIn(text, fix.startLine, fix.startColumn),
            to: positionIn(text, fix.endLine, fix.endColumn),
            insert: fix.text,
          })),
        });
      },
    },
  ];
}
