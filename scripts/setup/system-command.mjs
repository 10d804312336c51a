// Runs commands of the system, quietly: what they say is only told when they fail.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const INSTALL_LIMIT_MS = 10 * 60_000;

/**
 * How a command ended.
 *
 * @typedef {{ status: number | null, output: string, error?: Error }} Ended
 */

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {Ended}
 */
export function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: INSTALL_LIMIT_MS,
  });
  return error === undefined ? { status, output: `${stdout}\n${stderr}` } : { status, output: "", error };
}

/**
 * Why a command failed, in one short line; undefined if it did not.
 *
 * @param {Ended} ended
 */
export function reasonOf({ status, output, error }) {
  if (error !== undefined) return error.message;
  if (status === 0) return undefined;
  const lines = output.split("\n").map((line) => line.trim());
  const telling = lines.find((line) => /^(E: |Err|Error|Failed|.*error while loading)/.test(line));
  return (telling ?? `ended with ${status}`).slice(0, 160);
}

/**
 * Whether this is a browser that runs here: a package of snaps may be a stub, a download may lack libraries.
 *
 * @param {string} path
 */
export function browserStarts(path) {
  if (!existsSync(path)) return false;
  // On Windows `--version` opens a window.
  return process.platform === "win32" || reasonOf(run(path, ["--version"])) === undefined;
}

/**
 * Installs packages of the distribution. Gives the reason if that failed.
 *
 * @typedef {() => string | undefined} PackageInstaller
 */

/**
 * Something that installs these packages, where we may: as root, with apt-get.
 *
 * @param {string[]} names
 * @returns {PackageInstaller | undefined}
 */
export function packageInstaller(names) {
  if (process.getuid?.() !== 0 || "error" in run("apt-get", ["--version"])) return undefined;
  return () => {
    // A fresh machine has no lists of packages at all, or old ones.
    const reason = reasonOf(run("apt-get", ["update"]));
    return reason ?? reasonOf(run("apt-get", ["install", "--yes", "--no-install-recommends", ...names]));
  };
}
