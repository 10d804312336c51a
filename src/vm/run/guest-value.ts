// Values as they cross between guest and host.

import type { GuestType } from "../binary/guest-type.ts";
import type { GuestValue, ValueType } from "../device/device.ts";

/** The value that stands in while frames are stored; nobody sees it. */
export function zeroOf(type: ValueType | undefined): GuestValue | undefined {
  return type === undefined ? undefined : type === "i64" ? 0n : 0;
}

/**
 * A host function's answer as a value of its result type: i32 and i64 wrap, f32 rounds.
 *
 * @throws {TypeError} if it is none of that type.
 */
export function toGuestValue(type: ValueType | undefined, value: unknown): GuestValue | undefined {
  switch (type) {
    case undefined:
      if (value === undefined) return undefined;
      break;
    case "i32":
      if (typeof value === "number" && Number.isInteger(value)) return value | 0;
      break;
    case "i64":
      if (typeof value === "bigint") return BigInt.asIntN(64, value);
      break;
    case "f32":
      if (typeof value === "number") return Math.fround(value);
      break;
    case "f64":
      if (typeof value === "number") return value;
      break;
    default:
  }
  throw new TypeError(`Cannot answer ${String(value)}: expected ${type ?? "nothing"}`);
}

/** What a global's getter gave, zero-extended to 64 bits. */
export function fromGuestBits(type: GuestType, value: GuestValue): bigint {
  const is64 = type === "i64" || type === "f64";
  return is64 ? BigInt.asUintN(64, BigInt(value)) : BigInt.asUintN(32, BigInt(value));
}

/** What a global's setter takes for those bits. */
export function toGuestBits(type: GuestType, bits: bigint): GuestValue {
  const is64 = type === "i64" || type === "f64";
  return is64 ? BigInt.asIntN(64, bits) : Number(BigInt.asIntN(32, bits));
}

/** The types of globals by the 64-bit words that hold their bits in a snapshot: a vector has two. */
export function globalWords(types: readonly GuestType[]): GuestType[] {
  return types.flatMap((type) => (type === "v128" ? [type, type] : [type]));
}
