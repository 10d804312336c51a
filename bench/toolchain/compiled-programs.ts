// What the compilers are given: a small program, one of 500 lines that uses the C library, and one that never ends.

import { readFile } from "node:fs/promises";
import path from "node:path";

import type { Sources } from "gasworks/toolchain";

import { PROJECT_ROOT } from "../project-root.ts";

export interface CompiledPrograms {
  readonly small: Sources;
  readonly large: Sources;
  readonly endless: Sources;
}

/** Texts of other benchmarks that one program is made of. Each has an entry of its own. */
const PARTS = [
  { file: "kernels/workshop.c", entry: "entry" },
  { file: "kernels/sha256.c", entry: "entry" },
  { file: "guests/report.c", entry: "main" },
];

const SMALL = `#include <stdio.h>
int main(void) {
  for (int i = 0; i < 10; ++i) printf("%d: %d\\n", i, i * i);
  return 0;
}
`;

export async function compiledPrograms(): Promise<CompiledPrograms> {
  const large: Record<string, string> = {};
  const main: string[] = [];
  for (const { file, entry } of PARTS) {
    const name = path.basename(file, ".c");
    large[`${name}.h`] = await readFile(path.join(PROJECT_ROOT, "bench", file), "utf8");
    main.push(`#define ${entry} ${name}`, `#include "${name}.h"`, `#undef ${entry}`);
  }
  const calls = PARTS.map(({ file }) => `${path.basename(file, ".c")}();`);
  large["main.c"] = `${main.join("\n")}\nint main(void) { ${calls.join(" ")} }\n`;
  const levels = Array.from({ length: 9 }, (_, level) => `#define L${level + 1} ${`L${level} `.repeat(10)}\n`);
  return { small: { "main.c": SMALL }, large, endless: { "main.c": `#define L0\n${levels.join("")}L9\n` } };
}
