// memory.copy and memory.fill. More than a chunk goes to a helper (`emit-helpers.ts`), which moves chunk after chunk for as
// long as there is gas; what it leaves, up to a chunk, is charged for and moved by the instruction itself. What is left to
// move is in the operands, so a frame stored here is that of the same instruction with smaller operands.

import { OP } from "../binary/opcodes.ts";
import { BULK_BYTES_SHIFT, BULK_CHUNK_BYTES } from "../gas-schedule.ts";
import type { CodeOutput } from "./code-output.ts";
import { moveInstruction } from "./own-memory.ts";
import { GAS_LOCAL } from "./protocol.ts";

/** The operands' locals, in the output's numbering. */
export interface BulkLocals {
  readonly opcode: number;
  /** Destination; source or value; length. */
  readonly a: number;
  readonly b: number;
  readonly n: number;
}

interface BulkParts {
  /** Index of the helper that moves chunks. */
  readonly helper: number;
  /** Index of the one that moves what is left; `undefined` if the instruction can. */
  readonly rest: number | undefined;
  /** A label that is not used yet. */
  readonly cold: number;
  /** Writes the test that stores a frame. */
  readonly test: () => void;
}

export function emitBulk(
  out: CodeOutput,
  { opcode, a, b, n }: BulkLocals,
  { helper, rest, cold, test }: BulkParts,
): void {
  const operands = [a, b, n];
  out.raw([OP.localGet, GAS_LOCAL, OP.i32Const, 0, OP.i32LtS]);
  out.u32(OP.localGet, n);
  out.i32(BULK_CHUNK_BYTES);
  out.raw([OP.i32GtU, OP.i32Or]);
  out.open(OP.if, cold);
  for (const local of [GAS_LOCAL, ...operands]) out.u32(OP.localGet, local);
  out.u32(OP.call, helper);
  for (const local of [n, b, a, GAS_LOCAL]) out.u32(OP.localSet, local);
  test();
  out.close();

  out.raw([OP.localGet, GAS_LOCAL]);
  out.u32(OP.localGet, n);
  out.i32(BULK_BYTES_SHIFT);
  out.raw([OP.i32ShrU, OP.i32Sub]);
  out.u32(OP.localSet, GAS_LOCAL);
  for (const local of operands) out.u32(OP.localGet, local);
  if (rest === undefined) out.raw(moveInstruction(opcode));
  else out.u32(OP.call, rest);
}
