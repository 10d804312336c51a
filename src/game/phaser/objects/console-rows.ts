// Breaks the text of a console into rows of cells, from its end, as far as somebody looks.

import type { ConsoleEntry, ConsoleStream } from "../../computer/index.ts";

/** Where a character comes from; `input` is being typed. */
export type CellSource = ConsoleStream | "input";

/** One character of a row. */
export interface ConsoleCell {
  readonly source: CellSource;
  readonly character: string;
}

export type ConsoleRow = readonly ConsoleCell[];

/** What is being typed behind the text. */
export interface Draft {
  readonly text: string;
  /** UTF-16 units before the cursor. */
  readonly caret: number;
}

/** The last rows of a console. */
export interface ConsoleRows {
  /** Oldest first. All that there are, if they are fewer than asked for. */
  readonly rows: readonly ConsoleRow[];
  /** Where the cursor of the draft stands: counted from the last row, 0 for this one, and from the left. */
  readonly caret: { readonly rowsAbove: number; readonly column: number } | undefined;
}

/** What rows are wanted. */
export interface RowsWanted {
  /** Characters in a row. */
  readonly columns: number;
  readonly rows: number;
  /** `undefined` where nothing can be typed. */
  readonly draft: Draft | undefined;
}

const TAB_COLUMNS = 8;

/** Lays out the end of a console. A character takes one cell; `\r`, `\b` and `\t` move, other control characters are nothing. */
export function layoutRows(entries: readonly ConsoleEntry[], { columns, rows, draft }: RowsWanted): ConsoleRows {
  const found: ConsoleRow[] = [];
  let caret: ConsoleRows["caret"];
  let end = entries.length;
  if (draft !== undefined) {
    const isFresh = entries.at(-1)?.text.endsWith("\n") ?? true;
    const start = isFresh ? end : lineStart(entries, end);
    const prompt = cellsOf(entries.slice(start, end));
    const typed = cellsOf([{ stream: "input", text: draft.text }]);
    const before = cellsOf([{ stream: "input", text: draft.text.slice(0, draft.caret) }]).length;
    // The cursor has a cell of its own behind the text.
    const line = wrap([...prompt, ...typed, { source: "input", character: " " }], columns);
    const at = prompt.length + before;
    caret = { rowsAbove: line.length - 1 - Math.floor(at / columns), column: at % columns };
    found.unshift(...line);
    end = start;
  }
  while (end > 0 && found.length < rows) {
    const start = lineStart(entries, end);
    found.unshift(...wrap(cellsOf(entries.slice(start, end)), columns));
    end = start;
  }
  return { rows: found.slice(-rows), caret };
}

/** Rows that a text takes that begins in the first column. */
export function countRows(text: string, columns: number): number {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil([...line].length / columns)), 0);
}

/** Index of the first entry of the line that ends before `end`. */
function lineStart(entries: readonly ConsoleEntry[], end: number): number {
  let start = end - 1;
  while (start > 0 && !(entries[start - 1]?.text.endsWith("\n") ?? true)) start -= 1;
  return start;
}

function cellsOf(parts: readonly { readonly stream: CellSource; readonly text: string }[]): ConsoleCell[] {
  const cells: ConsoleCell[] = [];
  let at = 0;
  for (const { stream, text } of parts) {
    for (const character of text) {
      if (character === "\r") at = 0;
      else if (character === "\b") at = Math.max(0, at - 1);
      else if (character === "\t") {
        const stop = (Math.floor(at / TAB_COLUMNS) + 1) * TAB_COLUMNS;
        while (at < stop) cells[at++] ??= { source: stream, character: " " };
      } else if (!isControl(character)) cells[at++] = { source: stream, character };
    }
  }
  return cells;
}

function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

function wrap(cells: readonly ConsoleCell[], columns: number): ConsoleRow[] {
  if (cells.length === 0) return [[]];
  const rows: ConsoleRow[] = [];
  for (let at = 0; at < cells.length; at += columns) rows.push(cells.slice(at, at + columns));
  return rows;
}
