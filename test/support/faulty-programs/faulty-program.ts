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

/** A program in AssemblyScript around some statements. Their first line is line 4. */
export function scriptBody(statements: string): Sources {
  return script(
    'import { print } from "./gasworks";\nimport { motor_forward, motor_open } from "./devices";\n' +
      `export function _start(): void {\n${statements}\n}\n`,
  );
}

/** A program in AssemblyScript of one file. */
export function script(text: string): Sources {
  return { "main.ts": text };
}

/** A program in WebAssembly text around some instructions of its function. They are in line 4. */
export function assemblyBody(instructions: string): Sources {
  return assembly(
    `(module\n  (memory (export "memory") 1)\n  (func (export "_start") (local $count i32)\n    ${instructions}))\n`,
  );
}

/** A program in WebAssembly text of one file. */
export function assembly(text: string): Sources {
  return { "main.wat": text };
}

/** A program of one file. */
export function file(text: string): Sources {
  return { "main.c": text };
}
