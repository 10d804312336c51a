// Functions that the output has once, if anything calls them, for cold code that would otherwise be written at each place.

import { ByteWriter } from "../binary/byte-writer.ts";
import { EMPTY_BLOCK, OP } from "../binary/opcodes.ts";
import type { FunctionType } from "../binary/read-module.ts";
import { TYPE_BYTES } from "../binary/guest-type.ts";
import { BULK_BYTES_SHIFT, BULK_CHUNK_BYTES } from "../gas-schedule.ts";
import type { HelperMemory } from "./memory-code.ts";
import { moveInstruction } from "./own-memory.ts";
import { s32 } from "./code-list.ts";
import { CAUSE_STACK } from "./protocol.ts";

/**
 * - `enter`: (g, d) of a function that must not simply run: traps if the stack budget has run out; gives 0 if the gas has;
 *   else the number, plus one, of the point of the frame to rebuild
 * - `copy`, `fill`: (g, destination, source or value, length), moves chunks while there is gas, and gives what is left. It
 *   leaves the last chunk, and an operation that must trap, as they are
 * - `copy-rest`, `fill-rest`: (destination, source or value, length), in an arena: moves that chunk, or traps
 */
export type Helper = "enter" | "copy" | "fill" | "copy-rest" | "fill-rest";

interface HelperContext {
  readonly causeGlobal: number;
  readonly popFunction: number;
  readonly memory: HelperMemory;
}

interface HelperFunction {
  readonly type: FunctionType;
  readonly body: ByteWriter;
}

export function helperFunction(helper: Helper, context: HelperContext): HelperFunction {
  if (helper === "enter") return { type: { params: ["i32", "i32"], results: ["i32"] }, body: enterBody(context) };
  const opcode = helper === "copy" || helper === "copy-rest" ? OP.memoryCopy : OP.memoryFill;
  if (helper === "copy-rest" || helper === "fill-rest") {
    return { type: { params: ["i32", "i32", "i32"], results: [] }, body: restBody(opcode, context.memory) };
  }
  const operands: FunctionType["params"] = ["i32", "i32", "i32", "i32"];
  return { type: { params: operands, results: operands }, body: chunksBody(opcode, context.memory) };
}

function enterBody({ causeGlobal, popFunction }: HelperContext): ByteWriter {
  const [gas, stack] = [0, 1];
  const out = new ByteWriter().u32(0);
  out.raw(OP.localGet, stack, OP.i32Const, 0, OP.i32LtS, OP.if, EMPTY_BLOCK);
  out.raw(OP.i32Const, CAUSE_STACK, OP.globalSet).u32(causeGlobal).raw(OP.unreachable, OP.end);
  // Only the sentinel loses all its bits.
  out.raw(OP.localGet, gas, OP.i32Const, 1, OP.i32Shl, OP.if, TYPE_BYTES.i32, OP.i32Const, 0, OP.else);
  return out.byte(OP.call).u32(popFunction).raw(OP.end, OP.end);
}

const I64_EXTEND_I32_U = 0xad;
const I64_ADD = 0x7c;
const I64_GT_U = 0x56;
const CHUNK_GAS = BULK_CHUNK_BYTES >> BULK_BYTES_SHIFT;

const [GAS, A, B, N] = [0, 1, 2, 3];

/** What a mover of chunks does, and with what memory. */
interface Mover {
  readonly out: ByteWriter;
  readonly opcode: number;
  readonly memory: HelperMemory;
}

/**
 * Bounds are checked for the whole before each chunk, as the instruction itself would: an operation that must trap is left
 * to it, with nothing written.
 */
function chunksBody(opcode: number, memory: HelperMemory): ByteWriter {
  const out = new ByteWriter().u32(0);
  const constant = (value: number): ByteWriter => out.byte(OP.i32Const).s32(value);
  out.raw(OP.block, EMPTY_BLOCK, OP.loop, EMPTY_BLOCK);
  out.raw(OP.localGet, GAS, OP.i32Const, 0, OP.i32LtS, OP.localGet, N);
  constant(BULK_CHUNK_BYTES).raw(OP.i32LeU, OP.i32Or);
  out.raw(...reachesOutside(A, N, memory), OP.i32Or);
  if (opcode === OP.memoryCopy) out.raw(...reachesOutside(B, N, memory), OP.i32Or);
  out.raw(OP.brIf, 1, OP.localGet, GAS);
  constant(CHUNK_GAS).raw(OP.i32Sub, OP.localSet, GAS);
  chunk({ out, opcode, memory });
  out.raw(OP.br, 0, OP.end, OP.end);
  for (const local of [GAS, A, B, N]) out.raw(OP.localGet, local);
  return out.byte(OP.end);
}

/** What is left of an operation: up to a chunk, or all of one that must trap. */
function restBody(opcode: number, memory: HelperMemory): ByteWriter {
  const [a, b, n] = [0, 1, 2];
  const isCopy = opcode === OP.memoryCopy;
  const out = new ByteWriter().u32(0).raw(...reachesOutside(a, n, memory));
  if (isCopy) out.raw(...reachesOutside(b, n, memory), OP.i32Or);
  out.raw(OP.if, EMPTY_BLOCK, OP.unreachable, OP.end);
  move({ out, opcode, memory }, { a: [OP.localGet, a], b: [OP.localGet, b], n: [OP.localGet, n] });
  return out.byte(OP.end);
}

/** Pushes whether [start, start + n) ends behind the memory. */
function reachesOutside(start: number, n: number, { bytes }: HelperMemory): number[] {
  const end = [OP.localGet, start, I64_EXTEND_I32_U, OP.localGet, n, I64_EXTEND_I32_U, I64_ADD];
  return [...end, ...bytes, I64_GT_U];
}

/** Code that pushes destination, source or value, and length. */
interface Pushed {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly n: readonly number[];
}

function move({ out, opcode, memory }: Mover, { a, b, n }: Pushed): void {
  const second = opcode === OP.memoryCopy ? memory.address(b) : b;
  out.raw(...memory.address(a), ...second, ...n, ...moveInstruction(opcode));
}

/** Moves one chunk and shortens the operands by it: from the front, or from the back where a copy overlaps upwards. */
function chunk(mover: Mover): void {
  const { out, opcode } = mover;
  const length = [OP.i32Const, ...s32(BULK_CHUNK_BYTES)];
  const add = (local: number, by: number): void => {
    out.raw(OP.localGet, local, OP.i32Const).s32(by).raw(OP.i32Add, OP.localSet, local);
  };
  const fromFront = (): void => {
    move(mover, { a: [OP.localGet, A], b: [OP.localGet, B], n: length });
    add(A, BULK_CHUNK_BYTES);
    if (opcode === OP.memoryCopy) add(B, BULK_CHUNK_BYTES);
    add(N, -BULK_CHUNK_BYTES);
  };
  if (opcode === OP.memoryFill) return fromFront();
  out.raw(OP.localGet, A, OP.localGet, B, OP.i32LeU, OP.if, EMPTY_BLOCK);
  fromFront();
  out.byte(OP.else);
  add(N, -BULK_CHUNK_BYTES);
  const end = (local: number): number[] => [OP.localGet, local, OP.localGet, N, OP.i32Add];
  move(mover, { a: end(A), b: end(B), n: length });
  out.byte(OP.end);
}
