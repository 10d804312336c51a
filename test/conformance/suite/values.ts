// Values of scripts as bits, and whether a result is what a script expects.

import type { LaneType, ScriptValue } from "./commands.ts";

/** Bits of a value, zero-extended; of a reference: 1 if it is null, else 0. */
export type Bits = bigint;

const WIDTHS: Readonly<Record<LaneType, number>> = { i8: 8, i16: 16, i32: 32, i64: 64, f32: 32, f64: 64 };

/** Bits of the positive canonical NaN, which are also those that all arithmetic NaNs have. */
const QUIET_NAN = { f32: 0x7fc0_0000n, f64: 0x7ff8_0000_0000_0000n } as const;

/** An argument as bits; `undefined` for a reference that is not null: hosts have none to give. */
export function argumentBits(value: ScriptValue): Bits | undefined {
  if (value.type === "v128") return joinLanes(value.value.map(BigInt), WIDTHS[value.lane_type]);
  if (value.type !== "funcref" && value.type !== "externref")
    return BigInt.asUintN(WIDTHS[value.type], BigInt(value.value));
  return value.value === "null" ? 1n : undefined;
}

/** How strictly NaNs are compared: as the specification lets any engine choose, or as ours promises. */
export type NanRule = "any-allowed" | "always-canonical";

/** What is wrong with a result, in words; `undefined` if it is as expected. */
export function mismatch(expected: readonly ScriptValue[], found: readonly Bits[], rule: NanRule): string | undefined {
  const fits =
    expected.length === found.length && expected.every((value, at) => isExpected(value, found[at] as Bits, rule));
  return fits ? undefined : `gave ${found.map(show).join(", ")}, expected ${expected.map(showExpected).join(", ")}`;
}

function isExpected(expected: ScriptValue, found: Bits, rule: NanRule): boolean {
  if (expected.type === "v128") {
    const width = WIDTHS[expected.lane_type];
    return expected.value.every((lane, at) =>
      isLane(expected.lane_type, lane, { found: laneOf(found, width, at), rule }),
    );
  }
  if (expected.type !== "funcref" && expected.type !== "externref") {
    return isLane(expected.type, expected.value, { found, rule });
  }
  return found === (expected.value === "null" ? 1n : 0n);
}

interface Found {
  readonly found: Bits;
  readonly rule: NanRule;
}

function isLane(type: LaneType, expected: string, { found, rule }: Found): boolean {
  if (!expected.startsWith("nan:")) return found === BigInt.asUintN(WIDTHS[type], BigInt(expected));
  const quiet = QUIET_NAN[type as "f32" | "f64"];
  if (rule === "always-canonical") return found === quiet;
  const unsigned = BigInt.asUintN(WIDTHS[type] - 1, found);
  return expected === "nan:canonical" ? unsigned === quiet : (unsigned & quiet) === quiet;
}

function joinLanes(lanes: readonly bigint[], width: number): Bits {
  return lanes.reduce((bits, lane, at) => bits | (BigInt.asUintN(width, lane) << BigInt(at * width)), 0n);
}

function laneOf(bits: Bits, width: number, at: number): bigint {
  return BigInt.asUintN(width, bits >> BigInt(at * width));
}

function show(bits: Bits): string {
  return `0x${bits.toString(16)}`;
}

function showExpected(value: ScriptValue): string {
  const texts = typeof value.value === "string" ? [value.value] : value.value;
  const shown = texts.map((text) => (/^-?\d+$/.test(text) ? show(BigInt(text)) : text)).join(" ");
  return `${value.type} ${shown}`;
}
