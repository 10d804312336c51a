// Finds a Chromium that starts, or installs one.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

import { systemChromiums } from "../chromium.mjs";
import { commandOf } from "./run-tool.mjs";
import { SetupError } from "./setup-error.mjs";

const INSTALL_LIMIT_MS = 10 * 60_000;

/**
 * What finding a Chromium needs of the machine; a test gives another one.
 *
 * @typedef {object} Machine
 * @property {string | undefined} named - What GASWORKS_CHROMIUM says.
 * @property {() => string[]} system - Paths of the system's Chromiums, best first.
 * @property {() => Promise<string>} playwrights - Where Playwright's own is, or would be.
 * @property {(path: string) => boolean} starts
 * @property {() => string | undefined} download - Playwright's download; gives the reason if it failed.
 * @property {(() => string | undefined) | undefined} installPackage - The distribution's, where we may; likewise.
 * @property {(line: string) => void} say
 */

/**
 * Path of a Chromium that starts. Looks at GASWORKS_CHROMIUM, then at the system, then at Playwright's own; then
 * downloads Playwright's, then installs the distribution's package where that is allowed.
 *
 * @param {Machine} [machine]
 * @returns {Promise<string>}
 * @throws {SetupError} if all of that leaves none.
 */
export async function provideChromium(machine = thisMachine()) {
  if (machine.named !== undefined) {
    if (machine.starts(machine.named)) return machine.named;
    throw new SetupError(
      `Cannot start the Chromium that GASWORKS_CHROMIUM names, "${machine.named}": name one that starts, or unset it.`,
    );
  }
  const playwrights = await machine.playwrights();
  const found = [...machine.system(), playwrights].find(machine.starts);
  if (found !== undefined) return found;

  machine.say("No Chromium found: downloading Playwright's ...");
  const reasons = [`Playwright's download: ${machine.download() ?? "does not start"}`];
  if (machine.starts(playwrights)) return playwrights;

  if (machine.installPackage === undefined) {
    reasons.push("the distribution's package: needs root and apt-get");
  } else {
    machine.say("That failed: installing the distribution's package ...");
    reasons.push(`the distribution's package: ${machine.installPackage() ?? "does not start"}`);
    const installed = machine.system().find(machine.starts);
    if (installed !== undefined) return installed;
  }
  throw new SetupError(
    `Cannot find or install a Chromium (${reasons.join("; ")}): install one, or set GASWORKS_CHROMIUM to the path of one, and try again.`,
  );
}

/** @returns {Machine} */
function thisMachine() {
  const named = process.env["GASWORKS_CHROMIUM"];
  const mayInstall = process.getuid?.() === 0 && !("error" in run("apt-get", ["--version"]));
  return {
    named: named === "" ? undefined : named,
    system: systemChromiums,
    playwrights: async () => (await import("playwright")).chromium.executablePath(),
    starts,
    download: () => {
      const script = commandOf("playwright", "playwright");
      return reasonOf(run(process.execPath, [script, "install", "--no-shell", "--no-progress", "chromium"]));
    },
    installPackage: mayInstall ? installDebianPackage : undefined,
    say: console.log,
  };
}

/**
 * Whether this is a Chromium that runs here: a package of snaps may be a stub, a download may lack libraries.
 *
 * @param {string} path
 */
function starts(path) {
  if (!existsSync(path)) return false;
  // On Windows `--version` opens a window.
  return process.platform === "win32" || reasonOf(run(path, ["--version"])) === undefined;
}

/** @returns {string | undefined} */
function installDebianPackage() {
  // A fresh machine has no lists of packages at all, or old ones.
  const reason = reasonOf(run("apt-get", ["update"]));
  if (reason !== undefined) return reason;
  return reasonOf(run("apt-get", ["install", "--yes", "--no-install-recommends", "chromium", "fonts-liberation"]));
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
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
 * @param {{ status: number | null, output: string, error?: Error }} ended
 */
function reasonOf({ status, output, error }) {
  if (error !== undefined) return error.message;
  if (status === 0) return undefined;
  const lines = output.split("\n").map((line) => line.trim());
  const telling = lines.find((line) => /^(E: |Err|Error|Failed|.*error while loading)/.test(line));
  return (telling ?? `ended with ${status}`).slice(0, 160);
}
