// What the compiler and the linker have to say about a program, as data.

/**
 * A stretch of one source file. Lines and columns count from 1; columns count UTF-16 units, as editors do, for the
 * files that were compiled (and bytes in the C library's own headers). The end column is exclusive.
 */
export interface SourceRange {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A replacement that would settle a diagnostic; an empty range means insertion. */
export interface FixIt extends SourceRange {
  readonly file: string;
  readonly text: string;
}

/** One message of the compiler or the linker. Notes follow the error or warning they explain. */
export interface Diagnostic {
  /** A name from the sources, or an absolute path such as `/usr/include/…` for the C library. */
  readonly file: string;
  /** From 1. A message about the program as a whole (no `main`, say) is put at the first line of a source. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** What the message is about, where that is more than one position. */
  readonly ranges: readonly SourceRange[];
  readonly severity: "note" | "warning" | "error";
  readonly message: string;
  /** The flag that governs the message, such as `-Wparentheses`. */
  readonly flag?: string;
  readonly fixIts: readonly FixIt[];
}

/**
 * Spells a diagnostic the way compilers do, for terminals and logs: `main.c:3:5: error: … [-Wflag]`.
 *
 * @returns One line without a line feed.
 */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, severity, message, flag } = diagnostic;
  return `${file}:${line}:${column}: ${severity}: ${message}${flag === undefined ? "" : ` [${flag}]`}`;
}
