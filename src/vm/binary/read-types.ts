// Reads the types of values.

import { malformed, type ByteReader } from "./byte-reader.ts";
import { TYPE_BYTES, type GuestType } from "./guest-type.ts";
import { typeUnsupported } from "./unsupported.ts";

const BY_BYTE: ReadonlyMap<number, GuestType> = new Map(
  (Object.keys(TYPE_BYTES) as GuestType[]).map((type) => [TYPE_BYTES[type], type]),
);

/** The type that a byte stands for. @throws {VmError} `vm/module-malformed` or `vm/module-unsupported`. */
export function typeOfByte(byte: number, offset: number): GuestType {
  const type = BY_BYTE.get(byte);
  if (type !== undefined) return type;
  throw typeUnsupported(byte, offset) ?? malformed(`unknown value type 0x${byte.toString(16)}`, offset);
}

export function readValueType(r: ByteReader): GuestType {
  const at = r.offset;
  return typeOfByte(r.byte(), at);
}

/** The type of a table's entries, or of a null: functions. */
export function readReferenceType(r: ByteReader): void {
  const at = r.offset;
  const byte = r.byte();
  if (byte === TYPE_BYTES.funcref) return;
  throw typeUnsupported(byte, at) ?? malformed(`unknown reference type 0x${byte.toString(16)}`, at);
}
