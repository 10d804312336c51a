// memory.copy and memory.fill: the last chunk in the function itself, those before it in a helper.

import { OP } from "../opcodes.ts";
import { template, type Step, type Template } from "./match.ts";
import { CHUNK, GAS, leaves, OWN_MEMORY, shift, SLOT_BY_GLOBALS, type ByBackend, type MemorySteps } from "./parts.ts";

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
const bulkEnd = (last: Step): Template =>
  template([
    [OP.localGet, GAS],
    [OP.localGet, "n"],
    [OP.i32Const, 3],
    [OP.i32ShrU],
    [OP.i32Sub],
    [OP.localSet, GAS],
    [OP.localGet, "a"],
    [OP.localGet, "b"],
    [OP.localGet, "n"],
    last,
  ]);

/** The ends of memory.copy and memory.fill, by their opcodes. */
export const BULK_ENDS: ReadonlyMap<number, Template> = new Map(
  [OP.memoryCopy, OP.memoryFill].map((opcode) => [opcode, bulkEnd([opcode])]),
);
/** The end of either in an arena. */
export const BULK_END_CALL: Template = bulkEnd([OP.call, "rest"]);

const [A, B, N] = [1, 2, 3];

/** Destination and source of a copy, or destination and value. */
const operands = (opcode: number, memory: MemorySteps, [a, b]: readonly (readonly Step[])[]): readonly Step[] => [
  ...memory.address(a as readonly Step[]),
  ...(opcode === OP.memoryCopy ? memory.address(b as readonly Step[]) : (b as readonly Step[])),
];

const chunkFromFront = (opcode: number, memory: MemorySteps): Step[] => [
  ...operands(opcode, memory, [[[OP.localGet, A]], [[OP.localGet, B]]]),
  [OP.i32Const, CHUNK],
  [opcode],
  ...shift(A, CHUNK),
  ...(opcode === OP.memoryCopy ? shift(B, CHUNK) : []),
  ...shift(N, -CHUNK),
];

const end = (local: number): readonly Step[] => [[OP.localGet, local], [OP.localGet, N], [OP.i32Add]];

const chunkFromEitherEnd = (memory: MemorySteps): readonly Step[] => [
  [OP.localGet, A],
  [OP.localGet, B],
  [OP.i32LeU],
  [OP.if, 0],
  ...chunkFromFront(OP.memoryCopy, memory),
  [OP.else],
  ...shift(N, -CHUNK),
  ...operands(OP.memoryCopy, memory, [end(A), end(B)]),
  [OP.i32Const, CHUNK],
  [OP.memoryCopy],
  [OP.end],
];

/** Moves chunk after chunk while there is gas; leaves the last one, and what must trap. */
const chunksHelper = (opcode: number, memory: MemorySteps): Template =>
  template([
    [OP.block, 0],
    [OP.loop, 0],
    [OP.localGet, GAS],
    [OP.i32Const, 0],
    [OP.i32LtS],
    [OP.localGet, N],
    [OP.i32Const, CHUNK],
    [OP.i32LeU],
    [OP.i32Or],
    ...leaves(A, N, memory.bytes),
    [OP.i32Or],
    ...(opcode === OP.memoryCopy ? [...leaves(B, N, memory.bytes), [OP.i32Or] as Step] : []),
    [OP.brIf, 1],
    [OP.localGet, GAS],
    [OP.i32Const, CHUNK / 8],
    [OP.i32Sub],
    [OP.localSet, GAS],
    ...(opcode === OP.memoryCopy ? chunkFromEitherEnd(memory) : chunkFromFront(OP.memoryFill, memory)),
    [OP.br, 0],
    [OP.end],
    [OP.end],
    [OP.localGet, GAS],
    [OP.localGet, A],
    [OP.localGet, B],
    [OP.localGet, N],
    [OP.end],
  ]);

/** Moves what is left in an arena, or traps where the engine would. */
const restHelper = (opcode: number): Template => {
  const [a, b, n] = [0, 1, 2];
  const { bytes } = SLOT_BY_GLOBALS;
  return template([
    ...leaves(a, n, bytes),
    ...(opcode === OP.memoryCopy ? [...leaves(b, n, bytes), [OP.i32Or] as Step] : []),
    [OP.if, 0],
    [OP.unreachable],
    [OP.end],
    ...operands(opcode, SLOT_BY_GLOBALS, [[[OP.localGet, a]], [[OP.localGet, b]]]),
    [OP.localGet, n],
    [opcode],
    [OP.end],
  ]);
};

export const COPY_HELPER: ByBackend<Template> = {
  own: chunksHelper(OP.memoryCopy, OWN_MEMORY),
  arena: chunksHelper(OP.memoryCopy, SLOT_BY_GLOBALS),
};
export const FILL_HELPER: ByBackend<Template> = {
  own: chunksHelper(OP.memoryFill, OWN_MEMORY),
  arena: chunksHelper(OP.memoryFill, SLOT_BY_GLOBALS),
};
export const COPY_REST_HELPER: Template = restHelper(OP.memoryCopy);
export const FILL_REST_HELPER: Template = restHelper(OP.memoryFill);
