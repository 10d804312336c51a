// Bits of constants that generated programs start from.

import type { ValueType } from "./encode-module.ts";

/** Where instructions do something special. References are picked by the generator: here is null alone. */
export const INTERESTING: Readonly<Record<ValueType, readonly bigint[]>> = {
  i32: [0n, 1n, 2n, 0xffff_ffffn, 0x7fff_ffffn, 0x8000_0000n, 31n, 32n, 100n, 0xffn, 0x8080n],
  i64: [0n, 1n, 3n, 0xffff_ffff_ffff_ffffn, 0x7fff_ffff_ffff_ffffn, 0x8000_0000_0000_0000n, 63n, 64n, 0x8000_0000n],
  // 0, -0, 1, -1.5, a tiny one, the largest, infinities, canonical, payload and signalling NaNs
  f32: [
    0n,
    0x8000_0000n,
    0x3f80_0000n,
    0xbfc0_0000n,
    1n,
    0x7f7f_ffffn,
    0x7f80_0000n,
    0xff80_0000n,
    0x7fc0_0000n,
    0xffc0_1234n,
    0x7fa0_0001n,
    0x4f00_0000n,
    0x4020_0000n,
  ],
  f64: [
    0n,
    0x8000_0000_0000_0000n,
    0x3ff0_0000_0000_0000n,
    0xbff8_0000_0000_0000n,
    1n,
    0x7fef_ffff_ffff_ffffn,
    0x7ff0_0000_0000_0000n,
    0xfff0_0000_0000_0000n,
    0x7ff8_0000_0000_0000n,
    0xfff8_0000_0000_1234n,
    0x7ff4_0000_0000_0001n,
    0x41e0_0000_0000_0000n,
    0x4004_0000_0000_0000n,
  ],
  funcref: [0n],
};
/** No NaNs among these: most programs should be comparable with an engine that chooses NaN bits itself. */
export const TAME: Readonly<Record<"f32" | "f64", readonly bigint[]>> = {
  f32: [0n, 0x3f80_0000n, 0xbfc0_0000n, 0x4020_0000n, 0x4248_0000n],
  f64: [0n, 0x3ff0_0000_0000_0000n, 0xbff8_0000_0000_0000n, 0x4004_0000_0000_0000n, 0x4059_0000_0000_0000n],
};
