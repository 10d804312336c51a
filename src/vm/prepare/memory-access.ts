// All that the output does to linear memory goes through here: what a second kind of memory must change is in this file.
// Bounds are the engine's, which traps; the memory is the only one, so its index is 0 everywhere.

import type { Instruction } from "../binary/instructions.ts";
import { encodeOpcode } from "../binary/encode-instruction.ts";
import { OP, PREFIX_FC } from "../binary/opcodes.ts";
import { CodeList, u32 } from "./code-list.ts";

/** What must be known of a load or store. */
export type MemoryInstruction = Pick<Instruction, "opcode" | "info" | "alignment" | "index" | "second">;

/**
 * A load or store.
 *
 * @param operands - The address, and behind it the value of a store. Consumed.
 */
export function accessMemory(i: MemoryInstruction, operands: readonly CodeList[]): CodeList {
  const { opcode, info, alignment, index, second } = i;
  const code = new CodeList();
  for (const operand of operands) code.join(operand);
  const lane = info.immediate === "memory-lane" ? [second] : [];
  return code.add([...encodeOpcode(opcode), ...u32(alignment), ...u32(index), ...lane]);
}

/** Pushes the size in pages. */
export function memorySize(): readonly number[] {
  return [OP.memorySize, 0];
}

/** Takes a number of pages, gives the size before or -1. */
export function memoryGrow(): readonly number[] {
  return [OP.memoryGrow, 0];
}

/** memory.copy or memory.fill of no more than a chunk: takes destination, source or value, length. */
export function moveMemory(opcode: number): readonly number[] {
  const memories = opcode === OP.memoryCopy ? [0, 0] : [0];
  return [PREFIX_FC >>> 8, opcode - PREFIX_FC, ...memories];
}

/** memory.init of no more than a chunk, from the output's segment of that number: takes destination, source, length. */
export function initMemory(segment: number): readonly number[] {
  return [PREFIX_FC >>> 8, OP.memoryInit - PREFIX_FC, ...u32(segment), 0];
}
