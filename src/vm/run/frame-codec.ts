// Frames as the bytes of `Snapshot.stack`. Little-endian; the outermost frame first.
//
//   u32  number of frames
//   each frame:
//     u32  function index of the original module
//     u32  offset in the original module's bytes
//     u8   kind: 0 entry, 1 loop, 2 check, 3 call, 4 after-call, 5 import, 6 bulk
//     u32  number of locals, then each:    u32 index, u8 type, bits
//     u32  number of operands, then each:  u8 type, bits; type 0 for a value that is never used again
//
// Types are 1 i32, 2 i64, 3 f32, 4 f64, 5 funcref, whose bits are 0 for null, else the function index + 1, and 6 v128. Bits
// are a u64, of a v128 two, the lower one first.

import type { GuestType } from "../binary/guest-type.ts";
import { VmError } from "../errors.ts";
import { FRAME_KINDS } from "../prepare/frame-map.ts";
import type { Frame, FrameValue } from "./frames.ts";

const TYPES: readonly (GuestType | undefined)[] = [undefined, "i32", "i64", "f32", "f64", "funcref", "v128"];

export function encodeFrames(frames: readonly Frame[]): Uint8Array {
  if (frames.length === 0) return new Uint8Array();
  const vectors = (values: Iterable<FrameValue | undefined>): number =>
    [...values].filter((found) => found?.type === "v128").length;
  const size = frames.reduce(
    (sum, { locals, operands }) =>
      sum + 17 + 13 * locals.size + 9 * operands.length + 8 * (vectors(locals.values()) + vectors(operands)),
    4,
  );
  const out = new DataView(new ArrayBuffer(size));
  let at = 0;
  const u8 = (value: number): void => out.setUint8(at++, value);
  const u32 = (value: number): void => {
    out.setUint32(at, value, true);
    at += 4;
  };
  const u64 = (bits: bigint): void => {
    out.setBigUint64(at, bits, true);
    at += 8;
  };
  const value = (found: FrameValue | undefined): void => {
    u8(TYPES.indexOf(found?.type));
    u64(found?.bits ?? 0n);
    if (found?.type === "v128") u64(found.bits >> 64n);
  };
  u32(frames.length);
  for (const frame of frames) {
    u32(frame.function);
    u32(frame.offset);
    u8(FRAME_KINDS.indexOf(frame.kind));
    u32(frame.locals.size);
    for (const [index, found] of [...frame.locals].toSorted(([a], [b]) => a - b)) {
      u32(index);
      value(found);
    }
    u32(frame.operands.length);
    for (const operand of frame.operands) value(operand);
  }
  return new Uint8Array(out.buffer);
}

/**
 * Reads what {@link encodeFrames} wrote, or anything else.
 *
 * @throws {VmError} `vm/snapshot-malformed` if it is something else.
 */
export function decodeFrames(bytes: Uint8Array): Frame[] {
  if (bytes.length === 0) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const take = (count: number): number => {
    if (count > bytes.length - at) throw malformedStack(at);
    at += count;
    return at - count;
  };
  const u32 = (): number => view.getUint32(take(4), true);
  const value = (): FrameValue | undefined => {
    const code = view.getUint8(take(1));
    const low = view.getBigUint64(take(8), true);
    if (code >= TYPES.length) throw malformedStack(at);
    const type = TYPES[code];
    if (type === undefined) return undefined;
    return { type, bits: type === "v128" ? low | (view.getBigUint64(take(8), true) << 64n) : low };
  };
  const frames: Frame[] = [];
  for (let left = u32(); left > 0; left--) {
    const [index, offset] = [u32(), u32()];
    const kind = FRAME_KINDS[view.getUint8(take(1))];
    if (kind === undefined) throw malformedStack(at);
    const locals = new Map<number, FrameValue>();
    for (let count = u32(); count > 0; count--) {
      const local = u32();
      const found = value();
      if (found === undefined || locals.has(local)) throw malformedStack(at);
      locals.set(local, found);
    }
    const operands: (FrameValue | undefined)[] = [];
    for (let count = u32(); count > 0; count--) operands.push(value());
    frames.push({ function: index, kind, offset, locals, operands });
  }
  if (at !== bytes.length) throw malformedStack(at);
  return frames;
}

function malformedStack(at: number): VmError {
  return new VmError("vm/snapshot-malformed", `Cannot restore the snapshot: its stack is damaged at byte ${at}`);
}
