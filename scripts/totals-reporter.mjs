// A Vitest reporter that writes one line, `N passed, N failed`, to the file that GASWORKS_TOTALS names.

import { writeFileSync } from "node:fs";

/**
 * What the totals need to know of a finished test file; Vitest's `TestModule` is one.
 *
 * @typedef {object} FinishedModule
 * @property {() => readonly unknown[]} errors - What kept the whole file from running.
 * @property {{ allTests(): Iterable<FinishedTest>, allSuites(): Iterable<{ errors(): readonly unknown[] }> }} children
 * @typedef {{ result(): { state: "passed" | "failed" | "skipped" | "pending" } }} FinishedTest
 */

/**
 * The line of totals. A file or a suite that could not run its tests counts as one that failed: its tests are not known.
 *
 * @param {Iterable<FinishedModule>} modules
 * @returns {string}
 */
export function totalsOf(modules) {
  const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) count[test.result().state] += 1;
    for (const owner of [module, ...module.children.allSuites()]) count.failed += owner.errors().length > 0 ? 1 : 0;
  }
  const skipped = count.skipped + count.pending;
  return `${count.passed} passed, ${count.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

export default class TotalsReporter {
  /** @param {Iterable<FinishedModule>} modules */
  onTestRunEnd(modules) {
    const file = process.env["GASWORKS_TOTALS"];
    if (file !== undefined) writeFileSync(file, totalsOf(modules));
  }
}
