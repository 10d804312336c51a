// Where a diagnostic happened: its code, its notes, and the names that could have been meant.

import { C_HEADERS, C_LIBRARY } from "../c-library.ts";
import type { Sources } from "../compiler.ts";
import type { Diagnostic, FixIt, SourceRange } from "../diagnostic.ts";
import { findIdentifier } from "../find-identifier.ts";
import type { ExplainContext, Fix, KnownName } from "./friendly-words.ts";
import { nearestName } from "./nearest-name.ts";

/** Long enough for a declaration; a hostile source may have lines of any length. */
const MAX_QUOTED = 100;
const MAX_SEARCHED = 200;
/** A definition: types, a name, an open parenthesis, and no semicolon. */
const FUNCTION = /^[A-Za-z_][\w\s*]*?[\s*](\w+)\s*\((?:[^;{]*$|[^;{]*\{)/;

/** What all diagnostics of a compile share. */
export class Surroundings {
  readonly sources: Sources;
  /** Of this computer. */
  readonly names: readonly KnownName[];
  readonly #lines = new Map<string, readonly string[]>();

  constructor({ sources, names = [] }: ExplainContext) {
    this.sources = sources;
    this.names = names;
  }

  hasFile(file: string): boolean {
    return Object.hasOwn(this.sources, file);
  }

  /** Lines of a source; none of a file that is not the player's. */
  linesOf(file: string): readonly string[] {
    let lines = this.#lines.get(file);
    if (lines === undefined) {
      lines = this.hasFile(file) ? (this.sources[file] ?? "").split(/\r\n|\n|\r/) : [];
      this.#lines.set(file, lines);
    }
    return lines;
  }

  /** The functions that a source defines, and their lines: those that begin where a line does. */
  functionsOf(file: string): readonly { readonly name: string; readonly line: number }[] {
    return this.linesOf(file).flatMap((text, index) => {
      const name = FUNCTION.exec(text.slice(0, MAX_SEARCHED))?.[1];
      return name === undefined ? [] : [{ name, line: index + 1 }];
    });
  }
}

export class Scene {
  readonly diagnostic: Diagnostic;
  readonly notes: readonly Diagnostic[];
  readonly #around: Surroundings;

  constructor(diagnostic: Diagnostic, notes: readonly Diagnostic[], around: Surroundings) {
    this.diagnostic = diagnostic;
    this.notes = notes;
    this.#around = around;
  }

  /** The code of the line before the place, without the spaces around it. */
  get codeBefore(): string {
    return this.#lineOf(this.diagnostic.line)
      .slice(0, this.diagnostic.column - 1)
      .trim();
  }

  /** The code of the line from the place on, without the spaces around it. */
  get codeFrom(): string {
    return this.#lineOf(this.diagnostic.line)
      .slice(this.diagnostic.column - 1)
      .trim();
  }

  /** The identifier at the place. */
  get word(): string | undefined {
    return /^[A-Za-z_]\w*/.exec(this.codeFrom)?.[0];
  }

  /** The code that the message is about: the range at its place, or the first. */
  get subject(): string {
    const { line, column, ranges } = this.diagnostic;
    return this.codeOf(
      ranges.find(({ startLine, startColumn }) => startLine === line && startColumn === column) ?? ranges[0],
    );
  }

  codeOf(range: SourceRange | undefined): string {
    if (range === undefined || range.startLine !== range.endLine) return "";
    return this.#lineOf(range.startLine).slice(range.startColumn - 1, range.endColumn - 1);
  }

  /** The identifier behind the code that the message is about. */
  get wordBehind(): string | undefined {
    return /^[A-Za-z_]\w*/.exec(this.codeFrom.slice(this.subject.length).trimStart())?.[0];
  }

  /** The names of this computer. */
  get ownNames(): readonly KnownName[] {
    return this.#around.names;
  }

  /** The text of the whole file. */
  get fileText(): string {
    return this.#around.sources[this.diagnostic.file] ?? "";
  }

  /** The name of the function around the place: the last one that begins before it. */
  get functionName(): string | undefined {
    return this.#around.functionsOf(this.diagnostic.file).findLast(({ line }) => line <= this.diagnostic.line)?.name;
  }

  /** The names of all functions that the sources define. */
  get definedNames(): readonly string[] {
    return Object.keys(this.#around.sources).flatMap((file) => this.#around.functionsOf(file).map(({ name }) => name));
  }

  /** Of the computer or of the C library. */
  known(name: string): KnownName | undefined {
    return this.#around.names.find((each) => each.name === name) ?? C_LIBRARY.find((each) => each.name === name);
  }

  /** A function's declaration: of the computer, of the library, or as it stands in the sources where a note points. */
  declarationOf(name: string): string | undefined {
    const known = this.known(name);
    if (known?.kind === "function") return known.declaration;
    const note = this.notes.find(({ message }) => message.includes(`'${name}'`));
    if (note === undefined) return undefined;
    const line = this.#around.linesOf(note.file)[note.line - 1] ?? "";
    const declaration = line.replace(/[{;].*$/, "").trim();
    return declaration === "" ? undefined : declaration;
  }

  /** The name that was probably meant: what the compiler thinks, if that is near; else of the computer or the library. */
  nearest(word: string, kinds: readonly KnownName["kind"][]): string | undefined {
    const known = [...this.#around.names, ...C_LIBRARY].filter(({ kind }) => kinds.includes(kind));
    return nearestName(word, [...this.#compilersGuesses, ...known.map(({ name }) => name)]);
  }

  get #compilersGuesses(): readonly string[] {
    return [this.diagnostic, ...this.notes].flatMap(({ message }) => /did you mean '(\w+)'/.exec(message)?.[1] ?? []);
  }

  /** The functions of the device whose type begins the word: `motor_go` begins with `motor_`. */
  familyOf(word: string): readonly string[] {
    const { names } = this.#around;
    const [prefix] = names
      .filter(({ kind, name }) => kind === "type" && name.endsWith("_t"))
      .map(({ name }) => name.slice(0, -1))
      .filter((type) => word.startsWith(type))
      .toSorted((a, b) => b.length - a.length);
    if (prefix === undefined) return [];
    return names.filter(({ kind, name }) => kind === "function" && name.startsWith(prefix)).map(({ name }) => name);
  }

  /** The header that was probably meant. */
  nearestHeader(header: string): string | undefined {
    return nearestName(header, [...this.#ownHeaders, ...C_HEADERS]);
  }

  /** The header of this computer's devices, if it has any. */
  get deviceHeader(): string | undefined {
    return this.#around.names.find(({ header }) => header === "devices.h")?.header;
  }

  /** How to include a header: beside the program, or the library's. */
  includeOf(header: string): string {
    return this.#ownHeaders.includes(header) ? `#include "${header}"` : `#include <${header}>`;
  }

  get #ownHeaders(): readonly string[] {
    const { names, sources } = this.#around;
    const files = Object.keys(sources).filter((file) => file.endsWith(".h"));
    return [...new Set([...names.map(({ header }) => header), ...files])];
  }

  /** Whether a source includes a header already. */
  isIncluded(header: string): boolean {
    const directive = new RegExp(`^\\s*#\\s*include\\s*["<]${header.replace(".", "\\.")}[">]`);
    return this.#around.linesOf(this.diagnostic.file).some((line) => directive.test(line));
  }

  /** The source that mentions a name, outside comments and texts. */
  mentionOf(name: string): string | undefined {
    return Object.entries(this.#around.sources).find(([, text]) => findIdentifier(text, name) !== undefined)?.[0];
  }

  /** Another name for the identifier at the place. */
  renaming(name: string, replacement: string): readonly Fix[] {
    return this.word === name ? this.replacing(name.length, replacement) : [];
  }

  /** Another text for some characters at the place. */
  replacing(length: number, text: string): readonly Fix[] {
    const { file, line, column } = this.diagnostic;
    const range = { startLine: line, startColumn: column, endLine: line, endColumn: column + length };
    return [{ title: `${length === 0 ? "Insert" : "Change to"} ${code(text)}`, edits: [{ file, ...range, text }] }];
  }

  /** Texts before and behind the code that the message is about, where that is in one line. */
  enclosing(before: string, behind: string): readonly Fix[] {
    const { file, ranges } = this.diagnostic;
    const [range] = ranges;
    if (range === undefined || range.startLine !== range.endLine) return [];
    const at = (column: number, text: string): FixIt => {
      const { startLine: line } = range;
      return { file, startLine: line, startColumn: column, endLine: line, endColumn: column, text };
    };
    const edits = [at(range.startColumn, before), at(range.endColumn, behind)].filter(({ text }) => text !== "");
    return [{ title: `Change to ${code(before + this.codeOf(range) + behind)}`, edits }];
  }

  /** A line before the first one. */
  beginning(line: string): readonly Fix[] {
    const range = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };
    return [{ title: `Add ${code(line)}`, edits: [{ file: this.diagnostic.file, ...range, text: `${line}\n` }] }];
  }

  /** A line behind the last `#include`, or before the first line. */
  including(header: string): readonly Fix[] {
    const { file } = this.diagnostic;
    const directive = this.includeOf(header);
    const lastInclude = this.#around.linesOf(file).findLastIndex((line) => /^\s*#\s*include\b/.test(line));
    const line = lastInclude + 2;
    const range = { startLine: line, startColumn: 1, endLine: line, endColumn: 1 };
    return [{ title: `Add ${code(directive)}`, edits: [{ file, ...range, text: `${directive}\n` }] }];
  }

  #lineOf(line: number): string {
    return this.#around.linesOf(this.diagnostic.file)[line - 1] ?? "";
  }
}

/** A piece of code in a sentence. */
export function code(text: string): string {
  const line = text.replaceAll("`", "'").replace(/\s+/g, " ").trim();
  return `\`${line.length > MAX_QUOTED ? `${line.slice(0, MAX_QUOTED)}…` : line}\``;
}

/** Pieces of code with commas between. */
export function codes(texts: readonly string[]): string {
  return texts.map(code).join(", ");
}
