// The instructions that prepared modules may use, for the verifier: its own table, so that a mistake in the instrumenter's
// does not excuse itself. How many operands an instruction takes and gives, what follows its opcode, and what it costs by
// schedule 1 (`docs/gas.md`). Types are left to the engine, which validates the same bytes right after.

import { OP, VECTORS } from "./opcodes.ts";
import { VECTOR_RANGES } from "./vector-operations.ts";

/** What follows the opcode. */
export type Immediate =
  | "none"
  | "block"
  | "index"
  | "indices"
  | "labels"
  | "access"
  | "lane-access"
  | "lane"
  | "vector"
  | "zero"
  | "zeros"
  | "index-zero"
  | "types"
  | "funcref"
  | "i32"
  | "i64"
  | "f32"
  | "f64";

export interface Operation {
  readonly pops: number;
  readonly pushes: number;
  readonly immediate: Immediate;
  readonly cost: number;
}

const table: (Operation | undefined)[] = [];

/** @param range - An opcode, or the first and the last of several. */
function allow(
  shape: string,
  cost: number,
  range: number | readonly [number, number],
  immediate: Immediate = "none",
): void {
  const [from, to] = typeof range === "number" ? [range, range] : range;
  const [pops, pushes] = shape.split(">").map(Number) as [number, number];
  for (let opcode = from; opcode <= to; opcode++) table[opcode] = { pops, pushes, immediate, cost };
}

// Control, calls, locals and globals take and give what their immediates say: the checkers know them by opcode.
allow("0>0", 0, [OP.unreachable, OP.nop]);
allow("0>0", 0, [OP.block, OP.loop], "block");
allow("1>0", 3, OP.if, "block");
allow("0>0", 0, OP.else);
allow("0>0", 0, OP.end);
allow("0>0", 1, OP.br, "index");
allow("1>0", 3, OP.brIf, "index");
allow("1>0", 3, OP.brTable, "labels");
allow("0>0", 0, OP.return);
allow("0>0", 4, OP.call, "index");
allow("1>0", 20, OP.callIndirect, "indices");
allow("1>0", 0, OP.drop);
allow("3>1", 1, OP.select);
allow("3>1", 1, OP.selectTyped, "types");
allow("0>1", 0, OP.localGet, "index");
allow("1>0", 0, OP.localSet, "index");
allow("1>1", 0, OP.localTee, "index");
allow("0>1", 0, OP.globalGet, "index");
allow("1>0", 1, OP.globalSet, "index");
allow("1>1", 8, OP.tableGet, "index");
allow("2>0", 100, OP.tableSet, "index");
allow("1>1", 2, [OP.i32Load, OP.i64Load32U], "access");
allow("2>0", 2, [OP.i32Store, OP.i64Store32], "access");
allow("0>1", 1, OP.memorySize, "zero");
allow("1>1", 4, OP.memoryGrow, "zero");
allow("0>1", 0, OP.i32Const, "i32");
allow("0>1", 0, OP.i64Const, "i64");
allow("0>1", 0, OP.f32Const, "f32");
allow("0>1", 0, OP.f64Const, "f64");
// Comparisons.
allow("1>1", 1, OP.i32Eqz);
allow("2>1", 1, [OP.i32Eq, OP.i32GeU]);
allow("1>1", 1, OP.i64Eqz);
allow("2>1", 1, [OP.i64Eq, OP.f64Ge]);
// Integers; dividing them is dear.
allow("1>1", 1, [OP.i32Clz, OP.i32Popcnt]);
allow("2>1", 1, [OP.i32Add, OP.i32Rotr]);
allow("2>1", 8, [OP.i32DivS, OP.i32RemU]);
allow("1>1", 1, [OP.i64Clz, OP.i64Popcnt]);
allow("2>1", 1, [OP.i64Add, OP.i64Rotr]);
allow("2>1", 8, [OP.i64DivS, OP.i64RemU]);
// Floats.
allow("1>1", 1, [OP.f32Abs, OP.f32Neg]);
allow("1>1", 2, [OP.f32Ceil, OP.f32Nearest]);
allow("1>1", 8, OP.f32Sqrt);
allow("2>1", 1, [OP.f32Add, OP.f32Copysign]);
allow("2>1", 8, OP.f32Div);
allow("2>1", 2, [OP.f32Min, OP.f32Max]);
allow("1>1", 1, [OP.f64Abs, OP.f64Neg]);
allow("1>1", 2, [OP.f64Ceil, OP.f64Nearest]);
allow("1>1", 8, OP.f64Sqrt);
allow("2>1", 1, [OP.f64Add, OP.f64Copysign]);
allow("2>1", 8, OP.f64Div);
allow("2>1", 2, [OP.f64Min, OP.f64Max]);
// From one type to another: between floats and integers at a price, else cheap.
allow("1>1", 1, [OP.i32WrapI64, OP.i64Extend32S]);
allow("1>1", 4, [OP.i32TruncF32S, OP.i32TruncF64U]);
allow("1>1", 4, [OP.i64TruncF32S, OP.f32ConvertI64U]);
allow("1>1", 4, [OP.f64ConvertI32S, OP.f64ConvertI64U]);
allow("1>1", 4, [OP.i32TruncSatF32S, OP.i64TruncSatF64U]);
allow("0>1", 0, OP.refNull, "funcref");
allow("1>1", 1, OP.refIsNull);
allow("0>1", 8, OP.refFunc, "index");
allow("3>0", 4, OP.memoryInit, "index-zero");
allow("3>0", 4, OP.memoryCopy, "zeros");
allow("3>0", 4, OP.memoryFill, "zero");
allow("3>0", 4, OP.tableInit, "indices");
allow("3>0", 4, OP.tableCopy, "indices");
allow("3>0", 4, OP.tableFill, "index");

for (const [shape, cost, from, to, immediate] of VECTOR_RANGES) {
  allow(shape, cost, [VECTORS + from, VECTORS + to], immediate);
}

/** The instruction with this opcode, `undefined` if prepared modules may not have it. */
export function operationOf(opcode: number): Operation | undefined {
  return table[opcode];
}
