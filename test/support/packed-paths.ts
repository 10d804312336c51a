import { spawnSync } from "node:child_process";

import { ROOT } from "./source-files.ts";

let packed: readonly string[] | undefined;

/** What `npm pack` would put into the package, from the checkout. */
export function packedPaths(): readonly string[] {
  packed ??= askNpm();
  return packed;
}

function askNpm(): string[] {
  const command = process.platform === "win32" ? "npm.cmd" : "npm";
  const { stdout } = spawnSync(command, ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: ROOT,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  const [report] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  return report.files.map(({ path }) => path);
}
