// Sees to a clang and a bubblewrap for the tests of the native way, or says why there is none: those tests are skipped
// then.

import { packageInstaller, reasonOf, run } from "./system-command.mjs";

/** What docs/toolchain.md tells people on Debian to install. */
export const CLANG_PACKAGES = ["clang-22", "lld-22", "bubblewrap"];

const COMMANDS = ["clang-22", "wasm-ld-22", "bwrap"];

/**
 * What this needs of the machine; a test gives another one.
 *
 * @typedef {object} Machine
 * @property {(command: string) => boolean} has
 * @property {import("./system-command.mjs").PackageInstaller | undefined} installPackages - The distribution's, where we may.
 * @property {(line: string) => void} say
 */

/**
 * Installs the distribution's packages where one of the commands is missing and that is allowed.
 *
 * @param {Machine} [machine]
 * @returns {string | undefined} Why a command is still missing, as a sentence.
 */
export function provideClang(machine = thisMachine()) {
  const missing = () => COMMANDS.filter((command) => !machine.has(command));
  if (missing().length === 0) return undefined;
  let reason = "needs root and apt-get";
  if (machine.installPackages !== undefined) {
    machine.say(`No ${missing().join(", ")} found: installing the distribution's packages ...`);
    reason = machine.installPackages() ?? "the commands are not among them";
    if (missing().length === 0) return undefined;
  }
  return `Cannot find or install ${missing().join(", ")} (the distribution's packages: ${reason}): install ${CLANG_PACKAGES.join(", ")}, and try again.`;
}

/** @returns {Machine} */
function thisMachine() {
  return {
    has: (command) => reasonOf(run(command, ["--version"])) === undefined,
    installPackages: packageInstaller(CLANG_PACKAGES),
    say: console.log,
  };
}
