// Types of the values that guests compute with: those that cross to the host, and references to functions, which do not.

import type { ValueType } from "../device/device.ts";

export type GuestType = ValueType | "funcref";

/** The byte that stands for a type. */
export const TYPE_BYTES: Readonly<Record<GuestType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  funcref: 0x70,
};
