// Types by index, and the types of blocks.

import { malformed } from "../binary/byte-reader.ts";
import type { Instruction } from "../binary/instructions.ts";
import type { FunctionType, ParsedModule } from "../binary/read-module.ts";
import type { ValueType } from "../device/device.ts";

const EMPTY = -64;
const VALUE_TYPES: readonly ValueType[] = ["i32", "i64", "f32", "f64"];

/** @throws {VmError} `vm/module-malformed` if there is no such type. */
export function typeAt({ types }: ParsedModule, index: number, offset: number): FunctionType {
  const type = types[index];
  if (type === undefined) throw malformed(`unknown type ${index}`, offset);
  return type;
}

/** What a block, loop or if takes and gives. @throws {VmError} `vm/module-malformed` if its type is none. */
export function blockTypeOf(module: ParsedModule, { index, start }: Instruction): FunctionType {
  if (index >= 0) return typeAt(module, index, start);
  if (index === EMPTY) return { params: [], results: [] };
  const type = VALUE_TYPES[-index - 1];
  if (type === undefined) throw malformed("unknown block type", start);
  return { params: [], results: [type] };
}
