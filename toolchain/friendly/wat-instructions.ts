// The names of instructions, for what was typed nearly like one.

const OF_INTEGERS =
  "const load store load8_s load8_u load16_s load16_u store8 store16 clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor " +
  "shl shr_s shr_u rotl rotr eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u trunc_f32_s trunc_f32_u trunc_f64_s trunc_f64_u " +
  "trunc_sat_f32_s trunc_sat_f32_u trunc_sat_f64_s trunc_sat_f64_u extend8_s extend16_s";
const OF_FLOATS =
  "const load store abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign eq ne lt gt le ge convert_i32_s " +
  "convert_i32_u convert_i64_s convert_i64_u";
const OTHERS =
  "unreachable nop block loop if br br_if br_table return call call_indirect drop select local.get local.set local.tee global.get " +
  "global.set memory.size memory.grow memory.copy memory.fill i32.wrap_i64 i64.extend_i32_s i64.extend_i32_u i64.extend32_s " +
  "i64.load32_s i64.load32_u i64.store32 f32.demote_f64 f64.promote_f32 i32.reinterpret_f32 i64.reinterpret_f64 " +
  "f32.reinterpret_i32 f64.reinterpret_i64";

export const WAT_INSTRUCTIONS: readonly string[] = [
  ...of(["i32", "i64"], OF_INTEGERS),
  ...of(["f32", "f64"], OF_FLOATS),
  ...OTHERS.split(" "),
];

/** Names of the years before the first edition of the specification, which old texts still have. */
export const OLD_INSTRUCTIONS: Readonly<Record<string, string>> = {
  get_local: "local.get",
  set_local: "local.set",
  tee_local: "local.tee",
  get_global: "global.get",
  set_global: "global.set",
  current_memory: "memory.size",
  grow_memory: "memory.grow",
  "i32.wrap/i64": "i32.wrap_i64",
  "i64.extend_s/i32": "i64.extend_i32_s",
  "i64.extend_u/i32": "i64.extend_i32_u",
};

function of(types: readonly string[], names: string): readonly string[] {
  return types.flatMap((type) => names.split(" ").map((name) => `${type}.${name}`));
}
