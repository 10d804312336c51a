// Programs with one mistake each, and what is said of it.

import type { Sources } from "gasworks/toolchain";

/** A mistake, in words for a beginner. */
export interface FaultyProgram {
  readonly sources: Sources;
  /** Of the words. */
  readonly title: string;
  /** A part of the hint. */
  readonly hint: string;
  /** What the fix does, where there is one; afterwards the compiler does not say it again. */
  readonly fix?: string;
}

/** A program around some statements. Their first line is line 5. */
export function body(statements: string): Sources {
  return {
    "main.c": `#include <stdio.h>\n#include "devices.h"\nint main(void) {\n  motor_t motor = motor_open("left");\n${statements}\n  return motor;\n}\n`,
  };
}

/** A program of one file. */
export function file(text: string): Sources {
  return { "main.c": text };
}
