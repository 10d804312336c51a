// What a module's own bytes say for people: names and lines. It is kept beside a program, never in it: a Vm knows nothing
// of it, and whatever it says, programs run the same.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

import type { GuestType } from "./guest-type.ts";
import { VmError } from "../errors.ts";
import { lineAfter, lineAt, NO_LINES, readLineTable, type LineTable, type SourceLine } from "./read-lines.ts";
import { readModule, type ParsedModule } from "./read-module.ts";
import { readNames, type ModuleNames } from "./read-names.ts";

/** Names and lines of one module. Plain data: it can be posted to another thread. */
export interface ModuleDebugInfo {
  /** SHA-256 of the module's bytes, in hex. */
  readonly moduleHash: string;
  /** The code of the functions that the module defines, in the order of their offsets. */
  readonly functions: readonly { readonly index: number; readonly start: number; readonly end: number }[];
  /** Index and type of every mutable global, in the order of snapshots. */
  readonly globals: readonly { readonly index: number; readonly type: GuestType }[];
  /** From the name section; where it has none, functions go by the name that they are exported under. */
  readonly names: ModuleNames;
  readonly lines: LineTable;
  /** Why names or lines are missing, if they were there and could not be read. */
  readonly problems: readonly VmError[];
}

/** What is known of one place in a module's code. */
export interface CodePlace {
  /** Index of the original module, imports included. */
  readonly functionIndex: number;
  readonly functionName: string | undefined;
  /** Offset in the module's bytes. */
  readonly codeOffset: number;
  /**
   * The place in the C source, where the module was compiled with debug information. Instructions that the compiler gave
   * no line (many loop headers, when it optimizes) have that of what comes next.
   */
  readonly source: SourceLine | undefined;
}

/**
 * Reads what a module carries for people. Names and lines that are damaged are left out, and said in `problems`.
 *
 * @param bytes - The original module, as it was given to `prepareModule()`.
 * @throws {VmError} `vm/module-malformed` or `vm/module-unsupported` if the module itself cannot be read.
 */
export function readDebugInfo(bytes: Uint8Array): ModuleDebugInfo {
  const module = readModule(bytes);
  const problems: VmError[] = [];
  const attempt = <T>(read: () => T, otherwise: T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof VmError)) throw error;
      problems.push(error);
      return otherwise;
    }
  };
  const names = attempt(() => readNames(bytes), { functions: new Map(), globals: new Map() });
  const imported = module.importedFunctions.length;
  return {
    moduleHash: bytesToHex(sha256(bytes)),
    functions: module.bodies.map(({ start, end }, at) => ({ index: imported + at, start, end })),
    globals: module.globals.flatMap(({ isMutable, type }, index) => (isMutable ? [{ index, type }] : [])),
    names: { ...names, functions: withExports(module, names.functions) },
    lines: attempt(() => readLineTable(bytes), NO_LINES),
    problems,
  };
}

/** What is at an offset of the module's bytes; `undefined` if no function's instructions are there. Any offset will do. */
export function locateCode(debug: ModuleDebugInfo, codeOffset: number): CodePlace | undefined {
  let [low, high] = [0, debug.functions.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((debug.functions[middle]?.start ?? Infinity) <= codeOffset) low = middle + 1;
    else high = middle;
  }
  const found = debug.functions[low - 1];
  if (found === undefined || codeOffset >= found.end) return undefined;
  return {
    functionIndex: found.index,
    functionName: debug.names.functions.get(found.index),
    codeOffset,
    source: lineAt(debug.lines, codeOffset) ?? lineAfter(debug.lines, codeOffset, found.end),
  };
}

function withExports(module: ParsedModule, known: ReadonlyMap<number, string>): ReadonlyMap<number, string> {
  const names = new Map(known);
  module.importedFunctions.forEach(({ module: from, field }, index) => {
    if (!names.has(index)) names.set(index, `${from}.${field}`);
  });
  for (const { kind, name, index } of module.exports)
    if (kind === "function" && !names.has(index)) names.set(index, name);
  return names;
}
