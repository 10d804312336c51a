// What `npm test` does on a Node that is new enough.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { installPackages } from "./install-packages.mjs";
import { provideChromium } from "./provide-chromium.mjs";
import { provideClang } from "./provide-clang.mjs";
import { provideFirefox } from "./provide-firefox.mjs";
import { ROOT, runTool } from "./run-tool.mjs";
import { endInOneSentence } from "./setup-error.mjs";

const REPORTER = join(ROOT, "scripts", "totals-reporter.mjs");

/**
 * Runs every check to its end, then says which failed, then the totals of the tests alone on the last line. The exit
 * code is 0 only if all is well.
 *
 * @param {string[]} args - For Vitest, to run less than everything.
 */
export async function testEverything(args) {
  await endInOneSentence(async () => {
    installPackages(ROOT);
    const chromium = await provideChromium();
    const firefox = provideFirefox();
    if ("missing" in firefox) console.log(firefox.missing);
    const noClang = provideClang();
    if (noClang !== undefined) console.log(noClang);
    const failed = [
      ["types", runTool({ package: "typescript", command: "tsc" }, ["-b"])],
      ["lint", runTool({ package: "oxlint" }, ["--type-aware"])],
      ["format", runTool({ package: "oxfmt" }, ["--check", "."])],
    ].flatMap(([name, passed]) => (passed ? [] : [name]));
    const tests = runTests(args, {
      GASWORKS_CHROMIUM: chromium,
      GASWORKS_BUILT: "by npm test",
      ...("path" in firefox ? { GASWORKS_FIREFOX: firefox.path } : { GASWORKS_FIREFOX_MISSING: firefox.missing }),
      ...(noClang === undefined ? {} : { GASWORKS_CLANG_MISSING: noClang }),
    });
    if (!tests.passed) failed.push("tests");
    if (failed.length > 0) console.log(`Failed: ${failed.join(", ")} (see above)`);
    console.log(tests.totals);
    process.exitCode = failed.length > 0 ? 1 : 0;
  });
}

/**
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {{ passed: boolean, totals: string }}
 */
function runTests(args, env) {
  const folder = mkdtempSync(join(tmpdir(), "gasworks-"));
  const totalsFile = join(folder, "totals.txt");
  try {
    const passed = runTool({ package: "vitest" }, ["run", "--reporter=default", `--reporter=${REPORTER}`, ...args], {
      ...process.env,
      ...env,
      GASWORKS_TOTALS: totalsFile,
    });
    return { passed, totals: readFileSync(totalsFile, { encoding: "utf8", flag: "a+" }) || "0 passed, 0 failed" };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
