// The code that makes a NaN canonical: the value itself unless it is NaN, by select.

import { OP } from "../binary/opcodes.ts";
import { MARK, u32 } from "./code-list.ts";

const CANONICAL_NAN: Readonly<Record<"f32" | "f64", readonly number[]>> = {
  f32: [0x43, 0x00, 0x00, 0xc0, 0x7f],
  f64: [0x44, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f],
};
/** x ≤ x is false for NaN only, as x = x is; V8 needs one branch for it instead of two. */
const LESS_OR_EQUAL = { f32: 0x5f, f64: 0x65 } as const;

/** Code for a value that is on the operand stack, and also in `local`. */
export function makeCanonical(type: "f32" | "f64", local: number): number[] {
  const get = [OP.localGet, ...u32(local)];
  return [...CANONICAL_NAN[type], ...get, ...get, MARK, LESS_OR_EQUAL[type], MARK, OP.select];
}
