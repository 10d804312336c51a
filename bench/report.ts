// What was measured, as one JSON object, as text for a terminal and as Markdown for docs/performance.md.

import { callTable } from "./calls/call-table.ts";
import type { CallFigures } from "./calls/measure-calls.ts";
import { CONTENDERS } from "./contenders.ts";
import type { DeviceFigures } from "./devices/measure-devices.ts";
import type { Figures } from "./measure-figures.ts";
import type { InstructionTime } from "./measure-instructions.ts";
import type { KernelResult } from "./measure-kernels.ts";
import type { PreparedModule } from "./measure-preparing.ts";
import { geometricMean, type Ratio } from "./ratios.ts";
import type { SaveFigures } from "./saves/measure-saves.ts";
import { saveTable } from "./saves/report-saves.ts";
import type { Table } from "./table.ts";
import { compilerTables } from "./toolchain/compiler-tables.ts";
import type { CompilerReport } from "./toolchain/run-compilers.ts";

/** Everything that one engine was asked. */
export interface EngineResult {
  readonly engine: "node" | "chromium";
  readonly version: string;
  readonly rounds: number;
  readonly kernels: readonly KernelResult[];
  readonly figures: Figures | undefined;
  readonly devices: DeviceFigures | undefined;
  readonly calls: CallFigures | undefined;
  readonly saves: SaveFigures | undefined;
}

export interface Report {
  readonly engines: readonly EngineResult[];
  /** In Node only. */
  readonly preparing: readonly PreparedModule[];
  readonly instructions: readonly InstructionTime[];
  readonly compilers: CompilerReport | undefined;
}

const COLUMNS: Readonly<Record<string, string>> = {
  gasworks: "Gasworks",
  gasworksArena: "in an arena",
  gasworksOneSlice: "in one slice",
  asyncify: "Asyncify",
  seed: "published",
};

// JSON.

export function asJson({ engines, preparing, instructions, compilers }: Report): object {
  return Object.fromEntries([
    ...engines.map((engine) => [engine.engine, engineJson(engine)] as const),
    ...(preparing.length > 0 ? [["prepare", preparing.map(preparingJson)] as const] : []),
    ...(instructions.length > 0 ? [["instructions", instructions] as const] : []),
    ...(compilers === undefined ? [] : [["compilers", compilers] as const]),
  ]);
}

function engineJson({ version, kernels, figures, devices, calls, saves }: EngineResult): object {
  const names = CONTENDERS.map(({ name }) => name);
  const lows = (ratioOf: (name: string) => number | null): object =>
    Object.fromEntries(names.map((name) => [name, rounded(ratioOf(name))]));
  return {
    version,
    kernels: Object.fromEntries(
      kernels.map(({ kernel, ratios }) => [kernel, lows((name) => ratios[name]?.low ?? null)]),
    ),
    geomean: lows((name) => mean(kernels, name)?.low ?? null),
    medianGeomean: lows((name) => mean(kernels, name)?.median ?? null),
    nanosecondsPerGas: Object.fromEntries(
      kernels.map((kernel) => [kernel.kernel, rounded(nanosecondsPerGas(kernel), 4)]),
    ),
    ...(figures === undefined ? {} : { figures }),
    ...(devices === undefined ? {} : { devices }),
    ...(calls === undefined ? {} : { calls }),
    ...(saves === undefined ? {} : { saves }),
  };
}

function preparingJson(prepared: PreparedModule): object {
  return { ...prepared, sizeRatio: rounded(prepared.outputBytes / prepared.inputBytes) };
}

// Tables.

export function asText(report: Report): string {
  return tablesOf(report)
    .map(({ title, head, rows }) => {
      const lines = [head, ...rows];
      const widths = head.map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? "").length)));
      const line = (cells: readonly string[]): string =>
        cells
          .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
          .join("  ")
          .trimEnd();
      return `${title}\n\n${lines.map(line).join("\n")}\n`;
    })
    .join("\n");
}

export function asMarkdown(report: Report): string {
  return tablesOf(report)
    .map(({ title, head, rows }) => {
      const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
      const rule = `|---|${"--:|".repeat(head.length - 1)}`;
      return `${title}\n\n${[line(head), rule, ...rows.map(line)].join("\n")}\n`;
    })
    .join("\n");
}

function tablesOf({ engines, preparing, instructions, compilers }: Report): Table[] {
  return [
    ...engines.filter(({ kernels }) => kernels.length > 0).map(kernelTable),
    ...(engines.some(({ kernels }) => kernels.length > 0) ? [gasTable(engines)] : []),
    ...(engines.some(({ figures }) => figures !== undefined) ? [figureTable(engines)] : []),
    ...(engines.some(({ devices }) => devices !== undefined) ? [deviceTable(engines)] : []),
    ...callsOf(engines),
    ...savesOf(engines),
    ...(preparing.length > 0 ? [preparingTable(preparing)] : []),
    ...(instructions.length > 0 ? [instructionTable(instructions)] : []),
    ...(compilers === undefined ? [] : compilerTables(compilers)),
  ];
}

function callsOf(engines: readonly EngineResult[]): Table[] {
  return engines.flatMap(({ engine, version, calls }) =>
    calls === undefined ? [] : [callTable(titleOf(engine, version), calls)],
  );
}

function savesOf(engines: readonly EngineResult[]): Table[] {
  const measured = engines.flatMap(({ engine, version, saves }) =>
    saves === undefined ? [] : [{ title: titleOf(engine, version), saves }],
  );
  return measured.length === 0 ? [] : [saveTable(measured)];
}

function kernelTable({ engine, version, rounds, kernels }: EngineResult): Table {
  const names = CONTENDERS.map(({ name }) => name);
  const cell = (ratio: Ratio | null | undefined): string =>
    ratio === null || ratio === undefined ? "cannot" : `${ratio.low.toFixed(2)} (${ratio.median.toFixed(2)})`;
  const withoutFib = kernels.filter(({ kernel }) => kernel !== "fib");
  const meanRow = (title: string, of: readonly KernelResult[]): string[] => [
    title,
    "",
    "",
    ...names.map((name) => cell(mean(of, name))),
  ];
  return {
    title: `${titleOf(engine, version)}: time through plain V8's, of the 10th percentiles (median of the ratios of neighbors), ${rounds} rounds`,
    head: ["kernel", "raw ms", "pauses", ...names.map((name) => COLUMNS[name] ?? name)],
    rows: [
      ...kernels.map(({ kernel, rawMilliseconds, pauses, ratios }) => [
        kernel,
        rawMilliseconds.toFixed(2),
        String(pauses),
        ...names.map((name) => cell(ratios[name])),
      ]),
      ...(kernels.length > 1 ? [meanRow("geometric mean", kernels)] : []),
      ...(withoutFib.length > 1 && withoutFib.length < kernels.length ? [meanRow("without fib", withoutFib)] : []),
    ],
  };
}

function gasTable(engines: readonly EngineResult[]): Table {
  const kernels = engines[0]?.kernels ?? [];
  return {
    title: "Gas and time: picoseconds of raw V8 for one unit (through the geometric mean)",
    head: ["kernel", "gas", ...engines.map(({ engine }) => engine)],
    rows: kernels.map(({ kernel, gas }, row) => [
      kernel,
      gas.toLocaleString("en"),
      ...engines.map((engine) => {
        const all = engine.kernels.map(nanosecondsPerGas);
        const own = all[row] ?? Number.NaN;
        return `${(1_000 * own).toFixed(0)} (${(own / geometricMean(all)).toFixed(2)})`;
      }),
    ]),
  };
}

function figureTable(engines: readonly EngineResult[]): Table {
  const measured = engines.flatMap(({ engine, version, figures }) =>
    figures === undefined ? [] : [{ title: titleOf(engine, version), figures }],
  );
  const row = (title: string, value: (figures: Figures) => string): string[] => [
    title,
    ...measured.map(({ figures }) => value(figures)),
  ];
  const first = measured[0]?.figures;
  return {
    title: "Pauses, snapshots and ticks",
    head: ["", ...measured.map(({ title }) => title)],
    rows: [
      ...Object.keys(first?.pauseMicroseconds ?? {}).map((depth) =>
        row(`pause and resume, ${count(Number(depth), "frame")}`, ({ pauseMicroseconds }) =>
          microseconds(pauseMicroseconds[depth]),
        ),
      ),
      row(
        "take a snapshot",
        ({ snapshot }) => `${microseconds(snapshot.takeMicroseconds)} (${snapshot.memoryKib} KiB)`,
      ),
      row("restore it, new Vm included", ({ snapshot }) => microseconds(snapshot.restoreMicroseconds)),
      ...(first?.ticks ?? []).flatMap(({ gas }, at) => [
        row(`tick of ${gas.toLocaleString("en")} gas, each Vm`, ({ ticks }) => {
          const tick = ticks[at];
          return `${microseconds(tick?.microsecondsPerVm)} (${tick?.vmCount} Vms)`;
        }),
        row("… of which not the guest's own work", ({ ticks }) => `${(100 * (ticks[at]?.overhead ?? 0)).toFixed(0)} %`),
      ]),
    ],
  };
}

function deviceTable(engines: readonly EngineResult[]): Table {
  const measured = engines.flatMap(({ engine, version, devices }) =>
    devices === undefined ? [] : [{ title: titleOf(engine, version), devices }],
  );
  const row = (title: string, value: (devices: DeviceFigures) => string): string[] => [
    title,
    ...measured.map(({ devices }) => value(devices)),
  ];
  const percent = (title: string, part: keyof DeviceFigures["shares"]): string[] =>
    row(title, ({ shares }) => `${(100 * shares[part]).toFixed(0)} %`);
  const first = measured[0]?.devices;
  return {
    title: `${first?.computers} computers with devices on one map, ${first?.gas.toLocaleString("en")} gas each`,
    head: ["", ...measured.map(({ title }) => title)],
    rows: [
      row("ticks per second", ({ ticksPerSecond }) => ticksPerSecond.toFixed(0)),
      percent("of a tick: devices", "devices"),
      percent("scheduling", "scheduling"),
      percent("pausing", "pausing"),
      percent("programs", "programs"),
    ],
  };
}

/** Smaller modules say more of what each module has at least. */
const SMALLEST_PREPARED = 1_024;

function preparingTable(all: readonly PreparedModule[]): Table {
  const preparing = all.filter(({ inputBytes }) => inputBytes > SMALLEST_PREPARED);
  // Where data is most of the module, its hash is most of the time.
  const perKib = (milliseconds: number, { inputBytes, dataBytes }: PreparedModule): string =>
    dataBytes > 4 * inputBytes ? "(data)" : ((1_024 * milliseconds) / inputBytes).toFixed(2);
  return {
    title: "Preparing, in Node: sizes without data and custom sections, milliseconds for each KiB of that",
    head: ["module", "bytes", "prepared", "through", "warm", "cold"],
    rows: preparing.map((prepared) => [
      prepared.name,
      prepared.inputBytes.toLocaleString("en"),
      prepared.outputBytes.toLocaleString("en"),
      (prepared.outputBytes / prepared.inputBytes).toFixed(2),
      perKib(prepared.warmMilliseconds, prepared),
      perKib(prepared.coldMilliseconds, prepared),
    ]),
  };
}

function instructionTable(instructions: readonly InstructionTime[]): Table {
  return {
    title: "Instructions in loops of nothing else, raw in Node: nanoseconds, and for each unit of their gas",
    head: ["instruction", "gas", "latency", "for a unit", "throughput", "for a unit"],
    rows: instructions.map(({ name, gas, latencyNanoseconds, throughputNanoseconds }) => [
      name,
      String(gas),
      latencyNanoseconds.toFixed(2),
      (latencyNanoseconds / gas).toFixed(2),
      throughputNanoseconds.toFixed(2),
      (throughputNanoseconds / gas).toFixed(2),
    ]),
  };
}

function mean(kernels: readonly KernelResult[], name: string): Ratio | undefined {
  const ratios = kernels.flatMap((kernel) => kernel.ratios[name] ?? []);
  if (ratios.length < kernels.length) return undefined;
  return {
    low: geometricMean(ratios.map(({ low }) => low)),
    median: geometricMean(ratios.map(({ median }) => median)),
  };
}

function nanosecondsPerGas({ rawMilliseconds, gas }: KernelResult): number {
  return (1e6 * rawMilliseconds) / gas;
}

function titleOf(engine: EngineResult["engine"], version: string): string {
  return `${engine === "node" ? "Node" : "Chromium"} ${version.replace(/^v/, "")}`;
}

function microseconds(value: number | undefined): string {
  if (value === undefined) return "";
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} µs`;
}

function count(amount: number, noun: string): string {
  return `${amount.toLocaleString("en")} ${noun}${amount === 1 ? "" : "s"}`;
}

function rounded(value: number | null, digits = 2): number | null {
  return value === null ? null : Number(value.toFixed(digits));
}
