// A paused program as people want to see it: its calls, with names and C lines, its globals and its memory. Nothing runs,
// and nothing of the program changes. A snapshot will do: a save can be looked into without a Vm, and without the devices
// that the program needs.

import { locateCode, type ModuleDebugInfo } from "../binary/debug-info.ts";
import type { SourceLine } from "../binary/read-lines.ts";
import type { GuestValue } from "../device/device.ts";
import type { GuestType } from "../binary/guest-type.ts";
import { VmError } from "../errors.ts";
import type { FrameKind } from "../prepare/frame-map.ts";
import { ENGINE } from "../prepare/prepare-module.ts";
import { decodeFrames } from "./frame-codec.ts";
import type { Frame, FrameValue } from "./frames.ts";
import type { Snapshot, SnapshotStatus, TablesSnapshot } from "./snapshot.ts";
import type { Vm } from "./vm.ts";

/**
 * A value with its bits; `value` is a number of its type, signed, in which a NaN's payload may be lost. Of a reference, both
 * are 0 for null, else the index of the function in the original module + 1.
 */
export interface InspectedValue {
  readonly type: GuestType;
  /** Zero-extended to 64 bits; of a vector all 128, which are its value too. */
  readonly bits: bigint;
  readonly value: GuestValue;
}

/** One call of a paused program. */
export interface InspectedFrame {
  /** Index of the original module, imports included. */
  readonly functionIndex: number;
  /** As the C source has it, or as the function is exported; `undefined` if the module does not say. */
  readonly functionName: string | undefined;
  /** Offset in the original module's bytes: of the call that has not returned, or of what comes next. */
  readonly codeOffset: number;
  /** Where the frame stands, see {@link FrameKind}. */
  readonly kind: FrameKind;
  /** Only of modules that were compiled with debug information. */
  readonly source: SourceLine | undefined;
  /** Those that may still be read, by index; parameters come first. */
  readonly locals: ReadonlyMap<number, InspectedValue>;
  /** The operand stack, bottom first; `undefined` for values that are never used again. */
  readonly operands: readonly (InspectedValue | undefined)[];
}

/** One mutable global. */
export interface InspectedGlobal {
  /** `undefined` if the module's debug information was not given; then the halves of a vector are two entries. */
  readonly index: number | undefined;
  readonly name: string | undefined;
  readonly bits: bigint;
  readonly value: GuestValue | undefined;
}

/** A paused program, at the moment when it was inspected. */
export interface Inspection {
  /** `ready`, `paused`, `waiting`, `answered`, `exited` or `trapped`, with what belongs to it. */
  readonly status: SnapshotStatus;
  /** Innermost first, as debuggers show them. Empty unless the program is paused or waits. */
  readonly frames: readonly InspectedFrame[];
  /** Mutable globals, in index order. Empty before the first instruction. */
  readonly globals: readonly InspectedGlobal[];
  /** Of programs that can change them. */
  readonly tables: TablesSnapshot | undefined;
  readonly memoryBytes: number;
  /**
   * Copies a range of linear memory.
   *
   * @throws {RangeError} if it is not inside the memory.
   */
  readonly readMemory: (offset: number, length: number) => Uint8Array;
}

/** What a Vm shows of itself. */
export interface Inspectable {
  readonly moduleHash: string;
  readonly status: SnapshotStatus;
  /** Outermost first. */
  readonly frames: readonly Frame[];
  readonly globals: readonly bigint[];
  readonly tables: TablesSnapshot | undefined;
  readonly memoryBytes: number;
  readonly readMemory: (offset: number, length: number) => Uint8Array;
}

/** The method by which a Vm shows itself without copying its memory; other Vms are asked for a snapshot. */
export const INSPECT: unique symbol = Symbol("gasworks.inspect");

/**
 * Looks into a program without running it.
 *
 * @param source - A Vm between its slices (what is shown of memory is what it holds when asked), or a snapshot.
 * @param debug - What `readDebugInfo()` found in the original module; without it, names and lines are missing.
 * @throws {VmError} `vm/snapshot-mismatch` if `debug` is of another module, or the snapshot of another engine.
 * @throws {VmError} `vm/snapshot-malformed` if the snapshot's stack cannot be read.
 * @throws {VmError} `vm/not-runnable` if the Vm was disposed, or from inside one of its host functions.
 *
 * @example
 * ```ts
 * const { frames } = inspectVm(vm, readDebugInfo(wasm));
 * for (const { functionName, source } of frames) console.log(functionName, source?.file, source?.line);
 * ```
 */
export function inspectVm(source: Vm | Snapshot, debug?: ModuleDebugInfo): Inspection {
  const shown = inspectable(source);
  if (debug !== undefined && debug.moduleHash !== shown.moduleHash) {
    throw new VmError(
      "vm/snapshot-mismatch",
      `Cannot inspect the program: it runs module ${shown.moduleHash}, the names are of ${debug.moduleHash}`,
    );
  }
  return {
    status: shown.status,
    frames: shown.frames.map((frame) => inspectFrame(frame, debug)).toReversed(),
    globals: inspectGlobals(shown.globals, debug),
    tables: shown.tables,
    memoryBytes: shown.memoryBytes,
    readMemory: (offset, length) => shown.readMemory(offset, length),
  };
}

function inspectable(source: Vm | Snapshot): Inspectable {
  const show = (source as { readonly [INSPECT]?: () => Inspectable })[INSPECT];
  if (show !== undefined) return show.call(source);
  const snapshot = "runSlice" in source ? source.snapshot() : source;
  if (snapshot.engine !== ENGINE) {
    throw new VmError(
      "vm/snapshot-mismatch",
      `Cannot inspect the program: it was saved by engine "${snapshot.engine}", this is "${ENGINE}"`,
    );
  }
  return {
    moduleHash: snapshot.moduleHash,
    status: snapshot.status,
    frames: decodeFrames(snapshot.stack),
    globals: snapshot.globals,
    tables: snapshot.tables,
    memoryBytes: snapshot.memory.length,
    readMemory: (offset, length) => copyRange(snapshot.memory, offset, length),
  };
}

/** @throws {RangeError} if the range is not inside. */
export function copyRange(memory: Uint8Array, offset: number, length: number): Uint8Array {
  const isInside = [offset, length].every((n) => Number.isInteger(n) && n >= 0) && offset + length <= memory.length;
  if (!isInside) {
    throw new RangeError(`Cannot read ${length} bytes at ${offset}: the program's memory has ${memory.length} bytes`);
  }
  return memory.slice(offset, offset + length);
}

function inspectFrame(frame: Frame, debug: ModuleDebugInfo | undefined): InspectedFrame {
  const place = debug === undefined ? undefined : locateCode(debug, frame.offset);
  return {
    functionIndex: frame.function,
    functionName: debug?.names.functions.get(frame.function),
    codeOffset: frame.offset,
    kind: frame.kind,
    source: place?.functionIndex === frame.function ? place.source : undefined,
    locals: new Map([...frame.locals].map(([index, value]) => [index, inspectValue(value)])),
    operands: frame.operands.map((value) => (value === undefined ? undefined : inspectValue(value))),
  };
}

function inspectGlobals(words: readonly bigint[], debug: ModuleDebugInfo | undefined): InspectedGlobal[] {
  if (debug === undefined) return words.map((bits) => ({ index: undefined, name: undefined, bits, value: undefined }));
  let word = 0;
  const next = (): bigint => words[word++] as bigint;
  const found: InspectedGlobal[] = [];
  for (const { index, type } of debug.globals) {
    if (word >= words.length) break;
    const bits = type === "v128" ? next() | (next() << 64n) : next();
    found.push({ index, name: debug.names.globals.get(index), bits, value: valueOf(type, bits) });
  }
  return found;
}

function inspectValue({ type, bits }: FrameValue): InspectedValue {
  return { type, bits, value: valueOf(type, bits) };
}

function valueOf(type: GuestType, bits: bigint): GuestValue {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt.asUintN(64, bits), true);
  switch (type) {
    case "i32":
    case "funcref":
      return view.getInt32(0, true);
    case "i64":
      return view.getBigInt64(0, true);
    case "f32":
      return view.getFloat32(0, true);
    case "f64":
      return view.getFloat64(0, true);
    case "v128":
      return bits;
    default:
      return type satisfies never;
  }
}
