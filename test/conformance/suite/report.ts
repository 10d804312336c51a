// What was played, as text: a line for each script, the failures, a total.

import type { ScriptReport } from "./play-script.ts";
import { noneByWay, WAYS, type Way } from "./subject.ts";

/** The report of a script that could not be played to its end. */
export function brokenReport(name: string, what: string): ScriptReport {
  return {
    name,
    passed: noneByWay(),
    failures: [{ line: 0, what }],
    refused: {},
    aboutText: 0,
    pauses: 0,
  };
}

/** Commands of a script that passed in every way. */
export function passedInAll({ passed }: ScriptReport): number {
  return Math.min(...WAYS.map((way) => passed[way]));
}

const MOST_FAILURES_EACH = 10;

/** `name  passed / failed / refused (features)`, and the first failures. */
export function scriptText(report: ScriptReport): string {
  const { name, failures } = report;
  const shown = failures
    .slice(0, MOST_FAILURES_EACH)
    .map(({ line, way, what }) => `\n    line ${line}${way === undefined ? "" : `, ${way}`}: ${what}`);
  const more = failures.length > shown.length ? `\n    and ${failures.length - shown.length} more` : "";
  return `${name}  ${passedInAll(report)} / ${failures.length} / ${refusedText(report.refused)}${shown.join("")}${more}`;
}

/** `3 (a SIMD type)`: a number, and what it is made of. */
export function refusedText(refused: Readonly<Record<string, number>>): string {
  const features = Object.keys(refused).toSorted();
  const count = Object.values(refused).reduce((sum, each) => sum + each, 0);
  return features.length === 0 ? "0" : `${count} (${features.join(", ")})`;
}

/** Sums over all scripts. */
export function totalText(reports: readonly ScriptReport[]): string {
  const sum = (of: (report: ScriptReport) => number): number => reports.reduce((total, each) => total + of(each), 0);
  const refused: Record<string, number> = {};
  for (const report of reports) {
    for (const [feature, count] of Object.entries(report.refused)) refused[feature] = (refused[feature] ?? 0) + count;
  }
  const ways = WAYS.map((way: Way) => `  ${way.padEnd(10)}${sum(({ passed }) => passed[way])} passed`);
  const features = Object.entries(refused).toSorted(([, a], [, b]) => b - a);
  return [
    `${reports.length} scripts: ${sum(passedInAll)} passed in every way, ${sum(({ failures }) => failures.length)} failed, ` +
      `${features.reduce((total, [, count]) => total + count, 0)} refused; ${sum(({ pauses }) => pauses)} pauses, ` +
      `${sum(({ aboutText }) => aboutText)} commands about the text format left out`,
    ...ways,
    ...features.map(([feature, count]) => `  refused ${String(count).padStart(6)}  ${feature}`),
  ].join("\n");
}
