// Stored frames, as the state memory has them, to and from frames in terms of the original module.
//
// A stored frame is its values, then a word: original function index << 16 | number of the point. The deepest frame comes
// first, so reading goes from the end.

import { STORED_SIZES, type GuestType } from "../binary/guest-type.ts";
import { VmError } from "../errors.ts";
import type { FrameKind, FrameMap, FramePoint } from "../prepare/frame-map.ts";
import type { GuestModule } from "../prepare/guest-module.ts";
import { MAX_STACK_BYTES } from "./state-memory.ts";

/** Bits of a value, zero-extended to 64, of a vector all 128; of a reference, 0 for null, else the original function index + 1. */
export interface FrameValue {
  readonly type: GuestType;
  readonly bits: bigint;
}

/** One call of a paused program. Plain data in the original module's terms. */
export interface Frame {
  /** Function index of the original module, imports included. */
  readonly function: number;
  readonly kind: FrameKind;
  /** Offset in the original module's bytes. */
  readonly offset: number;
  /** Locals that may still be read, by index. */
  readonly locals: ReadonlyMap<number, FrameValue>;
  /** The operand stack, bottom first; `undefined` for values that are never used again. */
  readonly operands: readonly (FrameValue | undefined)[];
}

const WORD_BYTES = 4;

/**
 * Goes through a stored stack, outermost frame first.
 *
 * @param visit - Called with where each frame stands, the original index of its function, and where it ends in `stored`.
 */
export function walkStored(
  map: FrameMap,
  stored: Uint8Array,
  visit: (point: FramePoint, index: number, end: number) => void,
): void {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.length);
  let end = stored.length;
  while (end > 0) {
    const word = view.getUint32(end - WORD_BYTES, true);
    const point = pointOf(map, word);
    visit(point, word >>> 16, end);
    end -= WORD_BYTES + point.bytes;
  }
}

/** The frames of a stored stack, outermost first. */
export function readStored(map: FrameMap, stored: Uint8Array): Frame[] {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.length);
  const frames: Frame[] = [];
  walkStored(map, stored, (point, index, end) => {
    frames.push(readFrame(point, index, view, end - WORD_BYTES - point.bytes));
  });
  return frames;
}

/** Where a stored stack has references, in bytes. */
export function referenceOffsets(map: FrameMap, stored: Uint8Array): number[] {
  const found: number[] = [];
  walkStored(map, stored, (point, _index, end) => {
    // References come last among the values.
    const count = point.values.filter(({ type }) => type === "funcref").length;
    for (let left = count; left > 0; left--) found.push(end - WORD_BYTES - 4 * left);
  });
  return found;
}

/**
 * Where the deepest frame has the result of the call that it stands behind, for an answer that comes late; `undefined` if
 * the program never looks at it.
 */
export function resultOffset(map: FrameMap, stored: Uint8Array): number | undefined {
  let point: FramePoint | undefined;
  walkStored(map, stored, (each) => (point = each));
  const { values = [], operands = [] } = (point as FramePoint | undefined) ?? {};
  let offset = 0;
  for (const value of values) {
    if (value.kind === "operand" && value.at === operands.length - 1) return offset;
    offset += STORED_SIZES[value.type];
  }
  return undefined;
}

function pointOf(map: FrameMap, word: number): FramePoint {
  const point = map[word >>> 16]?.[word & 0xffff];
  if (point === undefined || point === null) throw new Error("Unreachable: a stored frame of no point");
  return point;
}

function readFrame(point: FramePoint, index: number, view: DataView, start: number): Frame {
  const locals = new Map<number, FrameValue>();
  const stored = new Map<number, FrameValue>();
  let offset = start;
  for (const { type, kind, at } of point.values) {
    const bits = readBits(view, offset, STORED_SIZES[type]);
    offset += STORED_SIZES[type];
    if (kind === "local") locals.set(at, { type, bits });
    else if (kind === "operand") stored.set(at, { type, bits });
  }
  const operands = point.operands.map((operand, height) => {
    switch (operand.kind) {
      case "stored":
        return stored.get(height);
      case "local":
        return locals.get(operand.local);
      case "const":
        return { type: operand.type, bits: operand.bits };
      case "unused":
        return undefined;
      default:
        return operand satisfies never;
    }
  });
  return { function: index, kind: point.kind, offset: point.offset, locals, operands };
}

function readBits(view: DataView, offset: number, size: number): bigint {
  if (size === 4) return BigInt(view.getUint32(offset, true));
  const low = view.getBigUint64(offset, true);
  return size === 8 ? low : low | (view.getBigUint64(offset + 8, true) << 64n);
}

function writeBits(view: DataView, offset: number, { bits, size }: { bits: bigint; size: number }): void {
  if (size === 4) return view.setUint32(offset, Number(BigInt.asUintN(32, bits)), true);
  view.setBigUint64(offset, bits, true);
  if (size === 16) view.setBigUint64(offset + 8, bits >> 64n, true);
}

/**
 * The stored form of frames that may come from anywhere: each must be one that this module can have there.
 *
 * @param entry - Original index of the function that runs.
 * @throws {VmError} `vm/snapshot-malformed`, with the frame and what is wrong with it.
 */
export function writeStored(module: GuestModule, frames: readonly Frame[], entry: number): Uint8Array {
  const parts: Uint8Array[] = [];
  frames.forEach((frame, depth) => {
    const refuse = (what: string): never => {
      throw new VmError("vm/snapshot-malformed", `Cannot restore the snapshot: frame ${depth} ${what}`);
    };
    const { point, id } = findPoint(module.frames, frame) ?? refuse("stands where the program cannot pause");
    const isInnermost = depth === frames.length - 1;
    if (depth === 0 && frame.function !== entry) refuse("is not of the function that runs");
    if (isInnermost === (point.kind === "call")) refuse(isInnermost ? "has no callee" : "cannot have a callee");
    const next = frames[depth + 1];
    if (next !== undefined && !mayCall(module, point, next.function)) refuse("does not call the next one");
    parts.push(writeFrame({ module, point, word: (frame.function << 16) | id, refuse }, frame));
  });
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  if (size > MAX_STACK_BYTES) {
    throw new VmError(
      "vm/snapshot-malformed",
      `Cannot restore the snapshot: its ${frames.length} frames take ${size} bytes, expected at most ${MAX_STACK_BYTES}`,
    );
  }
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts.toReversed()) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/**
 * The stored form of one frame that belongs to no stack now, as {@link writeStored} makes it of many.
 *
 * @param what - What it is, for the message.
 * @throws {VmError} `vm/snapshot-malformed`
 */
export function writeAlone(module: GuestModule, frame: Frame, what: string): Uint8Array {
  const refuse = (why: string): never => {
    throw new VmError("vm/snapshot-malformed", `Cannot restore the snapshot: the frame of ${what} ${why}`);
  };
  const { point, id } = findPoint(module.frames, frame) ?? refuse("stands where the program cannot pause");
  return writeFrame({ module, point, word: (frame.function << 16) | id, refuse }, frame);
}

function findPoint(map: FrameMap, frame: Frame): { readonly point: FramePoint; readonly id: number } | undefined {
  const points = map[frame.function] ?? [];
  const id = points.findIndex((point) => point?.kind === frame.kind && point.offset === frame.offset);
  const point = points[id];
  return point === undefined || point === null ? undefined : { point, id };
}

/** The imported function that a frame stands behind, by index; `undefined` if it stands elsewhere. */
export function importOfFrame(module: GuestModule, frame: Frame): number | undefined {
  const callee = findPoint(module.frames, frame)?.point.callee;
  return callee?.kind === "import" ? callee.index : undefined;
}

function mayCall(module: GuestModule, { callee }: FramePoint, next: number): boolean {
  if (callee === undefined) return false;
  if (callee.kind !== "indirect") return callee.kind === "function" && callee.index === next;
  return module.indirectTypes[next] === module.typeKeys[callee.type];
}

interface FrameTarget {
  readonly module: GuestModule;
  readonly point: FramePoint;
  readonly word: number;
  readonly refuse: (what: string) => never;
}

/** Whether a number stands for null or for a function that references can be to. */
export function isReference(module: GuestModule, number: bigint): boolean {
  return number === 0n || module.indirectTypes[Number(number) - 1] !== undefined;
}

function writeFrame({ module, point, word, refuse }: FrameTarget, frame: Frame): Uint8Array {
  const out = new Uint8Array(point.bytes + WORD_BYTES);
  const view = new DataView(out.buffer);
  const expectedLocals = point.values.filter(({ kind }) => kind === "local").length;
  if (frame.locals.size !== expectedLocals) refuse(`has ${frame.locals.size} locals, expected ${expectedLocals}`);
  if (frame.operands.length !== point.operands.length) {
    refuse(`has ${frame.operands.length} operands, expected ${point.operands.length}`);
  }
  let offset = 0;
  for (const { type, kind, at } of point.values) {
    const found =
      kind === "local" ? frame.locals.get(at) : kind === "operand" ? frame.operands[at] : { type, bits: 0n };
    if (found === undefined || found.type !== type) refuse(`has no ${type} in ${kind} ${at}`);
    const { bits } = found as FrameValue;
    if (type === "funcref" && !isReference(module, bits)) refuse(`has a reference to nothing in ${kind} ${at}`);
    writeBits(view, offset, { bits, size: STORED_SIZES[type] });
    offset += STORED_SIZES[type];
  }
  point.operands.forEach((operand, height) => {
    const found = frame.operands[height];
    if (found?.type !== (operand.kind === "unused" ? undefined : operand.type)) {
      refuse(`has ${found?.type ?? "nothing"} in operand ${height}`);
    }
    const expected =
      operand.kind === "const"
        ? operand.bits
        : operand.kind === "local"
          ? frame.locals.get(operand.local)?.bits
          : undefined;
    if (expected !== undefined && found?.bits !== expected) refuse(`has another value in operand ${height}`);
  });
  view.setUint32(offset, word, true);
  return out;
}
