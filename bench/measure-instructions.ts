// How long single instructions take on plain V8, for calibrating gas: once where each waits for the one before (latency),
// once with four that are independent of one another (throughput). Programs are somewhere between.

import wabt from "wabt";

import type { ValueType } from "gasworks/vm";

export interface InstructionTime {
  readonly name: string;
  /** What schedule 1 takes for it. */
  readonly gas: number;
  readonly latencyNanoseconds: number;
  readonly throughputNanoseconds: number;
}

interface Measured {
  readonly name: string;
  readonly type: ValueType;
  readonly gas: number;
  /** Text with `X` for the value of the one before. `$three` and `$none` are parameters, so that nothing is folded. */
  readonly text: string;
}

/** Of a linear congruential generator, whose upper bits are in no order that a processor learns. */
const LCG = 1_664_525;

const INSTRUCTIONS: readonly Measured[] = [
  { name: "i32.clz", type: "i32", gas: 1, text: "(i32.clz X)" },
  { name: "select", type: "i32", gas: 1, text: "(select X (local.get $three) X)" },
  { name: "i32.div_u", type: "i32", gas: 9, text: "(i32.or (i32.div_u X (local.get $three)) (i32.const 0x7000000))" },
  { name: "i32.rem_s", type: "i32", gas: 9, text: "(i32.or (i32.rem_s X (local.get $three)) (i32.const 0x7000000))" },
  {
    name: "i64.div_u",
    type: "i64",
    gas: 9,
    text: "(i64.or (i64.div_u X (local.get $wide)) (i64.const 0x700000000000000))",
  },
  { name: "f64.add", type: "f64", gas: 1, text: "(f64.add X (f64.const 1.5))" },
  { name: "f64.mul", type: "f64", gas: 1, text: "(f64.mul X (f64.const 1.0000001))" },
  { name: "f64.div", type: "f64", gas: 8, text: "(f64.div X (f64.const 1.0000001))" },
  { name: "f64.sqrt", type: "f64", gas: 8, text: "(f64.sqrt X)" },
  { name: "f64.min", type: "f64", gas: 2, text: "(f64.min X (f64.const 3))" },
  { name: "f64.floor", type: "f64", gas: 2, text: "(f64.floor X)" },
  { name: "f64 to i32 and back", type: "f64", gas: 8, text: "(f64.convert_i32_s (i32.trunc_sat_f64_s X))" },
  { name: "f64 to i64 and back", type: "f64", gas: 8, text: "(f64.convert_i64_s (i64.trunc_sat_f64_s X))" },
  { name: "f64 to f32 and back", type: "f64", gas: 2, text: "(f64.promote_f32 (f32.demote_f64 X))" },
  { name: "i32.load", type: "i32", gas: 3, text: "(i32.load (i32.and X (i32.const 1020)))" },
  {
    name: "br_if, foreseen",
    type: "i32",
    gas: 5,
    text: "(block (result i32) (drop (br_if 0 X (i32.eqz X))) (i32.add X (i32.const 1)))",
  },
  {
    name: "br_if, not foreseen",
    type: "i32",
    gas: 6,
    text: `(block (result i32) (drop (br_if 0 (i32.mul X (i32.const ${LCG})) (i32.lt_s X (i32.const 0))))
      (i32.add (i32.mul X (i32.const ${LCG})) (i32.const 12345)))`,
  },
  {
    name: "br_table, not foreseen",
    type: "i32",
    gas: 7,
    text: `(block (result i32)
      (block (block (block (block (br_table 0 1 2 3 (i32.shr_u X (i32.const 30))))
        (br 3 (i32.add (i32.mul X (i32.const ${LCG})) (i32.const 12345))))
        (br 2 (i32.add (i32.mul X (i32.const ${LCG})) (i32.const 54321))))
        (br 1 (i32.add (i32.mul X (i32.const ${LCG})) (i32.const 33333))))
        (i32.add (i32.mul X (i32.const ${LCG})) (i32.const 77777)))`,
  },
  { name: "call", type: "i32", gas: 4, text: "(call $same X)" },
  { name: "call_indirect", type: "i32", gas: 20, text: "(call_indirect (type $unary) X (local.get $none))" },
  {
    name: "call_indirect, of two",
    type: "i32",
    gas: 23,
    text: `(call_indirect (type $unary) (i32.add (i32.mul X (i32.const ${LCG})) (i32.const 12345)) (i32.shr_u X (i32.const 31)))`,
  },
];

const REPEATS = 16;
const COUNT = 1_000_000;
const RUNS = 14;

export async function measureInstructions(): Promise<InstructionTime[]> {
  const times: InstructionTime[] = [];
  for (const measured of INSTRUCTIONS) {
    times.push({
      name: measured.name,
      gas: measured.gas,
      latencyNanoseconds: await timeChains(measured, 1),
      throughputNanoseconds: await timeChains(measured, 4),
    });
  }
  return times;
}

/** Nanoseconds for one of them; loops of {@link REPEATS}, so that the loop itself is small beside them. */
async function timeChains(measured: Measured, chains: number): Promise<number> {
  const module = await WebAssembly.compile(await assemble(programOf(measured, chains)));
  const run = new WebAssembly.Instance(module).exports["run"] as (three: number, none: number) => number;
  let best = Infinity;
  for (let round = 0; round < RUNS; round += 1) {
    const before = performance.now();
    run(3, 0);
    best = Math.min(best, performance.now() - before);
  }
  return (1e6 * best) / COUNT;
}

const START: Readonly<Record<ValueType, string>> = {
  i32: "(i32.const 1234567)",
  i64: "(i64.const 1234567891234)",
  f32: "(f32.const 12345.5)",
  f64: "(f64.const 1234567.5)",
};

const TO_I32: Readonly<Record<ValueType, string>> = {
  i32: "i32.eqz",
  i64: "i32.wrap_i64",
  f32: "i32.trunc_sat_f32_s",
  f64: "i32.trunc_sat_f64_s",
};

function programOf({ type, text }: Measured, chains: number): string {
  const values = Array.from({ length: chains }, (_, chain) => `$v${chain}`);
  const body = Array.from({ length: REPEATS }, (_, at) => {
    const value = values[at % chains] as string;
    return `(local.set ${value} ${text.replaceAll("X", `(local.get ${value})`)})`;
  });
  const sum = values.map((value) => `(${TO_I32[type]} (local.get ${value}))`).reduce((a, b) => `(i32.add ${a} ${b})`);
  // Too large to be inlined, and no more than a few instructions to run.
  const same = (
    name: string,
  ): string => `(func ${name} (type $unary) (if (i32.eqz (local.get 0)) (then ${"(i32.store (i32.const 8) (local.get 0))".repeat(40)}))
    (local.get 0))`;
  return `(module
    (type $unary (func (param i32) (result i32)))
    (memory 1) (table 2 funcref) (elem (i32.const 0) $same $other)
    ${same("$same")} ${same("$other")}
    (func (export "run") (param $three i32) (param $none i32) (result i32)
      (local $wide i64) (local $round i32) ${values.map((value) => `(local ${value} ${type})`).join(" ")}
      (local.set $wide (i64.extend_i32_u (local.get $three)))
      ${values.map((value) => `(local.set ${value} ${START[type]})`).join(" ")}
      (loop $again
        ${body.join("\n")}
        (local.set $round (i32.add (local.get $round) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $round) (i32.const ${COUNT / REPEATS}))))
      ${sum}))`;
}

async function assemble(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const parsed = (await wabt()).parseWat("instructions.wat", text, { sat_float_to_int: true });
  try {
    parsed.resolveNames();
    parsed.validate();
    return new Uint8Array(parsed.toBinary({}).buffer);
  } finally {
    parsed.destroy();
  }
}
