// Runs the tools that npm installed, through this very Node: no shell, no npx, the same on every system.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Runs an installed package's command in the checkout, its output going where ours goes.
 *
 * @param {{ package: string, command?: string }} tool - `command` defaults to the package's name.
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {boolean} whether it ended with 0
 */
export function runTool(tool, args, env = process.env) {
  const script = commandOf(tool.package, tool.command ?? tool.package);
  const { status, error } = spawnSync(process.execPath, [script, ...args], { cwd: ROOT, env, stdio: "inherit" });
  if (error !== undefined) throw error;
  return status === 0;
}

/**
 * Script behind an installed package's command.
 *
 * @param {string} name
 * @param {string} command
 * @returns {string}
 */
export function commandOf(name, command) {
  const folder = join(ROOT, "node_modules", name);
  /** @type {{ bin: string | Record<string, string> }} */
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const script = typeof bin === "string" ? bin : bin[command];
  if (script === undefined) throw new Error(`Cannot find the command "${command}" of the package "${name}"`);
  return join(folder, script);
}
