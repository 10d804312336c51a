// Fixes whose places follow the text.

import { EditorState } from "@codemirror/state";
import type { Fix } from "gasworks/toolchain";
import { expect, test } from "vitest";

import { EditorFixes, isSameFix } from "../../../src/game/demo/ui/editor-fixes.ts";

const START = EditorState.create({ doc: "int main(void) {\n    retrun 0\n}\n" });

function fixOf(edit: {
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly text: string;
}): Fix {
  const { line, from, to, text } = edit;
  const range = { startLine: line, startColumn: from, endLine: line, endColumn: to };
  return { title: "Fix", edits: [{ file: "main.c", ...range, text }] };
}

const SEMICOLON = fixOf({ line: 2, from: 13, to: 13, text: ";" });
const RETURN = fixOf({ line: 2, from: 5, to: 11, text: "return" });

/** What a fix makes of a text, after the player has changed it. */
function fixed(fix: Fix, ...changes: readonly { from: number; to?: number; insert: string }[]): string | undefined {
  const fixes = new EditorFixes("main.c");
  fixes.place(START.doc, [fix]);
  let state = START;
  for (const change of changes) {
    const transaction = state.update({ changes: change });
    fixes.follow(transaction.changes);
    state = transaction.state;
  }
  const edits = fixes.changesFor(fix, state.doc);
  return edits === undefined ? undefined : state.update({ changes: edits }).state.doc.toString();
}

test("a fix changes the text where the compiler said", () => {
  expect(fixed(SEMICOLON)).toBe("int main(void) {\n    retrun 0;\n}\n");
  expect(fixed(RETURN)).toBe("int main(void) {\n    return 0\n}\n");
});

test("a fix follows its place when lines come in above and words before it", () => {
  const line = { from: 0, insert: "#include <stdio.h>\n" };
  expect(fixed(SEMICOLON, line)).toBe("#include <stdio.h>\nint main(void) {\n    retrun 0;\n}\n");
  expect(fixed(RETURN, line, { from: 36, insert: "/* */ " })).toContain("/* */     return 0");
});

test("a fix of a word that the player has changed does nothing", () => {
  expect(fixed(RETURN, { from: 21, to: 27, insert: "return" })).toBeUndefined();
  expect(fixed(RETURN, { from: 17, to: 29, insert: "" })).toBeUndefined();
});

test("a fix of another file, or one that was never shown, does nothing", () => {
  const other: Fix = {
    title: "Fix",
    edits: [{ file: "part.h", startLine: 2, startColumn: 5, endLine: 2, endColumn: 11, text: "return" }],
  };
  expect(fixed(other)).toBeUndefined();
  expect(new EditorFixes("main.c").changesFor(RETURN, START.doc)).toBeUndefined();
});

test("two mistakes that need the same change have the same fix", () => {
  expect(isSameFix(SEMICOLON, { ...SEMICOLON, title: "Insert it" })).toBe(true);
  expect(isSameFix(SEMICOLON, RETURN)).toBe(false);
});
