// Reading of clang's and wasm-ld's text, from texts.

import { describe, expect, it } from "vitest";

import { formatDiagnostic } from "../../../toolchain/diagnostic.ts";
import { parseClangLog, parseLinkerLog } from "../../../toolchain/parse-log.ts";

const SOURCES = { "main.c": "int main(void) {\n  return add(1);\n}\n", "part.h": "" };
const FAILED = { sources: SOURCES, unit: "main.c", isDone: false } as const;
const DONE = { ...FAILED, isDone: true } as const;

describe("parseClangLog()", () => {
  it("reads ranges, flags and fix-its, and drops the drawing", () => {
    const log = [
      "In file included from main.c:1:",
      "main.c:2:3:{2:10-2:13}{2:14-2:15}: warning: something: odd [-Wodd]",
      "    2 |   return add(1);",
      "      |   ^      ~~~",
      'fix-it:"main.c":{2:10-2:13}:"a\\"b\\\\c\\n\\303\\251"',
      "1 warning generated.",
      "",
    ].join("\n");
    expect(parseClangLog(log, DONE)).toEqual([
      {
        file: "main.c",
        line: 2,
        column: 3,
        ranges: [
          { startLine: 2, startColumn: 10, endLine: 2, endColumn: 13 },
          { startLine: 2, startColumn: 14, endLine: 2, endColumn: 15 },
        ],
        severity: "warning",
        message: "something: odd",
        flag: "-Wodd",
        fixIts: [{ file: "main.c", startLine: 2, startColumn: 10, endLine: 2, endColumn: 13, text: 'a"b\\c\né' }],
      },
    ]);
  });

  it("gives a fix-it to the note it is about, past a note about a header", () => {
    const log = [
      "main.c:2:10: note: did you mean 'and'?",
      "/usr/include/x.h:1:5: note: 'and' declared here",
      'fix-it:"main.c":{2:10-2:13}:"and"',
    ].join("\n");
    expect(parseClangLog(log, DONE).map(({ fixIts }) => fixIts.length)).toEqual([1, 0]);
  });

  it("is not taken in by a source line that looks like a message", () => {
    const log = ["main.c:1:1: warning: real", "    1 | x.c:1:1: error: false", "10000 | x.c:1:1: error: false"].join(
      "\n",
    );
    expect(parseClangLog(log, DONE).map(formatDiagnostic)).toEqual(["main.c:1:1: warning: real"]);
  });

  it("lets no control character through to a terminal", () => {
    const log = "evil\u001B[2J.c:1:1: error: \u001B]0;title\u0007 bell\n";
    expect(parseClangLog(log, FAILED).map(formatDiagnostic)).toEqual([
      "evil\uFFFD[2J.c:1:1: error: \uFFFD]0;title\uFFFD bell",
    ]);
  });

  it("reads a fatal error as an error, and one without a place as the unit's", () => {
    const log = "main.c:1:10: fatal error: 'x.h' file not found\nerror: too many errors emitted, stopping now\n";
    expect(parseClangLog(log, FAILED).map(formatDiagnostic)).toEqual([
      "main.c:1:10: error: 'x.h' file not found",
      "main.c:1:1: error: too many errors emitted, stopping now",
    ]);
  });

  it("always has an error where there is no object", () => {
    for (const log of ["", "gibberish\n", "main.c:1:1: warning: only a warning\n", "main.c:9999999:1: err"]) {
      const severities = parseClangLog(log, FAILED).map(({ severity }) => severity);
      expect(severities, log).toContain("error");
    }
    expect(parseClangLog("", DONE)).toEqual([]);
  });

  it("keeps columns that lie beyond the line", () => {
    expect(parseClangLog("main.c:3:9: error: at the end\n", FAILED)[0]?.column).toBe(9);
    expect(parseClangLog("main.c:77:9: error: nowhere\n", FAILED)[0]?.column).toBe(9);
  });
});

describe("parseLinkerLog()", () => {
  const context = {
    sources: SOURCES,
    unitOf: (path: string) => (path.endsWith("main.c.o") ? "main.c" : undefined),
    isDone: false,
  };

  it("finds the mention of an undefined symbol", () => {
    const log = "wasm-ld: error: tmp/main.c.o: undefined symbol: add\n";
    expect(parseLinkerLog(log, context).map(formatDiagnostic)).toEqual(["main.c:2:10: error: undefined symbol: add"]);
  });

  it("passes on what it does not know", () => {
    const log = "wasm-ld: error: unknown file type: tmp/main.c.o\nwasm-ld: warning: odd\n";
    expect(parseLinkerLog(log, context).map(formatDiagnostic)).toEqual([
      "main.c:1:1: error: unknown file type: tmp/main.c.o",
      "main.c:1:1: warning: odd",
    ]);
  });
});
