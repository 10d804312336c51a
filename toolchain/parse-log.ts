// Reads what clang and wasm-ld print into diagnostics. clang has no structured form that keeps warning names and
// fix-its, so its text is asked to carry everything:
//
//   main.c:4:34:{4:32-4:37}: warning: using the result of … [-Wparentheses]
//       4 |   if (x = 2) …                                        dropped: begins with a space or a number and a bar
//         |       ~~^~~
//   fix-it:"main.c":{4:32-4:32}:"("
//   2 warnings and 3 errors generated.
//
// Columns there count bytes of UTF-8.

import { ColumnCounter } from "./column-counter.ts";
import type { Sources } from "./compiler.ts";
import type { Diagnostic, FixIt, SourceRange } from "./diagnostic.ts";
import { findIdentifier } from "./find-identifier.ts";

type Draft = Omit<Diagnostic, "fixIts"> & { readonly fixIts: FixIt[] };

const MESSAGE =
  /^(?<file>[^\s:][^:]*):(?<line>\d+):(?<column>\d+):(?<ranges>(?:\{[\d:-]+\})*:?) (?<severity>note|warning|error|fatal error): (?<message>.*)$/;
const MESSAGE_WITHOUT_PLACE = /^(?<severity>warning|error|fatal error): (?<message>.*)$/;
const FIX_IT = /^fix-it:"(?<file>(?:[^"\\]|\\.)*)":\{(?<range>[\d:-]+)\}:"(?<text>(?:[^"\\]|\\.)*)"$/;
const SNIPPET = /^ *\d* \| /;
const FLAG = / \[(?:-Werror,)?(?<flag>-W[^\],]+)\]$/;

/** What a log is about. */
export interface ClangLogContext {
  readonly sources: Sources;
  /** The source that was compiled. */
  readonly unit: string;
  /** Whether clang made an object. If not, the result holds at least one error, whatever the log says. */
  readonly isDone: boolean;
}

export function parseClangLog(log: string, context: ClangLogContext): readonly Diagnostic[] {
  const columns = new ColumnCounter(context.sources);
  const found: Draft[] = [];
  for (const line of log.split("\n")) {
    if (SNIPPET.test(line)) continue;
    const fixIt = readFixIt(line, columns);
    if (fixIt === undefined) {
      const draft = readMessage(line, columns, context.unit) ?? readPlacelessMessage(line, context.unit);
      if (draft !== undefined) found.push(draft);
    } else {
      // clang prints the fix-its of a note after the notes that follow it, whose place may be in a header.
      found.findLast((draft) => draft.file === fixIt.file)?.fixIts.push(fixIt);
    }
  }
  return withError(found, context.isDone, { file: context.unit, message: firstLine(log) ?? "cannot be compiled" });
}

function readMessage(line: string, columns: ColumnCounter, unit: string): Draft | undefined {
  const groups = MESSAGE.exec(line)?.groups;
  if (groups === undefined) return undefined;
  const { file = "", ranges = "" } = groups;
  // `<inline asm>` and the like: text that is in no file. What it came from is not said.
  if (file.startsWith("<")) return placelessDraft(groups, unit);
  const place = { line: Number(groups["line"]), byteColumn: Number(groups["column"]) };
  return {
    file: plainName(file),
    line: place.line,
    column: columns.count(plainName(file), place),
    ranges: [...ranges.matchAll(/\{([\d:-]+)\}/g)].flatMap(([, range]) => {
      const read = readRange(plainName(file), range ?? "", columns);
      return read === undefined ? [] : [read];
    }),
    fixIts: [],
    ...readWords(groups),
  };
}

/** `error: …` of clang itself, without a place in the source. */
function readPlacelessMessage(line: string, unit: string): Draft | undefined {
  const groups = MESSAGE_WITHOUT_PLACE.exec(line)?.groups;
  return groups === undefined ? undefined : placelessDraft(groups, unit);
}

function placelessDraft(groups: Readonly<Record<string, string>>, unit: string): Draft {
  return { file: unit, line: 1, column: 1, ranges: [], fixIts: [], ...readWords(groups) };
}

function readWords(groups: Readonly<Record<string, string>>): Pick<Draft, "severity" | "message" | "flag"> {
  const { severity = "", message = "" } = groups;
  const flag = FLAG.exec(message)?.groups?.["flag"];
  return {
    severity: severity === "note" || severity === "warning" ? severity : "error",
    message: printable(message.replace(FLAG, "")),
    ...(flag === undefined ? {} : { flag }),
  };
}

function readFixIt(line: string, columns: ColumnCounter): FixIt | undefined {
  const groups = FIX_IT.exec(line)?.groups;
  if (groups === undefined) return undefined;
  const file = plainName(unescape(groups["file"] ?? ""));
  const range = readRange(file, groups["range"] ?? "", columns);
  return range === undefined ? undefined : { file, ...range, text: unescape(groups["text"] ?? "") };
}

/** `4:32-4:37`, the end exclusive. */
function readRange(file: string, range: string, columns: ColumnCounter): SourceRange | undefined {
  const [startLine, startByte, endLine, endByte] = range.split(/[:-]/).map(Number);
  if (startLine === undefined || startByte === undefined || endLine === undefined || endByte === undefined)
    return undefined;
  return {
    startLine,
    startColumn: columns.count(file, { line: startLine, byteColumn: startByte }),
    endLine,
    endColumn: columns.count(file, { line: endLine, byteColumn: endByte }),
  };
}

/** Undoes what clang does to quotes, backslashes, line feeds and everything that does not print (three octal digits). */
function unescape(text: string): string {
  const bytes: number[] = [];
  for (const [part] of text.matchAll(/\\[0-7]{3}|\\.|[^\\]+/gs)) {
    if (/^\\[0-7]/.test(part)) bytes.push(Number.parseInt(part.slice(1), 8));
    else bytes.push(...new TextEncoder().encode(CONTROL[part] ?? part.replace(/^\\/, "")));
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

const CONTROL: Readonly<Record<string, string>> = { "\\n": "\n", "\\t": "\t" };

/** What a linker's log is about. */
export interface LinkerLogContext {
  readonly sources: Sources;
  /** The source of an object, by the path that the linker prints; `undefined` for the C library's own. */
  readonly unitOf: (path: string) => string | undefined;
  readonly isDone: boolean;
}

/**
 * The linker knows objects and no lines. Where its message names a symbol, the place is the first mention of it in the
 * source of that object.
 */
export function parseLinkerLog(log: string, context: LinkerLogContext): readonly Diagnostic[] {
  const units = Object.keys(context.sources)
    .filter((name) => name.endsWith(".c"))
    .toSorted();
  const first = units[0] ?? "";
  const found: Draft[] = [];
  const lines = log.split("\n");
  for (const [index, line] of lines.entries()) {
    if (MISSING_MAIN.test(line)) {
      const mention = units.find((unit) => findIdentifier(context.sources[unit] ?? "", "main") !== undefined);
      found.push(linkerDraft(context.sources, { file: mention ?? first, symbol: "main", message: MAIN_EXPECTED }));
      continue;
    }
    const groups = LINKER_MESSAGE.exec(line)?.groups;
    if (groups === undefined) continue;
    const { rest = "", object = rest, undefinedSymbol, duplicateSymbol } = groups;
    // Two mains are two of these as well.
    if (duplicateSymbol !== undefined && PARTS_OF_MAIN.test(duplicateSymbol)) continue;
    // A duplicate is followed by two lines, `>>> defined in <object>`; the second is the one too many.
    const file = context.unitOf(duplicateSymbol === undefined ? object : (lines[index + 2] ?? "")) ?? first;
    const symbol = undefinedSymbol ?? duplicateSymbol;
    const message =
      symbol === undefined ? rest : `${undefinedSymbol === undefined ? "duplicate" : "undefined"} symbol: ${symbol}`;
    const severity = groups["severity"] === "warning" ? "warning" : "error";
    found.push({ ...linkerDraft(context.sources, { file, symbol, message }), severity });
    const other = duplicateSymbol === undefined ? undefined : context.unitOf(lines[index + 1] ?? "");
    if (other !== undefined) {
      const note = linkerDraft(context.sources, { file: other, symbol, message: "previous definition is here" });
      found.push({ ...note, severity: "note" });
    }
  }
  return withError(found, context.isDone, { file: first, message: firstLine(log) ?? "cannot be linked" });
}

const LINKER_MESSAGE =
  /^wasm-ld: (?<severity>warning|error): (?<rest>(?<object>.*): undefined symbol: (?<undefinedSymbol>.*)|duplicate symbol: (?<duplicateSymbol>.*)|.*)$/;

/** What clang makes of a `main` beside it. */
const PARTS_OF_MAIN = /^__(?:original_main|main_void)$/;

/** From `--trace-symbol`: the linker had to make a main of its own, which traps. It prints `__main_argc_argv` as `main`. */
const MISSING_MAIN = /^<internal>: definition of undefined_weak:main$/;
const MAIN_EXPECTED = "no function `int main(void)` or `int main(int argc, char **argv)` to start the program with";

function linkerDraft(
  sources: Sources,
  what: { readonly file: string; readonly symbol: string | undefined; readonly message: string },
): Draft {
  const { file, symbol = "", message } = what;
  const place = findIdentifier(sources[file] ?? "", symbol);
  const { line, column } = place ?? { line: 1, column: 1 };
  const range = { startLine: line, startColumn: column, endLine: line, endColumn: column + symbol.length };
  return { file, line, column, ranges: place === undefined ? [] : [range], severity: "error", message, fixIts: [] };
}

/** A failed run must not look like a success because its log was cut off or said nothing that we can read. */
function withError(
  found: readonly Draft[],
  isDone: boolean,
  otherwise: { readonly file: string; readonly message: string },
): readonly Diagnostic[] {
  if (isDone || found.some(({ severity }) => severity === "error")) return found;
  return [...found, { ...otherwise, line: 1, column: 1, ranges: [], severity: "error", fixIts: [] }];
}

function firstLine(log: string): string | undefined {
  return log.split("\n").find((line) => line.trim() !== "");
}

/** `./main.c` and `/main.c` are main.c: the sources are in the root of the compiler's file system. */
function plainName(file: string): string {
  return printable(file.replace(/^\.?\/(?=[^/]*$)/, ""));
}

/** A source can put anything into a message or, by `#line`, into a file's name: no control character gets to a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "\uFFFD");
}
