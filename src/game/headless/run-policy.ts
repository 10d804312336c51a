// What a program may import and how big it may be where it runs on its own.

import type { ImportPolicy } from "../../vm/index.ts";

/** 16 MiB of memory: four times the default, because programs here have no neighbors. */
export const RUN_POLICY: ImportPolicy = { wasi: true, setjmp: true, limits: { memoryPages: 256 } };
