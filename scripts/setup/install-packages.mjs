// Brings node_modules to what package-lock.json says, when it is not there yet.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

import { SetupError } from "./setup-error.mjs";

/**
 * What a lock file says of one package.
 *
 * @typedef {{ version?: string, integrity?: string, link?: boolean, optional?: boolean, devOptional?: boolean }} Locked
 */

/** npm's codes for a registry out of reach. */
const UNREACHABLE =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|EHOSTUNREACH)$/;

/**
 * Installs the locked packages if one of them is missing or of another version.
 *
 * @param {string} root - The checkout.
 * @throws {SetupError} if npm cannot.
 */
export function installPackages(root) {
  const missing = missingPackages(root);
  if (missing.length === 0) return;
  console.log(`Installing ${missing.length} packages (npm ci) ...`);
  const { command, args } = npm();
  const { status, stderr, error } = spawnSync(
    command,
    // Development packages whatever NODE_ENV says; shorter waits than npm's own before it gives up on the network.
    [...args, "ci", "--include=dev", "--no-audit", "--no-fund", "--fetch-retry-mintimeout=1000", "--loglevel=error"],
    { cwd: root, encoding: "utf8", stdio: ["ignore", "ignore", "pipe"], shell: command.endsWith(".cmd") },
  );
  if (error !== undefined)
    throw new SetupError(`Cannot install the packages: ${error.message}; install npm and try again.`);
  if (status !== 0) throw new SetupError(explainNpm(stderr));
}

/**
 * Names of the locked packages that node_modules does not hold in the locked version. An optional one may be absent:
 * it is for another system.
 *
 * @param {string} root
 * @returns {string[]}
 */
export function missingPackages(root) {
  const locked = readLock(join(root, "package-lock.json"));
  // npm writes this one last, so an interrupted install has none.
  const installed = readLock(join(root, "node_modules", ".package-lock.json"));
  return Object.entries(locked)
    .filter(([path, wanted]) => path !== "" && wanted.link !== true)
    .filter(([path, wanted]) => {
      const found = installed[path];
      if (found === undefined) return !(wanted.optional === true || wanted.devOptional === true);
      return found.version !== wanted.version || found.integrity !== wanted.integrity || !existsSync(join(root, path));
    })
    .map(([path]) => path.replace(/^.*node_modules\//, ""));
}

/**
 * The sentence for what npm wrote before it failed.
 *
 * @param {string} stderr
 * @returns {string}
 */
export function explainNpm(stderr) {
  const lines = [...stderr.matchAll(/^npm (?:error|ERR!) (.+)$/gm)].map((match) => match[1] ?? "");
  const code = lines.find((line) => line.startsWith("code "))?.slice("code ".length) ?? "an error";
  if (UNREACHABLE.test(code)) {
    return `Cannot install the packages: npm cannot reach its registry (${code}); connect this machine to the network, or set npm's "registry" or "proxy", and try again.`;
  }
  const reason = lines.find((line) => !/^(code|errno|syscall|path) /.test(line));
  return `Cannot install the packages: npm ended with ${code}${reason === undefined ? "" : ` (${reason})`}; run "npm ci" to see all it says.`;
}

/** How to start npm: the one that started us, else the one in PATH. */
function npm() {
  const script = process.env["npm_execpath"];
  if (script !== undefined && /^npm(-cli)?\.[cm]?js$/.test(basename(script))) {
    return { command: process.execPath, args: [script] };
  }
  return { command: process.platform === "win32" ? "npm.cmd" : "npm", args: [] };
}

/**
 * @param {string} path
 * @returns {Record<string, Locked>} empty if there is no such file
 */
function readLock(path) {
  if (!existsSync(path)) return {};
  return JSON.parse(readFileSync(path, "utf8")).packages;
}
