// Reads, checks and computes constant expressions: constants, and the arithmetic on them that the extended constants allow.
// What is kept is one canonical constant, which every engine takes.

import { malformed, unsupported, type ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { GuestType } from "./guest-type.ts";
import { OP, OPCODES } from "./opcodes.ts";
import { readReferenceType } from "./read-types.ts";
import { instructionUnsupported, prefixedUnsupported } from "./unsupported.ts";

const END = 0x0b;
const REF_NULL = 0xd0;
const REF_FUNC = 0xd2;

/** Types of constants that are numbers or several of them. */
type ConstantType = Exclude<GuestType, "funcref">;

interface Constant {
  readonly type: ConstantType;
  /** Of integers: their value; of others: their bytes. */
  readonly value: bigint | Uint8Array;
}

/**
 * The value of the expression that comes next, as an instruction and its `end`.
 *
 * @throws {VmError} `vm/module-malformed` if it is no constant of that type; `vm/module-unsupported` for references and
 * globals, with the offset.
 */
export function readConstant(r: ByteReader, type: ConstantType): Uint8Array {
  const start = r.offset;
  const stack: Constant[] = [];
  for (;;) {
    const at = r.offset;
    const opcode = r.byte();
    if (opcode === END) {
      const [only] = stack;
      if (only === undefined || stack.length > 1) throw malformed(`a constant of ${stack.length} values`, start);
      if (only.type !== type) throw malformed(`expected a constant ${type}, found ${only.type}`, start);
      return encode(only);
    }
    step(r, { opcode, at, stack });
  }
}

/**
 * The function that the expression that comes next refers to; `null` for a null.
 *
 * @param functionIndex - Reads an index and checks it.
 * @throws {VmError} `vm/module-malformed` or `vm/module-unsupported`, with the offset.
 */
export function readReference(r: ByteReader, functionIndex: () => number): number | null {
  const at = r.offset;
  const opcode = r.byte();
  if (opcode === 0x23) throw unsupported("a global in a constant", at, "link without -shared and -pie");
  let found: number | null = null;
  if (opcode === REF_FUNC) found = functionIndex();
  else if (opcode === REF_NULL) readReferenceType(r);
  else throw malformed("a constant that is no reference to a function", at);
  if (r.byte() !== END) throw malformed("a constant of more than one reference", r.offset - 1);
  return found;
}

function step(r: ByteReader, { opcode, at, stack }: { opcode: number; at: number; stack: Constant[] }): void {
  switch (opcode) {
    case 0x41:
      stack.push({ type: "i32", value: BigInt(r.s32()) });
      return;
    case 0x42:
      stack.push({ type: "i64", value: r.s64() });
      return;
    case 0x43:
      stack.push({ type: "f32", value: fixed(r, 4) });
      return;
    case 0x44:
      stack.push({ type: "f64", value: fixed(r, 8) });
      return;
    case 0xfd: {
      const second = r.u32();
      if (second > 0xff) throw prefixedUnsupported(opcode, second, at);
      if (second !== (OP.v128Const & 0xff)) throw malformed("an instruction that is no constant number", at);
      stack.push({ type: "v128", value: fixed(r, 16) });
      return;
    }
    case 0x6a:
    case 0x6b:
    case 0x6c:
      return arithmetic(stack, { type: "i32", operation: opcode - 0x6a, at });
    case 0x7c:
    case 0x7d:
    case 0x7e:
      return arithmetic(stack, { type: "i64", operation: opcode - 0x7c, at });
    case 0x23:
      throw unsupported("a global in a constant", at, "link without -shared and -pie");
    default:
      if (OPCODES.has(opcode)) throw malformed("an instruction that is no constant number", at);
      throw instructionUnsupported(opcode, at);
  }
}

/** Operation: 0 add, 1 subtract, 2 multiply. */
function arithmetic(
  stack: Constant[],
  { type, operation, at }: { readonly type: "i32" | "i64"; readonly operation: number; readonly at: number },
): void {
  const second = stack.pop();
  const first = stack.pop();
  if (first?.type !== type || second?.type !== type) throw malformed(`arithmetic on what is not two ${type}`, at);
  const [a, b] = [first.value as bigint, second.value as bigint];
  const result = operation === 0 ? a + b : operation === 1 ? a - b : a * b;
  stack.push({ type, value: BigInt.asIntN(type === "i32" ? 32 : 64, result) });
}

function fixed(r: ByteReader, length: number): Uint8Array {
  const part = r.part(length);
  return r.bytes.slice(part.offset, part.end);
}

/** What comes before the bytes of a constant. */
const FIXED = { f32: [0x43], f64: [0x44], v128: [0xfd, 0x0c] } as const;

function encode({ type, value }: Constant): Uint8Array {
  const out = new ByteWriter();
  if (typeof value !== "bigint") out.raw(...FIXED[type as keyof typeof FIXED]).bytes(value);
  else if (type === "i32") out.byte(0x41).s32(Number(value));
  else out.byte(0x42).s64(value);
  return out.byte(END).take().slice();
}
