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
      return encodeOpcode(opcode);
    case "lane":
      return [...encodeOpcode(opcode), i.index];
    case "lanes":
    case "v128":
      return [...encodeOpcode(opcode), ...bytes.subarray(i.end - 16, i.end)];
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

/** One byte, or a prefix and a second number. */
export function encodeOpcode(opcode: number): number[] {
  if (opcode < PREFIX_FC) return [opcode];
  const second = opcode & 0xff;
  return [opcode >>> 8, ...(second < 0x80 ? [second] : [second, 1])];
}

/** A LEB128 integer of any width without what pads it: groups that only repeat the sign. */
function shortestSigned(bytes: Uint8Array, start: number, end: number): number[] {
  let length = end - start;
  for (; length > 1; length--) {
    const last = (bytes[start + length - 1] as number) & 0x7f;
    const isNegative = ((bytes[start + length - 2] as number) & 0x40) !== 0;
    if (last !== (isNegative ? 0x7f : 0)) break;
  }
  const out = [...bytes.subarray(start, start + length)];
  out[length - 1] = (out[length - 1] as number) & 0x7f;
  return out;
}
