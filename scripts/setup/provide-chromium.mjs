// Finds a Chromium that starts, or installs one.

import { systemChromiums } from "../chromium.mjs";
import { commandOf } from "./run-tool.mjs";
import { SetupError } from "./setup-error.mjs";
import { browserStarts, packageInstaller, reasonOf, run } from "./system-command.mjs";

/**
 * What finding a Chromium needs of the machine; a test gives another one.
 *
 * @typedef {object} Machine
 * @property {string | undefined} named - What GASWORKS_CHROMIUM says.
 * @property {() => string[]} system - Paths of the system's Chromiums, best first.
 * @property {() => Promise<string>} playwrights - Where Playwright's own is, or would be.
 * @property {(path: string) => boolean} starts
 * @property {() => string | undefined} download - Playwright's download; gives the reason if it failed.
 * @property {import("./system-command.mjs").PackageInstaller | undefined} installPackage - The distribution's, where we may.
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
  return {
    named: named === "" ? undefined : named,
    system: systemChromiums,
    playwrights: async () => (await import("playwright")).chromium.executablePath(),
    starts: browserStarts,
    download: () => {
      const script = commandOf("playwright", "playwright");
      return reasonOf(run(process.execPath, [script, "install", "--no-shell", "--no-progress", "chromium"]));
    },
    installPackage: packageInstaller(["chromium", "fonts-liberation"]),
    say: console.log,
  };
}
