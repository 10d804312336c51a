// Types of the values that guests compute with: those that cross to the host, and vectors and references to functions,
// which do not.

import type { ValueType } from "../device/device.ts";

/** Type of a value that guests compute with. */
export type GuestType = ValueType | "v128" | "funcref";

/** The byte that stands for a type. */
export const TYPE_BYTES: Readonly<Record<GuestType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  funcref: 0x70,
};

/** The bytes that a value takes in a stored frame; of a reference, the number that stands for it. */
export const STORED_SIZES: Readonly<Record<GuestType, number>> = {
  i32: 4,
  i64: 8,
  f32: 4,
  f64: 8,
  v128: 16,
  funcref: 4,
};

/** How many values of eight bytes it is like, where room is counted. */
export function placeOf(type: GuestType | undefined): number {
  return type === "v128" ? 2 : 1;
}
