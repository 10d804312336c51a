// Small programs that once gave another result here than in a plain engine.

import { createVm, gas, prepareModule } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { watGuest } from "../../support/guest.ts";

/** Each exports `run`, which gives an i32. */
const PROGRAMS: readonly (readonly [claim: string, wat: string])[] = [
  [
    "keeps what a sum waits to read while a value above it is put aside for a store",
    `(module (memory 1) (data (i32.const 100) "\\05") (data (i32.const 200) "\\40")
      (func (export "run") (result i32)
        (block (result i32 i32) (i32.const 1) (i32.load (i32.const 100)))
        (i32.add)
        (i32.load (i32.const 200))
        (i32.store (i32.const 200) (i32.const 50))
        (i32.add)))`,
  ],
  [
    "keeps what a sum waits to read while a small function gives its results",
    `(module (func $two (result i32 i32) (i32.const 3) (i32.const 4))
      (func (export "run") (result i32) (call $two) (i32.add) (call $two) (i32.mul) (i32.sub)))`,
  ],
  [
    "keeps what a sum waits to read while memory grows",
    `(module (memory 1) (data (i32.const 100) "\\05")
      (func (export "run") (result i32)
        (block (result i32 i32) (i32.const 1) (i32.load (i32.const 100)))
        (i32.add)
        (memory.grow (i32.const 0))
        (i32.add)))`,
  ],
  [
    "keeps the payload of a NaN constant in a local",
    `(module (func (export "run") (result i32) (local f32)
      (local.set 0 (f32.const nan:0x200001))
      (i32.reinterpret_f32 (local.get 0))))`,
  ],
  [
    "keeps the payload of a NaN that is selected in place of a computed one",
    `(module (func (export "run") (result i32) (local f32)
      (i32.reinterpret_f32 (select
        (f32.div (f32.const 0) (local.get 0))
        (f32.reinterpret_i32 (i32.const 0x7fa00001))
        (i32.const 0)))))`,
  ],
  [
    "gives a computed NaN the sign that copysign asks for",
    `(module (func (export "run") (result i32) (local f32)
      (i32.reinterpret_f32 (f32.copysign (f32.div (local.get 0) (local.get 0)) (f32.const -1)))))`,
  ],
  [
    "flips the sign of a computed NaN",
    `(module (func (export "run") (result i32) (local f32 f32)
      (local.set 1 (f32.div (local.get 0) (local.get 0)))
      (i32.xor (i32.reinterpret_f32 (local.get 1)) (i32.reinterpret_f32 (f32.neg (local.get 1))))))`,
  ],
  [
    "accepts a br_table in dead code to labels of different types",
    `(module (func (export "run") (result i32)
      (block (result f64)
        (block (result f32) (unreachable) (br_table 0 1 1 (i32.const 1)))
        (drop) (f64.const 0))
      (i32.trunc_f64_s)))`,
  ],
];

describe("a prepared program", () => {
  it.each(PROGRAMS)("%s", async (_claim, wat) => {
    const bytes = await watGuest(wat);
    const vm = createVm(await prepareModule(bytes, {}), { entry: "run" });
    const instance = await WebAssembly.instantiate(await WebAssembly.compile(new Uint8Array(bytes)));
    const run = instance.exports["run"] as () => number;
    let expected: object;
    try {
      expected = { kind: "exited", exitCode: run() };
    } catch {
      expected = { kind: "trapped", trap: { code: "unreachable" } };
    }
    expect(vm.runSlice(gas(10_000))).toMatchObject(expected);
  });

  it("traps where the first of two values would, though the second is put aside first", async () => {
    const wat = `(module (memory 1) (func (export "run") (param) (result i32) (local i32)
      (i32.load (i32.const -1))
      (i32.div_u (i32.const 1) (local.get 0))
      (local.set 0 (i32.const 1))
      (i32.add)))`;
    const vm = createVm(await prepareModule(await watGuest(wat), {}), { entry: "run" });
    expect(vm.runSlice(gas(10_000))).toMatchObject({ kind: "trapped", trap: { code: "memory-out-of-bounds" } });
  });
});
