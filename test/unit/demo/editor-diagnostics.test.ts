// The compiler's lines and columns as places in the text.

import { Text } from "@codemirror/state";
import { explainDiagnostics, type Diagnostic } from "gasworks/toolchain";
import { expect, test } from "vitest";

import { editorDiagnostics, positionIn } from "../../../src/game/demo/ui/editor-diagnostics.ts";

const TEXT = Text.of(["int main(void) {", "    int x = missing;", "}"]);

function diagnostic(given: Partial<Diagnostic>): Diagnostic {
  return { file: "main.c", line: 1, column: 1, ranges: [], severity: "error", message: "wrong", fixIts: [], ...given };
}

function shownOf(...diagnostics: readonly Diagnostic[]): ReturnType<typeof editorDiagnostics> {
  const explained = explainDiagnostics(diagnostics, { sources: { "main.c": TEXT.toString() } });
  return editorDiagnostics(TEXT, "main.c", { explained, onFix: () => {} });
}

test("lines and columns count from one, and what lies outside is moved to the nearest place", () => {
  expect(positionIn(TEXT, 2, 5)).toBe(21);
  expect(positionIn(TEXT, 2, 999)).toBe(TEXT.line(2).to);
  expect(positionIn(TEXT, 99, 1)).toBe(TEXT.line(3).from);
  expect(positionIn(TEXT, 0, 0)).toBe(0);
});

test("a message without a range underlines the word it stands at", () => {
  const [shown] = shownOf(diagnostic({ line: 2, column: 13 }));
  expect(TEXT.sliceString(shown?.from ?? 0, shown?.to)).toBe("missing");
});

test("a message at the end of a line underlines what stands before", () => {
  const text = Text.of(["return 0", "f()", ""]);
  const explained = [{ diagnostic: diagnostic({ line: 1, column: 9 }), notes: [], words: undefined, fixes: [] }];
  const [shown] = editorDiagnostics(text, "main.c", { explained, onFix: () => {} });
  expect(text.sliceString(shown?.from ?? 0, shown?.to)).toBe("0");
});

test("a message with a range underlines all of it", () => {
  const ranges = [{ startLine: 2, startColumn: 5, endLine: 2, endColumn: 20 }];
  const [shown] = shownOf(diagnostic({ line: 2, column: 5, ranges }));
  expect(TEXT.sliceString(shown?.from ?? 0, shown?.to)).toBe("int x = missing");
});

test("messages of other files and notes are not shown in the text, and the others are in its order", () => {
  const shown = shownOf(
    diagnostic({ line: 3 }),
    diagnostic({ file: "devices.h" }),
    diagnostic({ severity: "note" }),
    diagnostic({ line: 1, severity: "warning", flag: "-Wunused" }),
  );
  expect(shown.map(({ severity, message }) => [severity, message])).toEqual([
    ["warning", "wrong"],
    ["error", "wrong"],
  ]);
});

test("the words are those for beginners, and each fix is an action", () => {
  const fixIts = [{ file: "main.c", startLine: 2, startColumn: 20, endLine: 2, endColumn: 20, text: ";" }];
  const [shown] = shownOf(diagnostic({ line: 2, column: 20, message: "expected ';' at end of declaration", fixIts }));
  expect(shown?.message).toBe("A semicolon is missing");
  expect(shown?.actions?.map(({ name }) => name)).toEqual(["Insert ;"]);
});
