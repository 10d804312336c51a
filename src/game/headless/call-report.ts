// The calls of a saved program, as `gasworks inspect` shows them.

import {
  inspectVm,
  readDebugInfo,
  VmError,
  type FrameKind,
  type InspectedFrame,
  type InspectedValue,
  type ModuleDebugInfo,
  type Snapshot,
} from "../../vm/index.ts";

import { oneLine } from "./terminal-text.ts";

/** Calls that the text shows at either end of a deep stack; `--json` has all. */
const SHOWN_INNERMOST = 16;
const SHOWN_OUTERMOST = 4;

interface ValueReport {
  readonly type: string;
  /** In decimal: i64 goes beyond what JSON numbers hold. */
  readonly value: string;
}

/** One call. */
export interface CallReport {
  readonly function: number;
  readonly name: string | null;
  /** Offset in the module's bytes. */
  readonly offset: number;
  readonly kind: FrameKind;
  readonly source: { readonly file: string; readonly line: number; readonly column: number } | null;
  readonly locals: readonly (ValueReport & { readonly index: number })[];
  /** Bottom first; `null` for values that are never used again. */
  readonly operands: readonly (ValueReport | null)[];
}

/** The calls, innermost first; or why they cannot be shown. */
export type CallsReport =
  | { readonly kind: "calls"; readonly calls: readonly CallReport[] }
  | { readonly kind: "unreadable"; readonly reason: string };

const STANDS: Readonly<Record<FrameKind, string>> = {
  entry: "before its first instruction",
  loop: "at a loop",
  check: "",
  call: "",
  "after-call": "behind a call",
  import: "in a host call",
  bulk: "in a bulk operation",
};

/** Names and lines of a program; `undefined` if it is not there or no module. */
export function debugInfoOf(wasm: Uint8Array | undefined): ModuleDebugInfo | undefined {
  if (wasm === undefined) return undefined;
  try {
    return readDebugInfo(wasm);
  } catch (error) {
    if (error instanceof VmError) return undefined;
    throw error;
  }
}

export function reportCalls(snapshot: Snapshot, debug: ModuleDebugInfo | undefined): CallsReport {
  try {
    return { kind: "calls", calls: inspectVm(snapshot, debug).frames.map(reportCall) };
  } catch (error) {
    if (!(error instanceof VmError)) throw error;
    return { kind: "unreadable", reason: error.message };
  }
}

/** One line for each call, and one for what is left out of a deep stack. */
export function callLines(report: CallsReport): readonly string[] {
  if (report.kind === "unreadable") return [`unknown: ${oneLine(report.reason)}`];
  const lines = report.calls.map(callLine);
  const left = lines.length - SHOWN_INNERMOST - SHOWN_OUTERMOST;
  if (left <= 1) return lines;
  return [...lines.slice(0, SHOWN_INNERMOST), `(${left} calls more, see --json)`, ...lines.slice(-SHOWN_OUTERMOST)];
}

function callLine({ function: index, name, offset, kind, source }: CallReport): string {
  const where = source === null ? `offset ${offset}` : `${oneLine(source.file)}:${source.line}`;
  return [name === null ? `#${index}` : oneLine(name), `at ${where}`, STANDS[kind]]
    .filter((part) => part !== "")
    .join(" ");
}

function reportCall(frame: InspectedFrame): CallReport {
  return {
    function: frame.functionIndex,
    name: frame.functionName ?? null,
    offset: frame.codeOffset,
    kind: frame.kind,
    source: frame.source ?? null,
    locals: [...frame.locals].map(([index, value]) => ({ index, ...reportValue(value) })),
    operands: frame.operands.map((value) => (value === undefined ? null : reportValue(value))),
  };
}

function reportValue({ type, value }: InspectedValue): ValueReport {
  return { type, value: Object.is(value, -0) ? "-0" : String(value) };
}
