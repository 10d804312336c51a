// Finds a Firefox that starts, or installs one. Unlike a Chromium it is not needed by most tests, so having none is a
// sentence and not the end.

import { systemFirefoxes } from "../firefox.mjs";
import { SetupError } from "./setup-error.mjs";
import { browserStarts, packageInstaller } from "./system-command.mjs";

/**
 * What finding a Firefox needs of the machine; a test gives another one.
 *
 * @typedef {object} Machine
 * @property {string | undefined} named - What GASWORKS_FIREFOX says.
 * @property {() => string[]} system - Paths of the system's Firefoxes, best first.
 * @property {(path: string) => boolean} starts
 * @property {import("./system-command.mjs").PackageInstaller | undefined} installPackage - The distribution's, where we may.
 * @property {(line: string) => void} say
 */

/**
 * Path of a Firefox that starts, or why there is none. Looks at GASWORKS_FIREFOX, then at the system, then installs the
 * distribution's package where that is allowed.
 *
 * @param {Machine} [machine]
 * @returns {{ path: string } | { missing: string }} `missing` is a sentence.
 * @throws {SetupError} if the one that is named does not start.
 */
export function provideFirefox(machine = thisMachine()) {
  if (machine.named !== undefined) {
    if (machine.starts(machine.named)) return { path: machine.named };
    throw new SetupError(
      `Cannot start the Firefox that GASWORKS_FIREFOX names, "${machine.named}": name one that starts, or unset it.`,
    );
  }
  const found = machine.system().find(machine.starts);
  if (found !== undefined) return { path: found };
  if (machine.installPackage === undefined) return missing("needs root and apt-get");

  machine.say("No Firefox found: installing the distribution's package ...");
  const reason = machine.installPackage() ?? "does not start";
  const installed = machine.system().find(machine.starts);
  return installed === undefined ? missing(reason) : { path: installed };
}

/** @param {string} reason */
function missing(reason) {
  return {
    missing: `Cannot find or install a Firefox (the distribution's package: ${reason}): install one, or set GASWORKS_FIREFOX to the path of one, and try again.`,
  };
}

/** @returns {Machine} */
function thisMachine() {
  const named = process.env["GASWORKS_FIREFOX"];
  return {
    named: named === "" ? undefined : named,
    system: systemFirefoxes,
    starts: browserStarts,
    installPackage: packageInstaller(["firefox-esr"]),
    say: console.log,
  };
}
