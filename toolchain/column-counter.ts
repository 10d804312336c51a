// Columns as compilers count them, and as editors do.

import type { Sources } from "./compiler.ts";

/** Turns columns in bytes of UTF-8 into an editor's. Knows the compiled sources, and leaves others alone. */
export class ColumnCounter {
  readonly #sources: Sources;
  readonly #lines = new Map<string, readonly string[]>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  count(file: string, place: { readonly line: number; readonly byteColumn: number }): number {
    const text = this.#line(file, place.line);
    if (text === undefined) return place.byteColumn;
    const before = new TextEncoder().encode(text).subarray(0, place.byteColumn - 1);
    const beyond = place.byteColumn - 1 - before.length;
    return new TextDecoder().decode(before).length + beyond + 1;
  }

  #line(file: string, line: number): string | undefined {
    const text = Object.hasOwn(this.#sources, file) ? this.#sources[file] : undefined;
    if (text === undefined) return undefined;
    let lines = this.#lines.get(file);
    if (lines === undefined) {
      lines = text.split(/\r\n|\n|\r/);
      this.#lines.set(file, lines);
    }
    return lines[line - 1];
  }
}
