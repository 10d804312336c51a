// How many bytes loads and stores reach, by the specification (section 5.4.7).

import { OP, VECTORS } from "../opcodes.ts";

const BYTES: readonly (readonly [first: number, bytes: readonly number[]])[] = [
  [OP.i32Load, [4, 8, 4, 8, 1, 1, 2, 2, 1, 1, 2, 2, 4, 4]],
  [OP.i32Store, [4, 8, 4, 8, 1, 2, 1, 2, 4]],
  [OP.v128Load, [16, 8, 8, 8, 8, 8, 8, 1, 2, 4, 8]],
  [OP.v128Store, [16]],
  // Single lanes, loaded and stored; and loads of the lowest lane.
  [VECTORS + 0x54, [1, 2, 4, 8, 1, 2, 4, 8, 4, 8]],
];

const table = new Map(BYTES.flatMap(([first, bytes]) => bytes.map((count, at) => [first + at, count] as const)));

/** `undefined` if the instruction is no load or store. */
export function accessBytes(opcode: number): number | undefined {
  return table.get(opcode);
}
