// Prepares one module in a fresh process and prints how many milliseconds that took.

import { readFile } from "node:fs/promises";

import { prepareModule } from "gasworks/vm";

import { PREPARE_POLICY } from "./prepare-policy.ts";

const wasm = await readFile(process.argv[2] ?? "");
const before = performance.now();
await prepareModule(wasm, PREPARE_POLICY);
process.stdout.write(String(performance.now() - before));
