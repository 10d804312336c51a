// The programs of the benchmark: freestanding C in `kernels/`, each with a function `entry` that works for about two
// milliseconds on plain V8 and prints one number, by which the contenders are checked against each other.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

import { compileFreestanding } from "./compile-freestanding.ts";

/** File names in `kernels/`, without `.c`. What each is for is in the first line of the file. */
export const KERNELS = ["sieve", "fib", "matmul", "sha256", "qsort"] as const;

export type Kernel = (typeof KERNELS)[number];

/** Compiles at `-O2 -mcpu=mvp`, which every contender can read. */
export async function compileKernel(kernel: Kernel): Promise<Uint8Array> {
  // From the package's root, because this file also runs as `dist/bench/kernels.js`.
  const root = path.dirname(createRequire(import.meta.url).resolve("gasworks/package.json"));
  const source = await readFile(path.join(root, "bench/kernels", `${kernel}.c`), "utf8");
  return compileFreestanding(source, { optimization: "-O2" });
}
