// What `gasworks inspect` says of a module.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

import { type ParsedModule, prepareModule, readModule, typeOfFunction, VmError } from "../../vm/index.ts";

import { RUN_POLICY } from "./run-policy.ts";
import { oneLine } from "./terminal-text.ts";

/** Functions that are listed with their sizes: the largest. */
const LARGEST = 5;

export interface ModuleReport {
  readonly kind: "module";
  readonly hash: string;
  readonly bytes: number;
  readonly imports: readonly { readonly module: string; readonly function: string; readonly type: string }[];
  readonly memory: {
    readonly minimumPages: number;
    readonly maximumPages: number | null;
    readonly isImported: boolean;
  } | null;
  readonly tableEntries: number | null;
  readonly globals: { readonly mutable: number; readonly constant: number };
  readonly exports: readonly { readonly name: string; readonly kind: string; readonly type: string | null }[];
  readonly functions: {
    readonly count: number;
    readonly codeBytes: number;
    readonly largest: readonly { readonly index: number; readonly bytes: number }[];
  };
  readonly dataBytes: number;
  /** Whether `gasworks run` would run it. */
  readonly verdict:
    | { readonly kind: "accepted"; readonly engine: string; readonly schedule: number }
    | { readonly kind: "refused"; readonly code: string; readonly message: string };
}

/** @throws {VmError} `vm/module-malformed` or `vm/module-unsupported` if the bytes cannot be read as a module. */
export async function reportModule(bytes: Uint8Array): Promise<ModuleReport> {
  const module = readModule(bytes);
  const [memory] = module.memories;
  const bodies = module.bodies.map(({ start, end }, i) => ({
    index: module.importedFunctions.length + i,
    bytes: end - start,
  }));
  return {
    kind: "module",
    hash: bytesToHex(sha256(bytes)),
    bytes: bytes.length,
    imports: module.importedFunctions.map(({ module: from, field }, i) => ({
      module: from,
      function: field,
      type: typeText(module, i),
    })),
    memory:
      memory === undefined
        ? null
        : { minimumPages: memory.minimum, maximumPages: memory.maximum ?? null, isImported: memory.isImported },
    tableEntries: module.table?.minimum ?? null,
    globals: {
      mutable: module.globals.filter(({ isMutable }) => isMutable).length,
      constant: module.globals.filter(({ isMutable }) => !isMutable).length,
    },
    exports: module.exports.map(({ name, kind, index }) => ({
      name,
      kind,
      type: kind === "function" ? typeText(module, index) : null,
    })),
    functions: {
      count: bodies.length,
      codeBytes: bodies.reduce((sum, body) => sum + body.bytes, 0),
      largest: bodies.toSorted((a, b) => b.bytes - a.bytes || a.index - b.index).slice(0, LARGEST),
    },
    dataBytes: module.data.reduce((sum, segment) => sum + segment.bytes.length, 0),
    verdict: await judge(bytes),
  };
}

/** @returns Lines with a line feed each. */
export function moduleText(report: ModuleReport): string {
  const { memory, functions, globals, verdict } = report;
  const largest = functions.largest.map(({ index, bytes }) => `#${index} ${count(bytes, "byte")}`).join(", ");
  const rows: (readonly [string, string])[] = [
    ["module", count(report.bytes, "byte")],
    ["hash", report.hash],
    ["imports", count(report.imports.length, "function")],
    ...report.imports.map((each) => ["", `${oneLine(`${each.module}.${each.function}`)} ${each.type}`] as const),
    ["memory", memory === null ? "none" : memoryText(memory)],
    ["table", report.tableEntries === null ? "none" : count(report.tableEntries, "entry", "entries")],
    ["globals", `${globals.mutable} mutable, ${globals.constant} constant`],
    ["functions", `${functions.count}, ${count(functions.codeBytes, "byte")} of code; largest: ${largest || "none"}`],
    ["data", count(report.dataBytes, "byte")],
    ["exports", String(report.exports.length)],
    ...report.exports.map((each) => ["", `${oneLine(each.name)} ${each.type ?? each.kind}`] as const),
    [
      "verdict",
      verdict.kind === "accepted"
        ? `accepted (gas schedule ${verdict.schedule}, engine ${verdict.engine})`
        : `refused: ${verdict.code}: ${oneLine(verdict.message)}`,
    ],
  ];
  return rows.map(([label, text]) => `${label.padEnd(10)} ${text}\n`).join("");
}

/** `1 page`, `2 pages`. */
export function count(amount: number, one: string, many: string = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`;
}

async function judge(bytes: Uint8Array): Promise<ModuleReport["verdict"]> {
  try {
    const { engine, schedule } = await prepareModule(bytes, RUN_POLICY);
    return { kind: "accepted", engine, schedule };
  } catch (error) {
    if (!(error instanceof VmError)) throw error;
    return { kind: "refused", code: error.code, message: error.message };
  }
}

function memoryText({ minimumPages, maximumPages, isImported }: NonNullable<ModuleReport["memory"]>): string {
  const most = maximumPages === null ? "no maximum" : `at most ${maximumPages}`;
  return `${count(minimumPages, "page")} of 64 KiB, ${most}${isImported ? ", imported" : ""}`;
}

function typeText(module: ParsedModule, index: number): string {
  const type = typeOfFunction(module, index);
  return type === undefined ? "(unknown)" : `(${type.params.join(", ")}) -> (${type.results.join(", ")})`;
}
