// What `gasworks inspect` says of a module.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

import {
  DEFAULT_LIMITS,
  describeGas,
  type ModuleLimits,
  type ParsedModule,
  prepareModule,
  readDebugInfo,
  readModule,
  typeOfFunction,
  VmError,
} from "../../vm/index.ts";

import { RUN_POLICY } from "./run-policy.ts";
import { oneLine } from "./terminal-text.ts";

/** Functions that are listed with their sizes: the largest. */
const LARGEST = 5;

/** Functions that the text lists with their gas; `--json` has all. */
const LISTED = 200;

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
  /** How each function is charged; `null` if the module is refused. */
  readonly gas: readonly FunctionReport[] | null;
  /** What `gasworks run` would bound, and how much of it the module takes. */
  readonly limits: readonly { readonly name: keyof ModuleLimits; readonly used: number; readonly allowed: number }[];
  /** Whether `gasworks run` would run it. */
  readonly verdict:
    | { readonly kind: "accepted"; readonly engine: string; readonly schedule: number }
    | { readonly kind: "refused"; readonly code: string; readonly message: string };
}

interface FunctionReport {
  readonly index: number;
  readonly name: string | null;
  readonly bytes: number;
  readonly kind: "plain" | "metered";
  /** Gas of a call, besides the call itself; `null` for functions that are charged as they run. */
  readonly cost: number | null;
}

/** @throws {VmError} `vm/module-malformed` or `vm/module-unsupported` if the bytes cannot be read as a module. */
export async function reportModule(bytes: Uint8Array): Promise<ModuleReport> {
  const module = readModule(bytes);
  const [memory] = module.memories;
  const bodies = module.bodies.map(({ start, end }, i) => ({
    index: module.importedFunctions.length + i,
    bytes: end - start,
  }));
  const verdict = await judge(bytes);
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
    tableEntries: module.tables.length === 0 ? null : tableEntries(module),
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
    gas: verdict.kind === "accepted" ? gasOf(module, bytes) : null,
    limits: limitsOf(module, bytes.length),
    verdict,
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
    ["gas", report.gas === null ? "none: the module is refused" : "each call of a plain function, or as it runs"],
    ...gasRows(report.gas ?? []),
    ["limits", report.limits.map(({ name, used, allowed }) => `${name} ${used} of ${allowed}`).join(", ")],
    [
      "verdict",
      verdict.kind === "accepted"
        ? `accepted (gas schedule ${verdict.schedule}, engine ${verdict.engine})`
        : `refused: ${verdict.code}: ${oneLine(verdict.message)}`,
    ],
  ];
  return rows.map(([label, text]) => `${label.padEnd(10)} ${text}\n`).join("");
}

function gasOf(module: ParsedModule, bytes: Uint8Array): FunctionReport[] {
  const { names } = readDebugInfo(bytes);
  const imported = module.importedFunctions.length;
  return describeGas(module).map((gas) => {
    const body = module.bodies[gas.index - imported];
    return {
      index: gas.index,
      name: names.functions.get(gas.index) ?? null,
      bytes: body === undefined ? 0 : body.end - body.start,
      kind: gas.kind,
      cost: gas.kind === "plain" ? gas.cost : null,
    };
  });
}

/** Entries of all tables together. */
function tableEntries({ tables }: ParsedModule): number {
  return tables.reduce((sum, { minimum }) => sum + minimum, 0);
}

function limitsOf(module: ParsedModule, moduleBytes: number): ModuleReport["limits"] {
  const allowed: ModuleLimits = { ...DEFAULT_LIMITS, ...RUN_POLICY.limits };
  const used = {
    moduleBytes,
    functions: module.bodies.length,
    bodyBytes: module.bodies.reduce((most, { start, end }) => Math.max(most, end - start), 0),
    imports: module.importedFunctions.length,
    tables: module.tables.length,
    tableEntries: tableEntries(module),
    memoryPages: module.memories[0]?.minimum ?? 0,
  };
  return (Object.keys(used) as (keyof typeof used)[]).map((name) => ({
    name,
    used: used[name],
    allowed: allowed[name],
  }));
}

function gasRows(functions: readonly FunctionReport[]): readonly (readonly [string, string])[] {
  const rows = functions.slice(0, LISTED).map(({ index, name, bytes, cost }) => {
    const how = cost === null ? "metered" : `plain, ${cost} a call`;
    return ["", `#${index} ${name === null ? "" : `${oneLine(name)} `}(${count(bytes, "byte")}): ${how}`] as const;
  });
  const more = functions.length - rows.length;
  return more > 0 ? [...rows, ["", `and ${count(more, "function")} more, see --json`]] : rows;
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
