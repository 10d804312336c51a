// One guest for each way to trap, and the code that every engine must give.

import type { TrapCode } from "gasworks/vm";

export interface TrapGuest {
  readonly name: string;
  readonly code: TrapCode;
  readonly wat: string;
}

/** Bodies of `_start`. The page's first word is 0, `$zero` hides that from optimizers. */
const BODIES: readonly (readonly [code: TrapCode, name: string, body: string])[] = [
  ["unreachable", "unreachable", "unreachable"],
  ["unreachable", "unreachable in a callee", "(call $gives-up)"],
  ["memory-out-of-bounds", "a load behind the end", "(drop (i32.load (i32.const 65533)))"],
  ["memory-out-of-bounds", "a load at 2^32 - 1", "(drop (i64.load (i32.const -1)))"],
  ["memory-out-of-bounds", "a load with an offset", "(drop (f64.load offset=0xffffffff (i32.const 8)))"],
  ["memory-out-of-bounds", "a byte behind the end", "(drop (i32.load8_u (i32.const 65536)))"],
  ["memory-out-of-bounds", "a store behind the end", "(i32.store (i32.const 65534) (i32.const 1))"],
  ["memory-out-of-bounds", "a store of one byte", "(i32.store8 offset=65535 (i32.const 1) (i32.const 1))"],
  ["memory-out-of-bounds", "memory.fill", "(memory.fill (i32.const 65530) (i32.const 1) (i32.const 7))"],
  ["memory-out-of-bounds", "memory.fill of 2^32 - 1", "(memory.fill (i32.const 0) (i32.const 1) (i32.const -1))"],
  ["memory-out-of-bounds", "memory.copy to", "(memory.copy (i32.const 65530) (i32.const 0) (i32.const 7))"],
  ["memory-out-of-bounds", "memory.copy from", "(memory.copy (i32.const 0) (i32.const 65530) (i32.const 7))"],
  ["memory-out-of-bounds", "a device that reads behind the end", "(call $look (i32.const 65530) (i32.const 7))"],
  ["table-out-of-bounds", "call_indirect behind the end", "(call_indirect (type $empty) (i32.const 3))"],
  ["table-out-of-bounds", "call_indirect at 2^32 - 1", "(call_indirect (type $empty) (i32.const -1))"],
  ["indirect-call", "call_indirect of another type", "(call_indirect (type $empty) (i32.const 0))"],
  ["indirect-call", "call_indirect of null", "(call_indirect (type $empty) (i32.const 1))"],
  ["indirect-call", "call_indirect of an import of another type", "(call_indirect (type $empty) (i32.const 2))"],
  ["integer-divide-by-zero", "i32.div_s", "(drop (i32.div_s (i32.const 1) (call $zero)))"],
  ["integer-divide-by-zero", "i32.div_u", "(drop (i32.div_u (i32.const 1) (call $zero)))"],
  ["integer-divide-by-zero", "i32.rem_s", "(drop (i32.rem_s (i32.const 1) (call $zero)))"],
  ["integer-divide-by-zero", "i32.rem_u", "(drop (i32.rem_u (i32.const 1) (call $zero)))"],
  ["integer-divide-by-zero", "i64.div_s", "(drop (i64.div_s (i64.const 1) (i64.extend_i32_u (call $zero))))"],
  ["integer-divide-by-zero", "i64.div_u", "(drop (i64.div_u (i64.const 1) (i64.extend_i32_u (call $zero))))"],
  ["integer-divide-by-zero", "i64.rem_s", "(drop (i64.rem_s (i64.const 1) (i64.extend_i32_u (call $zero))))"],
  ["integer-divide-by-zero", "i64.rem_u", "(drop (i64.rem_u (i64.const 1) (i64.const 0)))"],
  ["integer-overflow", "i32.div_s", "(drop (i32.div_s (i32.const 0x80000000) (i32.sub (call $zero) (i32.const 1))))"],
  ["integer-overflow", "i32.div_s of constants", "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))"],
  [
    "integer-overflow",
    "i64.div_s",
    "(drop (i64.div_s (i64.const 0x8000000000000000) (i64.extend_i32_s (i32.sub (call $zero) (i32.const 1)))))",
  ],
  ...["i32", "i64"].flatMap((to) =>
    ["f32", "f64"].flatMap((from) =>
      ["s", "u"].flatMap((sign) =>
        ["nan", "inf", "1e30", "-1e30"].map(
          (value) =>
            [
              "invalid-conversion",
              `${to}.trunc_${from}_${sign} of ${value}`,
              `(drop (${to}.trunc_${from}_${sign}
                (${from}.add (${from}.const ${value}) (${from}.convert_i32_u (call $zero)))))`,
            ] as const,
        ),
      ),
    ),
  ),
  ["invalid-conversion", "a conversion in a plain function", "(drop (call $convert (f64.const 4e9)))"],
  ["integer-overflow", "a division in a plain function", "(drop (call $divide (i32.const 0x80000000) (i32.const -1)))"],
  [
    "integer-overflow",
    "a division behind a conversion that fits",
    "(drop (i32.div_s (i32.const 0x80000000) (i32.trunc_f64_s (f64.const -1.5))))",
  ],
  ["stack-overflow", "recursion", "(call $recursion)"],
  ["host-error", "a device that throws", "(call $fail)"],
  ["host-error", "a device that throws, called through a table", "(call_indirect (type $empty) (i32.const 4))"],
  ["host-error", "a device that overflows its own stack", "(call $dive)"],
];

/** How a test calls the device that these guests import. */
export const TRAP_DEVICE_MODULE = "device.trap";

export const TRAP_GUESTS: readonly TrapGuest[] = BODIES.map(([code, name, body]) => ({
  name: `${code}: ${name}`,
  code,
  wat: `(module
    (type $empty (func))
    (import "${TRAP_DEVICE_MODULE}" "fail" (func $fail))
    (import "${TRAP_DEVICE_MODULE}" "dive" (func $dive))
    (import "${TRAP_DEVICE_MODULE}" "look" (func $look (param i32 i32)))
    (memory (export "memory") 1)
    (table ${name.endsWith("through a table") ? 5 : 3} funcref)
    (elem (i32.const 0) $other) (elem (i32.const 2) $look)
    ${name.endsWith("through a table") ? "(elem (i32.const 4) $fail)" : ""}
    (func $other (param i32))
    (func $zero (result i32) (i32.load (i32.const 0)))
    (func $gives-up (loop $l (br_if $l (call $zero))) unreachable)
    (func $recursion (call $recursion))
    (func $convert (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))
    (func $divide (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
    (func (export "_start") ${body}))`,
}));

/** What every engine must say, for each guest. */
export const EXPECTED_TRAPS: Readonly<Record<string, TrapCode>> = Object.fromEntries(
  TRAP_GUESTS.map(({ name, code }) => [name, code]),
);
