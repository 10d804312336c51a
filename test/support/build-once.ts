// Tests import the package by its own name, so what they test is what `tsc -b` emitted.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const COMPILER = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));

/**
 * Builds the package once, however many projects ask for it. `npm test` has built it before and says so.
 *
 * Type errors are printed and do not stop the tests: `tsc -b` emits in spite of them, and `npm test` fails on them.
 */
export default function buildOnce(): void {
  if (process.env["GASWORKS_BUILT"] !== undefined) return;
  process.env["GASWORKS_BUILT"] = "by the tests";
  const { status } = spawnSync(process.execPath, [COMPILER, "-b"], { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) console.warn("The tests run on what tsc emitted in spite of the errors above.");
}
