// The table of what passed: one line for each script. A run is held against it, and it is renewed by a flag.

import type { ScriptReport } from "./play-script.ts";
import { passedInAll, refusedText } from "./report.ts";

const HEADER = `# Commands of the official suite that pass in every way, and those that are refused by name.
# Written by \`npm run conformance -- DIR --renew\`; docs/assurance.md says which DIR.
#
# script  passed  refused
`;

export function tableText(reports: readonly ScriptReport[]): string {
  return `${HEADER}${reports.map((report) => `${lineOf(report)}\n`).join("")}`;
}

function lineOf(report: ScriptReport): string {
  return `${report.name}  ${passedInAll(report)}  ${refusedText(report.refused)}`;
}

/** How a run differs from a table, in words. */
export interface Comparison {
  /** Less passes than did. */
  readonly falls: readonly string[];
  /** The table is to be renewed. */
  readonly changes: readonly string[];
}

export function compareWithTable(table: string, reports: readonly ScriptReport[]): Comparison {
  const found = new Map(reports.map((report) => [report.name, report]));
  const falls: string[] = [];
  const changes: string[] = [];
  for (const line of table.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [name = "", passed = ""] = line.split("  ");
    const report = found.get(name);
    found.delete(name);
    if (report === undefined) falls.push(`${name} was not played`);
    else if (passedInAll(report) < Number(passed)) falls.push(`${lineOf(report)}, and ${passed} before`);
    else if (lineOf(report) !== line) changes.push(`${lineOf(report)}, and "${line}" before`);
  }
  return {
    falls,
    changes: [...changes, ...[...found.values()].map((report) => `${lineOf(report)}, not there before`)],
  };
}
