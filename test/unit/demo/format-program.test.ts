import { ChangeSet, Text } from "@codemirror/state";
import { describe, expect, it } from "vitest";

import { formattingChanges } from "../../../src/game/demo/ui/format-program.ts";

function changed(before: string, after: string): { readonly text: string; readonly changes: ChangeSet } {
  const changes = ChangeSet.of(formattingChanges(before, after), before.length);
  return { text: changes.apply(Text.of(before.split("\n"))).toString(), changes };
}

describe("putting a program in order", () => {
  it.each([
    ["int   main( void ){return 0 ;}", "int main(void) {\n    return 0;\n}\n"],
    ["a\n\n\nb", "a\nb"],
    ["x=1;", "x = 1;"],
    ["", "\n"],
    ["  ", ""],
    ["same", "same"],
    ["#define A \\\n  1\n", "#define A 1\n"],
  ])("turns %j into %j", (before, after) => {
    expect(changed(before, after).text).toBe(after);
  });

  it("leaves each character where it stands among the others", () => {
    const before = "int n=1;   return n ;";
    const after = "int n = 1;\nreturn n;\n";
    const { changes } = changed(before, after);
    expect(after.slice(changes.mapPos(before.indexOf("return"), 1))).toBe("return n;\n");
  });
});
