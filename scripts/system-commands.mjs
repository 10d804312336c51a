// Finds programs that the system has.

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Paths that exist: of the commands, in the folders of PATH, those named first before others; then the other ones.
 *
 * @param {readonly string[]} commands
 * @param {readonly string[]} elsewhere - Whole paths.
 * @returns {string[]}
 */
export function findInSystem(commands, elsewhere) {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const inPath = commands.flatMap((command) => folders.map((folder) => join(folder, command)));
  return [...inPath, ...elsewhere].filter((path) => existsSync(path));
}
