// An instruction of the original as the output has it: the same opcode, with canonical (shortest) integers.

import type { Instruction } from "./instructions.ts";
import { PREFIX_FC } from "./opcodes.ts";

/**
 * The bytes of an instruction that has no immediates or a number. Those with indices are written by who knows what the
 * indices are in the output.
 *
 * @param bytes - Where the instruction was read.
 */
export function encodeInstruction(bytes: Uint8Array, i: Instruction): number[] {
  const { opcode, info } = i;
  switch (info.immediate) {
    case "none":
      return opcode < PREFIX_FC ? [opcode] : [0xfc, opcode - PREFIX_FC];
    case "i32":
    case "i64":
      return [opcode, ...shortestSigned(bytes, i.start + 1, i.end)];
    case "f32":
    case "f64":
      return [...bytes.subarray(i.start, i.end)];
    default:
      throw new Error(`Unreachable: ${info.name} is not written as it was read`);
  }
}

/** A constant expression with canonical integers: instructions of constants up to their `end`, as the reader allows. */
export function encodeConstant(expression: Uint8Array): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  for (let at = 0; at < expression.length;) {
    const opcode = expression[at] as number;
    const start = at + 1;
    let end = start;
    if (opcode === 0x43) end += 4;
    else if (opcode === 0x44) end += 8;
    else if (opcode === 0x41 || opcode === 0x42 || opcode === 0x23) {
      while ((expression[end++] as number) >= 0x80);
    }
    out.push(opcode);
    if (opcode === 0x41 || opcode === 0x42) out.push(...shortestSigned(expression, start, end));
    else if (opcode === 0x23) out.push(...shortestUnsigned(expression, start, end));
    else out.push(...expression.subarray(start, end));
    at = end;
  }
  return Uint8Array.from(out);
}

/** A LEB128 integer of any width without what pads it: groups that only repeat the sign. */
function shortestSigned(bytes: Uint8Array, start: number, end: number): number[] {
  let length = end - start;
  for (; length > 1; length--) {
    const last = (bytes[start + length - 1] as number) & 0x7f;
    const isNegative = ((bytes[start + length - 2] as number) & 0x40) !== 0;
    if (last !== (isNegative ? 0x7f : 0)) break;
  }
  return ended(bytes, start, length);
}

function shortestUnsigned(bytes: Uint8Array, start: number, end: number): number[] {
  let length = end - start;
  while (length > 1 && ((bytes[start + length - 1] as number) & 0x7f) === 0) length--;
  return ended(bytes, start, length);
}

function ended(bytes: Uint8Array, start: number, length: number): number[] {
  const out = [...bytes.subarray(start, start + length)];
  out[length - 1] = (out[length - 1] as number) & 0x7f;
  return out;
}
