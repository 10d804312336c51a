// Types by index, and the types of blocks.

import { malformed } from "../binary/byte-reader.ts";
import type { Instruction } from "../binary/instructions.ts";
import type { FunctionType, ParsedModule } from "../binary/read-module.ts";
import { typeOfByte } from "../binary/read-types.ts";

const EMPTY = -64;

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
  // A value type's byte, read as a signed number of seven bits.
  return { params: [], results: [typeOfByte(index + 128, start)] };
}
