// What WebAssembly's numeric instructions compute, one by one, on bits: i32 and f32 as numbers, i64 and f64 as bigints,
// all unsigned. A NaN that float arithmetic makes is the canonical one.

/** A trap, by the code that the engine gives it. */
export class GuestTrap extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export type Bits = number | bigint;

const view = new DataView(new ArrayBuffer(8));
const CANONICAL_F32 = 0x7fc0_0000;
const CANONICAL_F64 = 0x7ff8_0000_0000_0000n;

/** What arithmetic has done so far. */
export const observed = { hasMadeNan: false };

function toF32(bits: Bits): number {
  view.setUint32(0, Number(bits));
  return view.getFloat32(0);
}

function toF64(bits: Bits): number {
  view.setBigUint64(0, BigInt(bits));
  return view.getFloat64(0);
}

function fromF32(value: number): number {
  if (Number.isNaN(value)) {
    observed.hasMadeNan = true;
    return CANONICAL_F32;
  }
  view.setFloat32(0, value);
  return view.getUint32(0);
}

function fromF64(value: number): bigint {
  if (Number.isNaN(value)) {
    observed.hasMadeNan = true;
    return CANONICAL_F64;
  }
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

const i32 = (value: number): number => value >>> 0;
const i64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const bool = (value: boolean): number => (value ? 1 : 0);
const s32 = (bits: Bits): number => Number(bits) | 0;
const s64 = (bits: Bits): bigint => BigInt.asIntN(64, BigInt(bits));

type Operation = (a: Bits, b: Bits) => Bits;
const operations = new Map<string, Operation>();

for (const [type, width] of [
  ["i32", 32],
  ["i64", 64],
] as const) {
  // Integer arithmetic of both widths, in bigints: slow and plain.
  const put = (name: string, operation: (a: bigint, b: bigint) => bigint): void => {
    operations.set(`${type}.${name}`, (a, b) => {
      const result = BigInt.asUintN(width, operation(BigInt(a), BigInt(b)));
      return width === 32 ? Number(result) : result;
    });
  };
  const compare = (name: string, operation: (a: bigint, b: bigint) => boolean): void => {
    operations.set(`${type}.${name}_s`, (a, b) =>
      bool(operation(BigInt.asIntN(width, BigInt(a)), BigInt.asIntN(width, BigInt(b)))),
    );
    operations.set(`${type}.${name}_u`, (a, b) => bool(operation(BigInt(a), BigInt(b))));
  };
  const signed = (value: bigint): bigint => BigInt.asIntN(width, value);
  const bits = BigInt(width);
  const lowest = -(1n << (bits - 1n));
  compare("lt", (a, b) => a < b);
  compare("gt", (a, b) => a > b);
  compare("le", (a, b) => a <= b);
  compare("ge", (a, b) => a >= b);
  operations.set(`${type}.eqz`, (a) => bool(BigInt(a) === 0n));
  operations.set(`${type}.eq`, (a, b) => bool(a === b));
  operations.set(`${type}.ne`, (a, b) => bool(a !== b));
  const binary = (value: bigint): string => value.toString(2).padStart(width, "0");
  put("clz", (a) => BigInt(binary(a).indexOf("1") < 0 ? width : binary(a).indexOf("1")));
  put("ctz", (a) => BigInt(a === 0n ? width : width - 1 - binary(a).lastIndexOf("1")));
  put("popcnt", (a) => BigInt(binary(a).replaceAll("0", "").length));
  put("add", (a, b) => a + b);
  put("sub", (a, b) => a - b);
  put("mul", (a, b) => a * b);
  const nonZero = (b: bigint): void => {
    if (b === 0n) throw new GuestTrap("integer-divide-by-zero");
  };
  put("div_s", (a, b) => {
    nonZero(b);
    if (signed(a) === lowest && signed(b) === -1n) throw new GuestTrap("integer-overflow");
    return signed(a) / signed(b);
  });
  put("div_u", (a, b) => (nonZero(b), a / b));
  put("rem_s", (a, b) => (nonZero(b), signed(a) % signed(b)));
  put("rem_u", (a, b) => (nonZero(b), a % b));
  put("and", (a, b) => a & b);
  put("or", (a, b) => a | b);
  put("xor", (a, b) => a ^ b);
  put("shl", (a, b) => a << (b % bits));
  put("shr_s", (a, b) => signed(a) >> (b % bits));
  put("shr_u", (a, b) => a >> (b % bits));
  put("rotl", (a, b) => (a << (b % bits)) | (a >> (bits - (b % bits))));
  put("rotr", (a, b) => (a >> (b % bits)) | (a << (bits - (b % bits))));
  for (const from of [8, 16, 32]) put(`extend${from}_s`, (a) => BigInt.asIntN(from, a));
}

for (const type of ["f32", "f64"] as const) {
  const [read, write] = type === "f32" ? [toF32, (value: number) => fromF32(Math.fround(value))] : [toF64, fromF64];
  const one = (name: string, operation: (a: number) => number): void =>
    void operations.set(`${type}.${name}`, (a) => write(operation(read(a))));
  const two = (name: string, operation: (a: number, b: number) => number): void =>
    void operations.set(`${type}.${name}`, (a, b) => write(operation(read(a), read(b))));
  const compare = (name: string, operation: (a: number, b: number) => boolean): void =>
    void operations.set(`${type}.${name}`, (a, b) => bool(operation(read(a), read(b))));
  compare("eq", (a, b) => a === b);
  compare("ne", (a, b) => a !== b);
  compare("lt", (a, b) => a < b);
  compare("gt", (a, b) => a > b);
  compare("le", (a, b) => a <= b);
  compare("ge", (a, b) => a >= b);
  one("ceil", Math.ceil);
  one("floor", Math.floor);
  one("trunc", Math.trunc);
  one("nearest", nearest);
  one("sqrt", Math.sqrt);
  two("add", (a, b) => a + b);
  two("sub", (a, b) => a - b);
  two("mul", (a, b) => a * b);
  two("div", (a, b) => a / b);
  two("min", Math.min);
  two("max", Math.max);
  // The sign bit alone: these keep the rest, whatever it is.
  const sign = type === "f32" ? 1n << 31n : 1n << 63n;
  const bitwise = (name: string, operation: (a: bigint, b: bigint) => bigint): void =>
    void operations.set(`${type}.${name}`, (a, b) => {
      const result = operation(BigInt(a), BigInt(b));
      return type === "f32" ? Number(result) : result;
    });
  bitwise("abs", (a) => a & (sign - 1n));
  bitwise("neg", (a) => a ^ sign);
  bitwise("copysign", (a, b) => (a & (sign - 1n)) | (b & sign));
}

function nearest(value: number): number {
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 52) return value;
  const low = Math.floor(value);
  const rest = value - low;
  const rounded = rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1;
  return rounded === 0 && (value < 0 || Object.is(value, -0)) ? -0 : rounded;
}

for (const [from, read] of [
  ["f32", toF32],
  ["f64", toF64],
] as const) {
  for (const [to, width] of [
    ["i32", 32n],
    ["i64", 64n],
  ] as const) {
    for (const sign of ["s", "u"] as const) {
      const lowest = sign === "s" ? -(1n << (width - 1n)) : 0n;
      const highest = sign === "s" ? (1n << (width - 1n)) - 1n : (1n << width) - 1n;
      const give = (value: bigint): Bits => (to === "i32" ? i32(Number(BigInt.asIntN(32, value))) : i64(value));
      operations.set(`${to}.trunc_${from}_${sign}`, (a) => {
        const value = read(a);
        if (!Number.isFinite(value)) throw new GuestTrap("invalid-conversion");
        const whole = BigInt(Math.trunc(value));
        if (whole < lowest || whole > highest) throw new GuestTrap("invalid-conversion");
        return give(whole);
      });
      operations.set(`${to}.trunc_sat_${from}_${sign}`, (a) => {
        const value = read(a);
        if (Number.isNaN(value)) return give(0n);
        if (!Number.isFinite(value)) return give(value < 0 ? lowest : highest);
        const whole = BigInt(Math.trunc(value));
        return give(whole < lowest ? lowest : whole > highest ? highest : whole);
      });
    }
  }
}

operations.set("i32.wrap_i64", (a) => Number(BigInt.asUintN(32, BigInt(a))));
operations.set("i64.extend_i32_s", (a) => i64(BigInt(s32(a))));
operations.set("i64.extend_i32_u", (a) => BigInt(a));
operations.set("f32.convert_i32_s", (a) => fromF32(Math.fround(s32(a))));
operations.set("f32.convert_i32_u", (a) => fromF32(Math.fround(Number(a))));
operations.set("f32.convert_i64_s", (a) => fromF32(roundOnce(s64(a))));
operations.set("f32.convert_i64_u", (a) => fromF32(roundOnce(BigInt(a))));
operations.set("f64.convert_i32_s", (a) => fromF64(s32(a)));
operations.set("f64.convert_i32_u", (a) => fromF64(Number(a)));
operations.set("f64.convert_i64_s", (a) => fromF64(Number(s64(a))));
operations.set("f64.convert_i64_u", (a) => fromF64(Number(a)));
operations.set("f32.demote_f64", (a) => fromF32(Math.fround(toF64(a))));
operations.set("f64.promote_f32", (a) => fromF64(toF32(a)));
for (const name of ["i32.reinterpret_f32", "i64.reinterpret_f64", "f32.reinterpret_i32", "f64.reinterpret_i64"]) {
  operations.set(name, (a) => a);
}

/** To a single-precision number without rounding to a double first: low bits become one sticky bit. */
function roundOnce(value: bigint): number {
  const isNegative = value < 0n;
  const magnitude = isNegative ? -value : value;
  const low = magnitude & 0xfffn;
  const kept = magnitude < 1n << 52n ? magnitude : ((magnitude >> 12n) << 12n) | (low === 0n ? 0n : 1n << 12n);
  const rounded = Math.fround(Number(kept));
  return isNegative ? -rounded : rounded;
}

/** The result of a numeric instruction. @throws {GuestTrap} */
export function operate(name: string, a: Bits, b: Bits): Bits {
  const operation = operations.get(name);
  if (operation === undefined) throw new Error(`The interpreter does not know ${name}`);
  return operation(a, b);
}
