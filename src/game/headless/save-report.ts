// What `gasworks inspect` says of a save.

import {
  canonicalSave,
  claimedGeneration,
  type JsonValue,
  SAVE_FORMAT,
  type SavedComputer,
  type SavedMod,
  type SaveGame,
  type SaveMeta,
} from "../../persistence/index.ts";
import type { ModuleDebugInfo, Snapshot } from "../../vm/index.ts";

import { callLines, debugInfoOf, reportCalls, type CallsReport } from "./call-report.ts";
import { count } from "./module-report.ts";
import { oneLine } from "./terminal-text.ts";

/** Lines of a console that are shown: the last. */
const CONSOLE_LINES = 5;
const LINE_CHARACTERS = 100;
const PAGE_BYTES = 65_536;
const SMALL_PAGE_BYTES = 4_096;

export interface SaveReport {
  readonly kind: "save";
  readonly format: number;
  readonly bytes: number;
  /** When nothing of it is compressed. */
  readonly unpackedBytes: number;
  /** Version of Gasworks that captured it. */
  readonly gasworksVersion: string;
  /** What its seal says, which is not checked here; `null` if it has none. */
  readonly sealedGeneration: number | null;
  readonly meta: SaveMeta;
  readonly thumbnail: { readonly mimeType: string; readonly bytes: number } | null;
  /** Those that the save needs. */
  readonly mods: readonly SavedMod[];
  readonly programs: readonly { readonly hash: string; readonly bytes: number; readonly sources: readonly string[] }[];
  readonly computers: readonly ComputerReport[];
  readonly unknownSections: readonly string[];
}

interface ComputerReport {
  readonly id: string;
  readonly programHash: string | null;
  readonly program: ProgramReport | null;
  /** The last lines that were printed. */
  readonly console: readonly string[];
}

interface ProgramReport {
  readonly status: string;
  readonly gasUsed: string;
  readonly debt: number;
  readonly schedule: number;
  readonly engine: string;
  readonly memoryPages: number;
  /** Pages of 4 KiB that are not all zero. */
  readonly usedSmallPages: number;
  readonly stackBytes: number;
  readonly globals: number;
  /** Where the program stands; empty if it is not under way. */
  readonly calls: CallsReport;
}

/** @param bytes - Those of the save. */
export function reportSave(save: SaveGame, bytes: Uint8Array): SaveReport {
  const { thumbnail } = save;
  const debug = new Map(save.programs.map(({ hash, wasm }) => [hash, debugInfoOf(wasm)]));
  return {
    kind: "save",
    format: SAVE_FORMAT,
    bytes: bytes.length,
    unpackedBytes: canonicalSave(bytes).length,
    gasworksVersion: save.gasworksVersion,
    sealedGeneration: claimedGeneration(bytes) ?? null,
    meta: save.meta,
    thumbnail: thumbnail === undefined ? null : { mimeType: thumbnail.mimeType, bytes: thumbnail.bytes.length },
    mods: save.mods,
    programs: save.programs.map(({ hash, wasm, sources }) => ({
      hash,
      bytes: wasm.length,
      sources: Object.keys(sources ?? {}),
    })),
    computers: save.computers.map((computer) => reportComputer(computer, debug.get(computer.programHash ?? ""))),
    unknownSections: (save.unknownSections ?? []).map(({ id }) => id),
  };
}

/** @returns Lines with a line feed each. */
export function saveText(report: SaveReport): string {
  const { meta } = report;
  const rows: (readonly [string, string])[] = [
    ["save", `${count(report.bytes, "byte")} (${report.unpackedBytes} unpacked), format ${report.format}`],
    ["by", `Gasworks ${oneLine(report.gasworksVersion)}`],
    ["name", oneLine(meta.name)],
    ["tick", String(meta.tick)],
    ["saved", oneLine(meta.savedAt)],
  ];
  const { sealedGeneration, thumbnail } = report;
  if (sealedGeneration !== null) rows.push(["seal", `generation ${sealedGeneration}, not checked`]);
  if (thumbnail !== null) rows.push(["picture", `${thumbnail.mimeType}, ${count(thumbnail.bytes, "byte")}`]);
  for (const { name, version } of report.mods) rows.push(["mod", oneLine(`${name} ${version}`)]);
  for (const { hash, bytes, sources } of report.programs) {
    const from = sources.length === 0 ? "" : `, from ${oneLine(sources.join(" "))}`;
    rows.push(["program", `${hash}, ${count(bytes, "byte")}${from}`]);
  }
  for (const computer of report.computers) {
    rows.push(["computer", oneLine(computer.id)], ["  program", computer.programHash ?? "none"]);
    if (computer.program !== null) rows.push(...programRows(computer.program));
    for (const [i, line] of computer.console.entries()) rows.push([i === 0 ? "  console" : "", `| ${oneLine(line)}`]);
  }
  for (const id of report.unknownSections) rows.push(["unknown", `section ${id}`]);
  return rows.map(([label, text]) => `${label.padEnd(10)} ${text}\n`).join("");
}

function programRows(program: ProgramReport): readonly (readonly [string, string])[] {
  const { status, gasUsed, debt, schedule, engine, memoryPages, usedSmallPages, stackBytes, globals, calls } = program;
  return [
    ["  state", oneLine(status)],
    ["  gas", `${gasUsed} used, ${debt} owed (schedule ${schedule})`],
    [
      "  memory",
      `${count(memoryPages, "page")} of 64 KiB, ${(usedSmallPages * SMALL_PAGE_BYTES) / 1_024} KiB of it not zero`,
    ],
    ["  stack", `${count(stackBytes, "byte")}, ${count(globals, "global")} (engine ${oneLine(engine)})`],
    ...callLines(calls).map((line, at) => [at === 0 ? "  calls" : "", line] as const),
  ];
}

function reportComputer(
  { id, programHash, snapshot, state }: SavedComputer,
  debug: ModuleDebugInfo | undefined,
): ComputerReport {
  return {
    id,
    programHash,
    program: snapshot === null ? null : reportProgram(snapshot, debug),
    console: lastLines(consoleText(state)),
  };
}

function reportProgram(snapshot: Snapshot, debug: ModuleDebugInfo | undefined): ProgramReport {
  // Each reading puts it together anew.
  const { memory } = snapshot;
  return {
    status: statusText(snapshot),
    gasUsed: snapshot.gasUsed.toString(),
    debt: snapshot.debt,
    schedule: snapshot.schedule,
    engine: snapshot.engine,
    memoryPages: memory.length / PAGE_BYTES,
    usedSmallPages: countUsed(memory),
    stackBytes: snapshot.stack.length,
    globals: snapshot.globals.length,
    calls: reportCalls(snapshot, debug),
  };
}

function countUsed(memory: Uint8Array): number {
  let used = 0;
  for (let offset = 0; offset < memory.length; offset += SMALL_PAGE_BYTES) {
    if (memory.subarray(offset, offset + SMALL_PAGE_BYTES).some((byte) => byte !== 0)) used++;
  }
  return used;
}

function statusText({ status }: Snapshot): string {
  switch (status.kind) {
    case "ready":
    case "paused":
      return status.kind;
    case "waiting":
    case "answered":
      return `${status.kind} in ${status.call.module}.${status.call.function}(${status.call.args.join(", ")})`;
    case "exited":
      return `exited with code ${status.exitCode}`;
    case "trapped":
      return `trapped: ${status.trap.code}`;
    default:
      return status satisfies never;
  }
}

/** The text of a console as `gasworks run` keeps it (a string) or as computers do (entries of text). */
function consoleText(state: JsonValue): string {
  const console = member(state, "console");
  if (typeof console === "string") return console;
  const entries = member(console, "entries");
  if (!Array.isArray(entries)) return "";
  return entries
    .map((entry: JsonValue) => member(entry, "text"))
    .filter((text) => typeof text === "string")
    .join("");
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? (value as Readonly<Record<string, JsonValue>>)[key] : undefined;
}

function lastLines(text: string): readonly string[] {
  const lines = text.replace(/\n$/, "").split("\n");
  if (text === "") return [];
  return lines.slice(-CONSOLE_LINES).map((line) => line.slice(0, LINE_CHARACTERS));
}
