import { execFileSync } from "node:child_process";

/** Tests import the package by its own name, so what they test is what `tsc -b` emitted. */
export default function buildOnce(): void {
  execFileSync("npx", ["tsc", "-b"], { stdio: "inherit" });
}
