// memory.copy and memory.fill in chunks: a loop that tests the gas, charges for a chunk and moves it. What is left to move
// is in the operands, so a frame stored here is that of the same instruction with smaller operands.
//
// Bounds are checked for the whole before the first chunk, as the instruction itself would: an operation that must trap
// traps at once, with nothing written.

import { ByteWriter } from "../binary/byte-writer.ts";
import { EMPTY_BLOCK, OP } from "../binary/opcodes.ts";
import { BULK_BYTES_SHIFT, BULK_CHUNK_BYTES } from "../gas-schedule.ts";
import { memorySize, moveMemory } from "./memory-access.ts";

/** Locals of the metered function, in its own numbering. */
export interface BulkLocals {
  readonly opcode: number;
  readonly gas: number;
  /** Destination; source or value; length. */
  readonly a: number;
  readonly b: number;
  readonly n: number;
}

const I64_EXTEND_I32_U = 0xad;
const I64_ADD = 0x7c;
const I64_GT_U = 0x56;
const I64_SHL = 0x86;
const CHUNK_GAS = BULK_CHUNK_BYTES >> BULK_BYTES_SHIFT;

/**
 * The loop. It expects two blocks around it: depth 1 from inside the loop is where the frame is stored, and falling out
 * of its end means done.
 */
export function emitBulk(locals: BulkLocals): ByteWriter {
  const { gas, n } = locals;
  const out = new ByteWriter();
  const get = (local: number): ByteWriter => out.byte(OP.localGet).u32(local);
  const set = (local: number): ByteWriter => out.byte(OP.localSet).u32(local);
  const constant = (value: number): ByteWriter => out.byte(OP.i32Const).s32(value);

  out.raw(OP.loop, EMPTY_BLOCK);
  get(gas);
  constant(0).byte(OP.i32LtS).byte(OP.brIf).u32(1);

  // The last chunk, or one that must trap: the instruction as it is.
  get(n);
  constant(BULK_CHUNK_BYTES).byte(OP.i32LeU);
  reachesOutside(out, locals.a, locals);
  if (locals.opcode === OP.memoryCopy) {
    reachesOutside(out, locals.b, locals);
    out.byte(OP.i32Or);
  }
  out.raw(OP.i32Or, OP.if, EMPTY_BLOCK);
  get(gas);
  get(n);
  constant(BULK_BYTES_SHIFT).raw(OP.i32ShrU, OP.i32Sub);
  set(gas);
  operation(out, locals, () => get(n));
  out.byte(OP.else);
  get(gas);
  constant(CHUNK_GAS).byte(OP.i32Sub);
  set(gas);
  chunk(out, locals);
  out.byte(OP.br).u32(1).byte(OP.end);
  out.byte(OP.end);
  return out;
}

/** Pushes whether [start, start + n) ends behind the memory. */
function reachesOutside(out: ByteWriter, start: number, { n }: BulkLocals): void {
  out.byte(OP.localGet).u32(start).byte(I64_EXTEND_I32_U).byte(OP.localGet).u32(n).byte(I64_EXTEND_I32_U).byte(I64_ADD);
  out.raw(...memorySize(), I64_EXTEND_I32_U, 0x42, 16, I64_SHL, I64_GT_U);
}

function operation(out: ByteWriter, { opcode, a, b }: BulkLocals, length: () => unknown): void {
  out.byte(OP.localGet).u32(a).byte(OP.localGet).u32(b);
  length();
  out.raw(...moveMemory(opcode));
}

/** Moves one chunk and shortens the operands by it: from the front, or from the back where a copy overlaps upwards. */
function chunk(out: ByteWriter, locals: BulkLocals): void {
  const { opcode, a, b, n } = locals;
  const add = (local: number, by: number): void => {
    out.byte(OP.localGet).u32(local).byte(OP.i32Const).s32(by).byte(OP.i32Add).byte(OP.localSet).u32(local);
  };
  const length = (): unknown => out.byte(OP.i32Const).s32(BULK_CHUNK_BYTES);
  const fromFront = (): void => {
    operation(out, locals, length);
    add(a, BULK_CHUNK_BYTES);
    if (opcode === OP.memoryCopy) add(b, BULK_CHUNK_BYTES);
    add(n, -BULK_CHUNK_BYTES);
  };
  if (opcode === OP.memoryFill) return fromFront();
  out.byte(OP.localGet).u32(a).byte(OP.localGet).u32(b).raw(OP.i32LeU, OP.if, EMPTY_BLOCK);
  fromFront();
  out.byte(OP.else);
  add(n, -BULK_CHUNK_BYTES);
  const end = (local: number): unknown => out.byte(OP.localGet).u32(local).byte(OP.localGet).u32(n).byte(OP.i32Add);
  end(a);
  end(b);
  length();
  out.raw(...moveMemory(opcode), OP.end);
}
