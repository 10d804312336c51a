// The code that makes NaNs canonical: a number itself unless it is NaN, by select; and likewise a vector, lane by lane.

import { encodeOpcode } from "../binary/encode-instruction.ts";
import { OP } from "../binary/opcodes.ts";
import { MARK, u32 } from "./code-list.ts";

/** What has NaNs: a number, or the lanes of a vector. */
export type FloatShape = "f32" | "f64" | "f32x4" | "f64x2";

const NAN_F32 = [0x00, 0x00, 0xc0, 0x7f];
const NAN_F64 = [0, 0, 0, 0, 0, 0, 0xf8, 0x7f];
const CANONICAL_NAN: Readonly<Record<FloatShape, readonly number[]>> = {
  f32: [0x43, ...NAN_F32],
  f64: [0x44, ...NAN_F64],
  f32x4: [...encodeOpcode(OP.v128Const), ...NAN_F32, ...NAN_F32, ...NAN_F32, ...NAN_F32],
  f64x2: [...encodeOpcode(OP.v128Const), ...NAN_F64, ...NAN_F64],
};

/** What is false for NaN only, and what chooses by it. x ≤ x is, as x = x; V8 needs one branch for it instead of two. */
const CHOICE: Readonly<Record<FloatShape, readonly [compare: number, choose: number]>> = {
  f32: [0x5f, OP.select],
  f64: [0x65, OP.select],
  f32x4: [OP.f32x4Eq, OP.v128Bitselect],
  f64x2: [OP.f64x2Eq, OP.v128Bitselect],
};

/** Code for a value that is on the operand stack, and also in `local`. */
export function makeCanonical(shape: FloatShape, local: number): number[] {
  const get = [OP.localGet, ...u32(local)];
  const [compare, choose] = CHOICE[shape];
  return [...CANONICAL_NAN[shape], ...get, ...get, MARK, ...encodeOpcode(compare), MARK, ...encodeOpcode(choose)];
}
