// The programs of the benchmark: freestanding C in `kernels/`, each with a function `entry` that works for about two
// milliseconds on plain V8 and prints one number, by which the contenders are checked against each other.

import { readFile } from "node:fs/promises";
import path from "node:path";

import { compileFreestanding } from "./compile-freestanding.ts";
import { PROJECT_ROOT } from "./project-root.ts";

/** File names in `kernels/`, without `.c`. What each is for is in the first lines of the file. */
export const KERNELS = [
  "sieve",
  "matmul",
  "sha256",
  "nbody",
  "fib",
  "hashmap",
  "qsort",
  "interpreter",
  "workshop",
] as const;

export type Kernel = (typeof KERNELS)[number];

/** `lime1` is what players' programs are compiled for; `mvp` is all that the published pipeline reads. */
export type Cpu = "lime1" | "mvp";

/** Compiles at `-O2`. */
export async function compileKernel(kernel: Kernel, cpu: Cpu): Promise<Uint8Array> {
  const source = await readFile(path.join(PROJECT_ROOT, "bench/kernels", `${kernel}.c`), "utf8");
  return compileFreestanding(source, { optimization: "-O2", cpu });
}
