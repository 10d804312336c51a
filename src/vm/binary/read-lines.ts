// The line table: which line of which source file each instruction comes from, out of `.debug_line` (DWARF 2 to 5, 32-bit).
// It is read on the side; the engine never sees it. Work and memory are linear in the section's size, whatever it holds.
//
// DWARF addresses in WebAssembly are offsets from the start of the code section's content. What is given here are offsets
// in the module's bytes, as frames have them.
// Reference: DWARF 5, sections 6.2 and 7.22; WebAssembly tool conventions, "DWARF".

import { malformed, unsupported, type ByteReader } from "./byte-reader.ts";
import { customSections, sectionNamed } from "./custom-sections.ts";
import { LineProgramReader, NO_FILE, type LineRow } from "./line-program.ts";

/** A place in a source file. */
export interface SourceLine {
  /** As the compiler was given it; may hold any characters. */
  readonly file: string;
  /** 1 for the first. */
  readonly line: number;
  /** 1 for the first; 0 if it is not known. */
  readonly column: number;
}

/** Rows in the order of their offsets; each holds up to the next one's. Plain data. */
export interface LineTable {
  /** Offsets in the module's bytes, ascending. */
  readonly offsets: Uint32Array;
  /** Index into `fileNames`, or 2^32 − 1 where the table says nothing. */
  readonly files: Uint32Array;
  readonly lines: Uint32Array;
  readonly columns: Uint32Array;
  readonly fileNames: readonly string[];
}

/** Says nothing of any offset. */
export const NO_LINES: LineTable = {
  offsets: new Uint32Array(),
  files: new Uint32Array(),
  lines: new Uint32Array(),
  columns: new Uint32Array(),
  fileNames: [],
};

/**
 * Reads the line table that a module carries; an empty one if it has none.
 *
 * @throws {VmError} `vm/module-malformed` if it is damaged, `vm/module-unsupported` if it is of another kind.
 */
export function readLineTable(bytes: Uint8Array): LineTable {
  const sections = customSections(bytes);
  const section = sectionNamed(sections, ".debug_line");
  const { code } = sections;
  if (section === undefined || code === undefined) return NO_LINES;
  const strings = {
    lineStrings: sectionNamed(sections, ".debug_line_str"),
    strings: sectionNamed(sections, ".debug_str"),
  };
  const sizes = { codeBytes: code.end - code.start, moduleBytes: bytes.length };
  const reader = new LineProgramReader(strings, sizes);
  while (!section.done) reader.unit(unitOf(section));
  return assemble(reader, code.start);
}

/** The place that the instruction at an offset of the module's bytes comes from, where the table says so. */
export function lineAt(table: LineTable, offset: number): SourceLine | undefined {
  return lineOfRow(table, rowsUpTo(table, offset) - 1);
}

/** Rows that are looked at for the next line: a compiler leaves short gaps, a forger may leave long ones. */
const MAX_GAP = 64;

/** The first place that the table names in a range that begins behind an offset; `end` is excluded. */
export function lineAfter(table: LineTable, offset: number, end: number): SourceLine | undefined {
  const first = rowsUpTo(table, offset);
  for (let row = first; row < first + MAX_GAP && (table.offsets[row] ?? end) < end; row++) {
    const line = lineOfRow(table, row);
    if (line !== undefined) return line;
  }
  return undefined;
}

/** Number of rows that begin at an offset or before. */
function rowsUpTo({ offsets }: LineTable, offset: number): number {
  let [low, high] = [0, offsets.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((offsets[middle] as number) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function lineOfRow({ files, fileNames, lines, columns }: LineTable, row: number): SourceLine | undefined {
  const file = fileNames[files[row] ?? NO_FILE];
  const line = lines[row];
  // Line 0 is code that the compiler made up.
  if (file === undefined || line === undefined || line === 0) return undefined;
  return { file, line, column: columns[row] ?? 0 };
}

function unitOf(section: ByteReader): ByteReader {
  const at = section.offset;
  const length = word(section);
  if (length === 0xffff_ffff) throw unsupported("64-bit debug information", at, "compile without -gdwarf64");
  if (length > 0xffff_fff0) throw malformed("reserved length of a line table", at);
  return section.part(length);
}

/** A fixed-width integer. */
function word(r: ByteReader): number {
  return (r.byte() | (r.byte() << 8) | (r.byte() << 16) | (r.byte() << 24)) >>> 0;
}

function assemble({ rows, fileNames }: LineProgramReader, codeStart: number): LineTable {
  // Where one sequence ends another may begin, and what begins counts; otherwise the later row does.
  const isStart = ({ file }: LineRow): number => Number(file !== NO_FILE);
  const sorted = rows.toSorted((a, b) => a.address - b.address || isStart(a) - isStart(b));
  return {
    offsets: Uint32Array.from(sorted, ({ address }) => codeStart + address),
    files: Uint32Array.from(sorted, ({ file }) => file),
    lines: Uint32Array.from(sorted, ({ line }) => line),
    columns: Uint32Array.from(sorted, ({ column }) => column),
    fileNames,
  };
}
