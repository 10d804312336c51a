// Programs that a compiler is tried with, and how it ends with them. In Node and in pages.

import { ToolchainError, type Sources } from "gasworks/toolchain";

/**
 * Keeps the compiler busy for many seconds: each file has ten million macros to expand, to nothing. Files are compiled
 * in memories of their own, so that time runs out and memory does not.
 */
export const SLOW: Sources = Object.fromEntries(
  Array.from({ length: 60 }, (_, file) => {
    const levels = Array.from({ length: 7 }, (__, level) => `#define L${level + 1} ${`L${level} `.repeat(10)}\n`);
    return [`slow${file}.c`, `#define L0\n${levels.join("")}L7\n`];
  }),
);

/** Takes more memory than the compiler may have. */
export const HUGE: Sources = { "main.c": "char a[900000000] = {1};\nint main(void) { return 0; }\n" };

/** What a compile ended with: the code of its error, or `fulfilled`. */
export async function codeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return "fulfilled";
  } catch (error) {
    return error instanceof ToolchainError ? error.code : String(error);
  }
}
