// `npm run conformance -- DIR`: plays the scripts of a directory that wast2json wrote into, in every way and engine, and
// holds the counts against the table of the official suite.

import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import { compareWithTable, tableText } from "./golden-table.ts";
import { playInChromium } from "./play-in-chromium.ts";
import { playInNode } from "./play-in-node.ts";
import { scriptNames } from "./read-scripts.ts";
import { scriptText, totalText } from "./report.ts";

const ENGINES = { node: playInNode, chromium: playInChromium } as const;
type EngineName = keyof typeof ENGINES;

const TABLE = "test/conformance/official-suite.txt";

const USAGE = `Usage: npm run conformance -- DIR [--engine node,chromium] [--only PATTERN] [--seconds N]
                                  [--table FILE] [--no-table] [--renew]

DIR        what wast2json wrote: a JSON file for each script, and the modules that it names
--engine   where to play: node, chromium, or both (the default)
--only     play the scripts whose names match this regular expression; implies --no-table
--seconds  limit for each script; default 120
--table    what to compare with; default ${TABLE}
--no-table compare with nothing: the directory holds other scripts
--renew    write the table instead of comparing with it`;

/** What was asked for on a command line. */
interface Request {
  readonly directory: string;
  readonly engines: readonly EngineName[];
  readonly only: RegExp | undefined;
  readonly seconds: number;
  /** Absent to compare with nothing. */
  readonly table: string | undefined;
  readonly renew: boolean;
}

/** `undefined` for a command line that makes no sense. */
function readArguments(args: readonly string[]): Request | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      engine: { type: "string", default: Object.keys(ENGINES).join() },
      only: { type: "string" },
      seconds: { type: "string", default: "120" },
      table: { type: "string", default: TABLE },
      "no-table": { type: "boolean", default: false },
      renew: { type: "boolean", default: false },
    },
  });
  const [directory, ...more] = positionals;
  const engines = values.engine.split(",");
  const seconds = Number(values.seconds);
  if (directory === undefined || more.length > 0 || !engines.every(isEngine) || !(seconds > 0)) return undefined;
  return {
    directory,
    engines,
    only: values.only === undefined ? undefined : new RegExp(values.only),
    seconds,
    table: values["no-table"] || values.only !== undefined ? undefined : values.table,
    renew: values.renew,
  };
}

function isEngine(name: string): name is EngineName {
  return Object.hasOwn(ENGINES, name);
}

/** Plays and prints. Whether all is well. */
async function run({ directory, engines, only, seconds, table, renew }: Request): Promise<boolean> {
  const names = (await scriptNames(directory)).filter((name) => only?.test(name) ?? true);
  if (names.length === 0) throw new Error(`There is no script in ${directory}`);
  let isWell = true;
  for (const [at, engine] of engines.entries()) {
    const reports = await ENGINES[engine](directory, names, seconds);
    console.log(`\n${engine}\n\nscript  passed / failed / refused (features)`);
    for (const report of reports) console.log(scriptText(report));
    console.log(`\n${totalText(reports)}`);
    if (reports.some(({ failures }) => failures.length > 0)) isWell = false;
    if (table === undefined) continue;
    // The second engine is held against what the first one gave.
    if (renew && at === 0) await writeFile(table, tableText(reports));
    const { falls, changes } = compareWithTable(await readFile(table, "utf8"), reports);
    for (const line of falls) console.log(`${table}: fallen: ${line}`);
    for (const line of changes) console.log(`${table}: to be renewed: ${line}`);
    if (falls.length > 0) isWell = false;
  }
  return isWell;
}

const request = readArguments(process.argv.slice(2));
if (request === undefined) {
  console.error(USAGE);
  process.exitCode = 64;
} else if (!(await run(request))) {
  process.exitCode = 1;
}
