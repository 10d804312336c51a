// The instructions on vectors of 128 bits: WebAssembly 2.0's fixed-width SIMD, behind the 0xfd prefix. Names are the
// specification's (section 5.4.8). In signatures, v is v128; see `opcodes.ts` for the rest.

import type { CostClass, Immediate } from "./opcodes.ts";

/** One instruction, by its second number. */
export interface VectorOpcode {
  readonly code: number;
  readonly name: string;
  readonly cost: CostClass;
  readonly signature: string;
  readonly immediate: Immediate;
  /** Binary logarithm of the bytes that a load or store moves. */
  readonly alignment: number;
  /** What a lane index must be below. */
  readonly lanes: number;
}

const all: VectorOpcode[] = [];

type Extras = Partial<Pick<VectorOpcode, "immediate" | "alignment" | "lanes">>;

function define(code: number, name: string, [cost, signature]: readonly [CostClass, string], extras?: Extras): void {
  all.push({ code, name, cost, signature, immediate: "none", alignment: 0, lanes: 0, ...extras });
}

type Kind = readonly [CostClass, string];
const UNARY: Kind = ["plain", "v>v"];
const BINARY: Kind = ["plain", "vv>v"];
const TEST: Kind = ["plain", "v>i"];
const SHIFT: Kind = ["plain", "vi>v"];
const ROUNDING: Kind = ["rounding", "v>v"];
const LARGER: Kind = ["rounding", "vv>v"];
const CONVERSION: Kind = ["conversion", "v>v"];

/** Consecutive instructions of one kind; "-" leaves a number out. */
function series(first: number, kind: Kind, prefix: string, names: string): void {
  names.split(" ").forEach((name, at) => {
    if (name !== "-") define(first + at, prefix + name, kind);
  });
}

function load(code: number, name: string, alignment: number): void {
  define(code, `v128.${name}`, ["memory", "i>v"], { immediate: "memory-access", alignment });
}

load(0x00, "load", 4);
"load8x8_s load8x8_u load16x4_s load16x4_u load32x2_s load32x2_u".split(" ").forEach((name, at) => {
  load(0x01 + at, name, 3);
});
[8, 16, 32, 64].forEach((bits, at) => {
  const lane = { immediate: "memory-lane", alignment: at, lanes: 128 / bits } as const;
  load(0x07 + at, `load${bits}_splat`, at);
  define(0x54 + at, `v128.load${bits}_lane`, ["memory", "iv>v"], lane);
  define(0x58 + at, `v128.store${bits}_lane`, ["memory", "iv>"], lane);
});
define(0x0b, "v128.store", ["memory", "iv>"], { immediate: "memory-access", alignment: 4 });
load(0x5c, "load32_zero", 2);
load(0x5d, "load64_zero", 3);
define(0x0c, "v128.const", ["free", ">v"], { immediate: "v128" });
define(0x0d, "i8x16.shuffle", BINARY, { immediate: "lanes", lanes: 32 });
define(0x0e, "i8x16.swizzle", BINARY);

const SHAPES = [
  ["i8x16", 16, "i"],
  ["i16x8", 8, "i"],
  ["i32x4", 4, "i"],
  ["i64x2", 2, "l"],
  ["f32x4", 4, "f"],
  ["f64x2", 2, "d"],
] as const;
let next = 0x15;
SHAPES.forEach(([shape, lanes, scalar], at) => {
  const immediates = { immediate: "lane", lanes } as const;
  define(0x0f + at, `${shape}.splat`, ["plain", `${scalar}>v`]);
  for (const signs of lanes >= 8 ? ["_s", "_u"] : [""]) {
    define(next++, `${shape}.extract_lane${signs}`, ["plain", `v>${scalar}`], immediates);
  }
  define(next++, `${shape}.replace_lane`, ["plain", `v${scalar}>v`], immediates);
});

const COMPARISONS = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";
series(0x23, BINARY, "i8x16.", COMPARISONS);
series(0x2d, BINARY, "i16x8.", COMPARISONS);
series(0x37, BINARY, "i32x4.", COMPARISONS);
series(0x41, BINARY, "f32x4.", "eq ne lt gt le ge");
series(0x47, BINARY, "f64x2.", "eq ne lt gt le ge");
series(0xd6, BINARY, "i64x2.", "eq ne lt_s gt_s le_s ge_s");
define(0x4d, "v128.not", UNARY);
series(0x4e, BINARY, "v128.", "and andnot or xor");
define(0x52, "v128.bitselect", ["plain", "vvv>v"]);
define(0x53, "v128.any_true", TEST);

["i8x16", "i16x8", "i32x4", "i64x2"].forEach((shape, at) => {
  const base = 0x60 + 0x20 * at;
  series(base, UNARY, `${shape}.`, "abs neg");
  series(base + 3, TEST, `${shape}.`, "all_true bitmask");
  // Engines make those of bytes of several others.
  series(base + 11, at === 0 ? ["conversion", "vi>v"] : SHIFT, `${shape}.`, "shl shr_s shr_u");
  series(base + 14, BINARY, `${shape}.`, at < 2 ? "add add_sat_s add_sat_u sub sub_sat_s sub_sat_u" : "add - - sub");
  if (at < 3) series(base + 22, BINARY, `${shape}.`, "min_s min_u max_s max_u");
  if (at < 2) define(base + 27, `${shape}.avgr_u`, BINARY);
});
define(0x62, "i8x16.popcnt", ["conversion", "v>v"]);
series(0x65, BINARY, "i8x16.", "narrow_i16x8_s narrow_i16x8_u");
series(0x7c, UNARY, "i16x8.", "extadd_pairwise_i8x16_s extadd_pairwise_i8x16_u");
series(0x7e, UNARY, "i32x4.", "extadd_pairwise_i16x8_s extadd_pairwise_i16x8_u");
define(0x82, "i16x8.q15mulr_sat_s", BINARY);
series(0x85, BINARY, "i16x8.", "narrow_i32x4_s narrow_i32x4_u");
define(0x95, "i16x8.mul", BINARY);
define(0xb5, "i32x4.mul", BINARY);
define(0xd5, "i64x2.mul", ["conversion", "vv>v"]);
define(0xba, "i32x4.dot_i16x8_s", BINARY);
["i8x16", "i16x8", "i32x4"].forEach((from, at) => {
  const to = ["i16x8.", "i32x4.", "i64x2."][at] as string;
  const halves = ["low_S_s", "high_S_s", "low_S_u", "high_S_u"].map((half) => half.replace("S", from));
  series(0x87 + 0x20 * at, UNARY, to, halves.map((half) => `extend_${half}`).join(" "));
  series(0x9c + 0x20 * at, BINARY, to, halves.map((half) => `extmul_${half}`).join(" "));
});

series(0x67, ROUNDING, "f32x4.", "ceil floor trunc nearest");
series(0x74, ROUNDING, "f64x2.", "ceil floor");
define(0x7a, "f64x2.trunc", ROUNDING);
define(0x94, "f64x2.nearest", ROUNDING);
["f32x4", "f64x2"].forEach((shape, at) => {
  const base = 0xe0 + 12 * at;
  series(base, UNARY, `${shape}.`, "abs neg");
  define(base + 3, `${shape}.sqrt`, ["division", "v>v"]);
  series(base + 4, BINARY, `${shape}.`, "add sub mul");
  define(base + 7, `${shape}.div`, ["division", "vv>v"]);
  series(base + 8, LARGER, `${shape}.`, "min max");
  series(base + 10, BINARY, `${shape}.`, "pmin pmax");
});
define(0x5e, "f32x4.demote_f64x2_zero", UNARY);
define(0x5f, "f64x2.promote_low_f32x4", UNARY);
series(0xf8, CONVERSION, "i32x4.", "trunc_sat_f32x4_s trunc_sat_f32x4_u");
series(0xfa, CONVERSION, "f32x4.", "convert_i32x4_s convert_i32x4_u");
series(0xfc, CONVERSION, "i32x4.", "trunc_sat_f64x2_s_zero trunc_sat_f64x2_u_zero");
series(0xfe, CONVERSION, "f64x2.", "convert_low_i32x4_s convert_low_i32x4_u");

/** Every instruction on vectors that guests may use. */
export const VECTOR_OPCODES: readonly VectorOpcode[] = all;
