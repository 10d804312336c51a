// memory.copy and memory.fill: the last chunk in the function itself, those before it in a helper.

import { OP } from "../opcodes.ts";
import { template, type Step, type Template } from "./match.ts";
import { CHUNK, GAS, leaves, MEMORY_BYTES, shift } from "./parts.ts";

/** A bulk operation: without gas, or for more than a chunk, a helper does all but the last. A test follows. */
export const BULK_START: Template = template([
  [OP.localGet, GAS],
  [OP.i32Const, 0],
  [OP.i32LtS],
  [OP.localGet, "n"],
  [OP.i32Const, CHUNK],
  [OP.i32GtU],
  [OP.i32Or],
  [OP.if, 0],
  [OP.localGet, GAS],
  [OP.localGet, "a"],
  [OP.localGet, "b"],
  [OP.localGet, "n"],
  [OP.call, "helper"],
  [OP.localSet, "n"],
  [OP.localSet, "b"],
  [OP.localSet, "a"],
  [OP.localSet, GAS],
]);

/** … and the rest of it, behind the end of that `if`. */
const bulkEnd = (opcode: number): Step[] => [
  [OP.localGet, GAS],
  [OP.localGet, "n"],
  [OP.i32Const, 3],
  [OP.i32ShrU],
  [OP.i32Sub],
  [OP.localSet, GAS],
  [OP.localGet, "a"],
  [OP.localGet, "b"],
  [OP.localGet, "n"],
  [opcode],
];

/** The ends of memory.copy and memory.fill, by their opcodes. */
export const BULK_ENDS: ReadonlyMap<number, Template> = new Map(
  [OP.memoryCopy, OP.memoryFill].map((opcode) => [opcode, template(bulkEnd(opcode))]),
);

const [A, B, N] = [1, 2, 3];

const chunkFromFront = (opcode: number): Step[] => [
  [OP.localGet, A],
  [OP.localGet, B],
  [OP.i32Const, CHUNK],
  [opcode],
  ...shift(A, CHUNK),
  ...(opcode === OP.memoryCopy ? shift(B, CHUNK) : []),
  ...shift(N, -CHUNK),
];

const CHUNK_FROM_EITHER_END: readonly Step[] = [
  [OP.localGet, A],
  [OP.localGet, B],
  [OP.i32LeU],
  [OP.if, 0],
  ...chunkFromFront(OP.memoryCopy),
  [OP.else],
  ...shift(N, -CHUNK),
  [OP.localGet, A],
  [OP.localGet, N],
  [OP.i32Add],
  [OP.localGet, B],
  [OP.localGet, N],
  [OP.i32Add],
  [OP.i32Const, CHUNK],
  [OP.memoryCopy],
  [OP.end],
];

/** Moves chunk after chunk while there is gas; leaves the last one, and what must trap. */
const chunksHelper = (opcode: number): readonly Step[] => [
  [OP.block, 0],
  [OP.loop, 0],
  [OP.localGet, GAS],
  [OP.i32Const, 0],
  [OP.i32LtS],
  [OP.localGet, N],
  [OP.i32Const, CHUNK],
  [OP.i32LeU],
  [OP.i32Or],
  ...leaves(A, N, MEMORY_BYTES),
  [OP.i32Or],
  ...(opcode === OP.memoryCopy ? [...leaves(B, N, MEMORY_BYTES), [OP.i32Or] as Step] : []),
  [OP.brIf, 1],
  [OP.localGet, GAS],
  [OP.i32Const, CHUNK / 8],
  [OP.i32Sub],
  [OP.localSet, GAS],
  ...(opcode === OP.memoryCopy ? CHUNK_FROM_EITHER_END : chunkFromFront(OP.memoryFill)),
  [OP.br, 0],
  [OP.end],
  [OP.end],
  [OP.localGet, GAS],
  [OP.localGet, A],
  [OP.localGet, B],
  [OP.localGet, N],
  [OP.end],
];

export const COPY_HELPER: Template = template(chunksHelper(OP.memoryCopy));
export const FILL_HELPER: Template = template(chunksHelper(OP.memoryFill));
