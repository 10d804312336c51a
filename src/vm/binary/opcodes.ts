// The instructions that guests may use: WebAssembly 2.0, and of its references those to functions. Names are the
// specification's (section 5.4). Those on vectors are in `vector-opcodes.ts`.
//
// Signature: operand types, ">", result types, in i (i32), l (i64), f (f32), d (f64), v (v128), r (funcref). Instructions
// whose types depend on their immediates or on the stack have none here.

import { VECTOR_OPCODES } from "./vector-opcodes.ts";

/** What follows the opcode byte. */
export type Immediate =
  | "none"
  | "block"
  | "label"
  | "labels"
  | "function"
  | "type-and-table"
  | "local"
  | "global"
  | "memory-access"
  | "memory-lane"
  | "lane"
  | "lanes"
  | "memory-index"
  | "memory-indices"
  | "types"
  | "reference-type"
  | "table"
  | "tables"
  | "data"
  | "data-and-memory"
  | "element"
  | "element-and-table"
  | "i32"
  | "i64"
  | "f32"
  | "f64"
  | "v128";

/** Groups of instructions that cost the same; see `gas-schedule.ts`. */
export type CostClass =
  | "free"
  | "plain"
  | "memory"
  | "branch"
  | "rounding"
  | "conversion"
  | "division"
  | "call"
  | "call-indirect"
  | "grow"
  | "bulk"
  | "table"
  | "table-write";

export interface Opcode {
  readonly name: string;
  readonly immediate: Immediate;
  readonly cost: CostClass;
  readonly signature: string | undefined;
  /** Of loads and stores: binary logarithm of the bytes that they move. */
  readonly alignment: number;
  /** Of those on vectors that name lanes: what a lane's index must be below. */
  readonly lanes: number;
}

/** Opcodes of the 0xfc prefix are stored at 0xfc00 + their second number. */
export const PREFIX_FC = 0xfc00;
/** Those of the 0xfd prefix at 0xfd00 + theirs, which is 0xff at most. */
export const PREFIX_FD = 0xfd00;

const table = new Map<number, Opcode>();

function define(code: number, name: string, cost: CostClass, signature?: string, immediate: Immediate = "none"): void {
  table.set(code, { name, immediate, cost, signature, alignment: 0, lanes: 0 });
}

/** Consecutive opcodes with the same signature. */
function series(first: number, cost: CostClass, signature: string, prefix: string, names: string): void {
  names.split(" ").forEach((name, index) => define(first + index, prefix + name, cost, signature));
}

define(0x00, "unreachable", "free");
define(0x01, "nop", "free");
define(0x02, "block", "free", undefined, "block");
define(0x03, "loop", "plain", undefined, "block");
define(0x04, "if", "branch", undefined, "block");
define(0x05, "else", "free");
define(0x0b, "end", "free");
define(0x0c, "br", "plain", undefined, "label");
define(0x0d, "br_if", "branch", undefined, "label");
define(0x0e, "br_table", "branch", undefined, "labels");
define(0x0f, "return", "free");
define(0x10, "call", "call", undefined, "function");
define(0x11, "call_indirect", "call-indirect", undefined, "type-and-table");
define(0x1a, "drop", "free");
define(0x1b, "select", "plain");
define(0x1c, "select", "plain", undefined, "types");
define(0x20, "local.get", "free", undefined, "local");
define(0x21, "local.set", "free", undefined, "local");
define(0x22, "local.tee", "free", undefined, "local");
define(0x23, "global.get", "free", undefined, "global");
define(0x24, "global.set", "plain", undefined, "global");

define(0x25, "table.get", "table", "i>r", "table");
define(0x26, "table.set", "table-write", "ir>", "table");

const LOADS: readonly (readonly [string, string])[] = [
  ["i32.load", "i>i"],
  ["i64.load", "i>l"],
  ["f32.load", "i>f"],
  ["f64.load", "i>d"],
  ["i32.load8_s", "i>i"],
  ["i32.load8_u", "i>i"],
  ["i32.load16_s", "i>i"],
  ["i32.load16_u", "i>i"],
  ["i64.load8_s", "i>l"],
  ["i64.load8_u", "i>l"],
  ["i64.load16_s", "i>l"],
  ["i64.load16_u", "i>l"],
  ["i64.load32_s", "i>l"],
  ["i64.load32_u", "i>l"],
  ["i32.store", "ii>"],
  ["i64.store", "il>"],
  ["f32.store", "if>"],
  ["f64.store", "id>"],
  ["i32.store8", "ii>"],
  ["i32.store16", "ii>"],
  ["i64.store8", "il>"],
  ["i64.store16", "il>"],
  ["i64.store32", "il>"],
];
/** Binary logarithm of the bytes that each moves. */
const ALIGNMENTS = [2, 3, 2, 3, 0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 2, 3, 2, 3, 0, 1, 0, 1, 2];
LOADS.forEach(([name, signature], index) => {
  const alignment = ALIGNMENTS[index] as number;
  table.set(0x28 + index, { name, immediate: "memory-access", cost: "memory", signature, alignment, lanes: 0 });
});

define(0x3f, "memory.size", "plain", ">i", "memory-index");
define(0x40, "memory.grow", "grow", "i>i", "memory-index");
define(0x41, "i32.const", "free", ">i", "i32");
define(0x42, "i64.const", "free", ">l", "i64");
define(0x43, "f32.const", "free", ">f", "f32");
define(0x44, "f64.const", "free", ">d", "f64");

define(0x45, "i32.eqz", "plain", "i>i");
series(0x46, "plain", "ii>i", "i32.", "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u");
define(0x50, "i64.eqz", "plain", "l>i");
series(0x51, "plain", "ll>i", "i64.", "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u");
series(0x5b, "plain", "ff>i", "f32.", "eq ne lt gt le ge");
series(0x61, "plain", "dd>i", "f64.", "eq ne lt gt le ge");
series(0x67, "plain", "i>i", "i32.", "clz ctz popcnt");
series(0x6a, "plain", "ii>i", "i32.", "add sub mul");
series(0x6d, "division", "ii>i", "i32.", "div_s div_u rem_s rem_u");
series(0x71, "plain", "ii>i", "i32.", "and or xor shl shr_s shr_u rotl rotr");
series(0x79, "plain", "l>l", "i64.", "clz ctz popcnt");
series(0x7c, "plain", "ll>l", "i64.", "add sub mul");
series(0x7f, "division", "ll>l", "i64.", "div_s div_u rem_s rem_u");
series(0x83, "plain", "ll>l", "i64.", "and or xor shl shr_s shr_u rotl rotr");
series(0x8b, "plain", "f>f", "f32.", "abs neg");
series(0x8d, "rounding", "f>f", "f32.", "ceil floor trunc nearest");
define(0x91, "f32.sqrt", "division", "f>f");
series(0x92, "plain", "ff>f", "f32.", "add sub mul");
define(0x95, "f32.div", "division", "ff>f");
series(0x96, "rounding", "ff>f", "f32.", "min max");
define(0x98, "f32.copysign", "plain", "ff>f");
series(0x99, "plain", "d>d", "f64.", "abs neg");
series(0x9b, "rounding", "d>d", "f64.", "ceil floor trunc nearest");
define(0x9f, "f64.sqrt", "division", "d>d");
series(0xa0, "plain", "dd>d", "f64.", "add sub mul");
define(0xa3, "f64.div", "division", "dd>d");
series(0xa4, "rounding", "dd>d", "f64.", "min max");
define(0xa6, "f64.copysign", "plain", "dd>d");
define(0xa7, "i32.wrap_i64", "plain", "l>i");
series(0xa8, "conversion", "f>i", "i32.", "trunc_f32_s trunc_f32_u");
series(0xaa, "conversion", "d>i", "i32.", "trunc_f64_s trunc_f64_u");
series(0xac, "plain", "i>l", "i64.", "extend_i32_s extend_i32_u");
series(0xae, "conversion", "f>l", "i64.", "trunc_f32_s trunc_f32_u");
series(0xb0, "conversion", "d>l", "i64.", "trunc_f64_s trunc_f64_u");
series(0xb2, "conversion", "i>f", "f32.", "convert_i32_s convert_i32_u");
series(0xb4, "conversion", "l>f", "f32.", "convert_i64_s convert_i64_u");
define(0xb6, "f32.demote_f64", "plain", "d>f");
series(0xb7, "conversion", "i>d", "f64.", "convert_i32_s convert_i32_u");
series(0xb9, "conversion", "l>d", "f64.", "convert_i64_s convert_i64_u");
define(0xbb, "f64.promote_f32", "plain", "f>d");
define(0xbc, "i32.reinterpret_f32", "plain", "f>i");
define(0xbd, "i64.reinterpret_f64", "plain", "d>l");
define(0xbe, "f32.reinterpret_i32", "plain", "i>f");
define(0xbf, "f64.reinterpret_i64", "plain", "l>d");
series(0xc0, "plain", "i>i", "i32.", "extend8_s extend16_s");
series(0xc2, "plain", "l>l", "i64.", "extend8_s extend16_s extend32_s");

define(0xd0, "ref.null", "free", ">r", "reference-type");
define(0xd1, "ref.is_null", "plain", "r>i");
define(0xd2, "ref.func", "table", ">r", "function");

series(PREFIX_FC, "conversion", "f>i", "i32.", "trunc_sat_f32_s trunc_sat_f32_u");
series(PREFIX_FC + 2, "conversion", "d>i", "i32.", "trunc_sat_f64_s trunc_sat_f64_u");
series(PREFIX_FC + 4, "conversion", "f>l", "i64.", "trunc_sat_f32_s trunc_sat_f32_u");
series(PREFIX_FC + 6, "conversion", "d>l", "i64.", "trunc_sat_f64_s trunc_sat_f64_u");
define(PREFIX_FC + 8, "memory.init", "bulk", "iii>", "data-and-memory");
define(PREFIX_FC + 9, "data.drop", "plain", ">", "data");
define(PREFIX_FC + 10, "memory.copy", "bulk", "iii>", "memory-indices");
define(PREFIX_FC + 11, "memory.fill", "bulk", "iii>", "memory-index");
define(PREFIX_FC + 12, "table.init", "bulk", "iii>", "element-and-table");
define(PREFIX_FC + 13, "elem.drop", "plain", ">", "element");
define(PREFIX_FC + 14, "table.copy", "bulk", "iii>", "tables");
define(PREFIX_FC + 15, "table.grow", "grow", "ri>i", "table");
define(PREFIX_FC + 16, "table.size", "plain", ">i", "table");
define(PREFIX_FC + 17, "table.fill", "bulk", "iri>", "table");

for (const { code, ...opcode } of VECTOR_OPCODES) table.set(PREFIX_FD + code, opcode);

/** Every instruction that guests may use. */
export const OPCODES: ReadonlyMap<number, Opcode> = table;

/** Opcode numbers that passes name. */
export const OP = {
  unreachable: 0x00,
  nop: 0x01,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  drop: 0x1a,
  select: 0x1b,
  selectTyped: 0x1c,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  tableGet: 0x25,
  tableSet: 0x26,
  i32Load: 0x28,
  f64Store: 0x39,
  memorySize: 0x3f,
  i32Const: 0x41,
  i32Eqz: 0x45,
  i32LtS: 0x48,
  i32GeU: 0x4f,
  i32GtU: 0x4b,
  i32LeU: 0x4d,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32And: 0x71,
  i32Or: 0x72,
  i32Shl: 0x74,
  i32ShrU: 0x76,
  i32Rotl: 0x77,
  i32ReinterpretF32: 0xbc,
  i64ReinterpretF64: 0xbd,
  f32ReinterpretI32: 0xbe,
  f64ReinterpretI64: 0xbf,
  memoryGrow: 0x40,
  refNull: 0xd0,
  refIsNull: 0xd1,
  refFunc: 0xd2,
  memoryInit: 0xfc08,
  dataDrop: 0xfc09,
  memoryCopy: 0xfc0a,
  memoryFill: 0xfc0b,
  tableInit: 0xfc0c,
  elemDrop: 0xfc0d,
  tableCopy: 0xfc0e,
  tableGrow: 0xfc0f,
  tableSize: 0xfc10,
  tableFill: 0xfc11,
  v128Load: 0xfd00,
  v128Store: 0xfd0b,
  v128Const: 0xfd0c,
  i64x2Splat: 0xfd12,
  i64x2ExtractLane: 0xfd1d,
  i64x2ReplaceLane: 0xfd1e,
  f32x4Eq: 0xfd41,
  f64x2Eq: 0xfd47,
  v128Bitselect: 0xfd52,
} as const;

/** Block type byte of a block without parameters and results. */
export const EMPTY_BLOCK = 0x40;
