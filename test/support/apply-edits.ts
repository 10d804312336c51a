// Does what a click on a fix does.

import type { FixIt, Sources } from "gasworks/toolchain";

/** The sources with some changes made. */
export function applyEdits(sources: Sources, edits: readonly FixIt[]): Sources {
  const result: Record<string, string> = { ...sources };
  // From the end, so that places in front stay where they are.
  const fromTheEnd = edits.toSorted((a, b) => b.startLine - a.startLine || b.startColumn - a.startColumn);
  for (const { file, startLine, startColumn, endLine, endColumn, text } of fromTheEnd) {
    const old = result[file] ?? "";
    result[file] =
      old.slice(0, offsetOf(old, startLine, startColumn)) + text + old.slice(offsetOf(old, endLine, endColumn));
  }
  return result;
}

function offsetOf(text: string, line: number, column: number): number {
  const before = text.split("\n").slice(0, line - 1);
  return before.reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
}
