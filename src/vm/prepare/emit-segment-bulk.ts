// memory.init, table.init, table.copy and table.fill: a loop that tests the gas, charges for a chunk and moves it. What is
// left to move is in the operands, so a frame stored here is that of the same instruction with smaller operands.
//
// Bounds are checked here, for the whole before each chunk: the engine knows neither the sizes of tables that grow nor
// which segments were dropped.

import { EMPTY_BLOCK, OP, PREFIX_FC } from "../binary/opcodes.ts";
import { BULK_BYTES_SHIFT, BULK_CHUNK_BYTES, TABLE_CHUNK_ENTRIES, TABLE_ENTRY_COST } from "../gas-schedule.ts";
import type { BulkOperation } from "./body-ir.ts";
import { s32, u32 } from "./code-list.ts";
import type { CodeOutput } from "./code-output.ts";
import type { MemoryCode } from "./memory-code.ts";
import { CAUSE_MEMORY, CAUSE_TABLE, GAS_LOCAL } from "./protocol.ts";
import { segmentLength, tableSize, type SegmentShape, type TableLayout, type TableShape } from "./table-layout.ts";

interface BulkContext {
  readonly tables: TableLayout;
  readonly causeGlobal: number;
  readonly memory: MemoryCode;
}

interface BulkParts {
  readonly out: CodeOutput;
  /** Locals in the output's numbering: destination; source or value; length. */
  readonly a: number;
  readonly b: number;
  readonly n: number;
  /** A label that is not used yet. */
  readonly newLabel: () => number;
  /** Writes the test that stores a frame. */
  readonly test: () => void;
}

/** What the loop must know of an operation. */
interface Plan {
  readonly chunk: number;
  readonly chunkGas: number;
  /** Turns a length on the stack, of a chunk at most, into its price. */
  readonly price: readonly number[];
  /** Code that pushes, as 64 bits, what the ranges from `a` and from `b` must stay inside; none if `b` is no place. */
  readonly limitOfA: readonly number[];
  readonly limitOfB: readonly number[] | undefined;
  readonly cause: number;
  /** Does it, given code that pushes destination, and source and length. */
  readonly move: (destination: readonly number[], from: readonly number[]) => readonly number[];
}

const I64_EXTEND_I32_U = 0xad;
const I64_ADD = 0x7c;
const I64_GT_U = 0x56;

const MEMORY = {
  chunk: BULK_CHUNK_BYTES,
  chunkGas: BULK_CHUNK_BYTES >> BULK_BYTES_SHIFT,
  price: [OP.i32Const, BULK_BYTES_SHIFT, OP.i32ShrU],
  cause: CAUSE_MEMORY,
};

const TABLE = {
  chunk: TABLE_CHUNK_ENTRIES,
  chunkGas: TABLE_CHUNK_ENTRIES * TABLE_ENTRY_COST,
  price: [OP.i32Const, ...s32(TABLE_ENTRY_COST), OP.i32Mul],
  cause: CAUSE_TABLE,
};

export function emitSegmentBulk(context: BulkContext, operation: BulkOperation, parts: BulkParts): void {
  const plan = planOf(operation, context);
  const { out, n, newLabel, test } = parts;
  const round = newLabel();
  out.open(OP.loop, round);
  test();
  leavesRanges(plan, parts);
  out.raw([OP.if, EMPTY_BLOCK]);
  out.i32(plan.cause);
  out.u32(OP.globalSet, context.causeGlobal);
  out.raw([OP.unreachable, OP.end]);
  out.u32(OP.localGet, n);
  out.i32(plan.chunk);
  out.raw([OP.i32LeU]);
  out.open(OP.if, newLabel());
  pay(out, [OP.localGet, ...u32(n), ...plan.price]);
  move(plan, parts, [OP.localGet, ...u32(n)]);
  out.raw([OP.else]);
  pay(out, [OP.i32Const, ...s32(plan.chunkGas)]);
  moveChunk(operation.opcode === OP.tableCopy, plan, parts);
  out.branch(OP.br, round);
  out.close();
  out.close();
}

function planOf(operation: BulkOperation, { tables: layout, memory }: BulkContext): Plan {
  const { tables, data, elements } = layout;
  const { opcode, index, second } = operation;
  const table = (at: number): number[] => [...tableSize(tables[at] as TableShape), I64_EXTEND_I32_U];
  const left = (segment: SegmentShape | undefined): number[] => [
    ...segmentLength(segment as SegmentShape),
    I64_EXTEND_I32_U,
  ];
  switch (opcode) {
    case OP.memoryInit:
      return {
        ...MEMORY,
        limitOfA: memory.bytes,
        limitOfB: left(data[index]),
        move: (destination, from) => memory.init(index, destination, from),
      };
    case OP.tableInit:
      return { ...TABLE, limitOfA: table(second), limitOfB: left(elements[index]), move: onTables(operation) };
    case OP.tableCopy:
      return { ...TABLE, limitOfA: table(index), limitOfB: table(second), move: onTables(operation) };
    case OP.tableFill:
      return { ...TABLE, limitOfA: table(index), limitOfB: undefined, move: onTables(operation) };
    default:
      throw new Error(`Unreachable: ${opcode} is no bulk operation on tables or segments`);
  }
}

/** The instruction itself: the output has the tables and segments of the original. */
function onTables({ opcode, index, second }: BulkOperation): Plan["move"] {
  const indices = opcode === OP.tableFill ? u32(index) : [...u32(index), ...u32(second)];
  return (destination, from) => [...destination, ...from, PREFIX_FC >>> 8, opcode - PREFIX_FC, ...indices];
}

function pay(out: CodeOutput, price: readonly number[]): void {
  out.raw([OP.localGet, GAS_LOCAL, ...price, OP.i32Sub, OP.localSet, GAS_LOCAL]);
}

/** Pushes whether a range ends behind what it must stay inside. */
function leavesRanges({ limitOfA, limitOfB }: Plan, { out, a, b, n }: BulkParts): void {
  const length = [OP.localGet, ...u32(n), I64_EXTEND_I32_U];
  const leaves = (start: number, limit: readonly number[]): void =>
    out.raw([OP.localGet, ...u32(start), I64_EXTEND_I32_U, ...length, I64_ADD, ...limit, I64_GT_U]);
  leaves(a, limitOfA);
  if (limitOfB === undefined) return;
  leaves(b, limitOfB);
  out.raw([OP.i32Or]);
}

function move(plan: Plan, { out, a, b }: BulkParts, length: readonly number[]): void {
  out.raw(plan.move([OP.localGet, ...u32(a)], [OP.localGet, ...u32(b), ...length]));
}

/** Moves one chunk and shortens the operands by it: from the front, or from the back where a copy overlaps upwards. */
function moveChunk(isCopy: boolean, plan: Plan, parts: BulkParts): void {
  const { out, a, b, n } = parts;
  const length = [OP.i32Const, ...s32(plan.chunk)];
  const add = (local: number, by: number): void =>
    out.raw([OP.localGet, ...u32(local), OP.i32Const, ...s32(by), OP.i32Add, OP.localSet, ...u32(local)]);
  const fromFront = (): void => {
    move(plan, parts, length);
    add(a, plan.chunk);
    if (plan.limitOfB !== undefined) add(b, plan.chunk);
    add(n, -plan.chunk);
  };
  if (!isCopy) return fromFront();
  out.raw([OP.localGet, ...u32(a), OP.localGet, ...u32(b), OP.i32LeU, OP.if, EMPTY_BLOCK]);
  fromFront();
  out.raw([OP.else]);
  add(n, -plan.chunk);
  const end = (local: number): number[] => [OP.localGet, ...u32(local), OP.localGet, ...u32(n), OP.i32Add];
  out.raw([...plan.move(end(a), [...end(b), ...length]), OP.end]);
}
