// Our former engine, Asyncify with gas inline, as an oracle: whatever guest both can run ends alike, printed the same and
// left the same memory, however it was cut and moved. The two count gas by different schedules, and say nothing of NaNs.

import { readFile } from "node:fs/promises";

import {
  createVm,
  gas,
  prepareModule,
  restoreVm,
  type ImportPolicy,
  type SliceResult,
  type Snapshot,
  type Vm,
  type VmOptions,
} from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { compileKernel, KERNELS } from "../../bench/kernels.ts";
import {
  buildAsyncifyModule,
  createAsyncifyVm,
  loadAsyncifyModule,
  restoreAsyncifyVm,
} from "../../bench/peers/asyncify/index.ts";
import { PRINT_TYPE, printDevice } from "../../bench/print-device.ts";
import { programGuest, watGuest } from "../support/guest.ts";

interface Engine {
  create(options: VmOptions): Vm;
  restore(snapshot: Snapshot, options: VmOptions): Vm;
}

interface Outcome {
  readonly end: SliceResult["kind"];
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly printed: readonly number[];
  /** Compared byte for byte. */
  readonly memory: Uint8Array;
}

const POLICY: ImportPolicy = { wasi: true, devices: [PRINT_TYPE] };

const programSource = (name: string): Promise<string> =>
  readFile(new URL(`../fixtures/guests/${name}.c`, import.meta.url), "utf8");

const GUESTS: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  everything: async () => programGuest(await programSource("everything")),
  "everything at -O2": async () => programGuest(await programSource("everything"), { optimization: "-O2" }),
  report: async () =>
    programGuest(await readFile(new URL("../../bench/guests/report.c", import.meta.url), "utf8"), {
      optimization: "-O2",
    }),
  "mutual recursion with 64-bit values": () =>
    programGuest(`#include <stdio.h>
      static long long odd(long long n, double weight);
      static long long even(long long n, double weight) { return n <= 0 ? (long long)weight : odd(n - 1, weight * 1.01) + n; }
      static long long odd(long long n, double weight) { return n <= 0 ? -1 : even(n - 1, weight - 0.25) * 3 % 1000003; }
      int main(void) { for (int i = 0; i < 60; i++) printf("%lld\\n", even(i, i / 3.0)); return 5; }`),
  "a program that reads its input": () =>
    programGuest(`#include <stdio.h>
      int main(void) { int c, sum = 0; while ((c = getchar()) != EOF) { sum += c; putchar(c ^ 1); } printf("%d\\n", sum); return sum & 63; }`),
  "a branch table with values": () =>
    watGuest(`(module (import "env" "print" (func $print (param i32))) (memory 1) (global $n (mut i64) (i64.const 0))
      (func $pick (param i32) (result i32)
        (block $a (result i32) (block $b (result i32)
          (br_table $a $b (i32.const 40) (local.get 0))) (i32.add (i32.const 2))))
      (func (export "_start") (local i32)
        (loop $again
          (call $print (call $pick (i32.and (local.get 0) (i32.const 1))))
          (global.set $n (i64.add (global.get $n) (i64.const 3)))
          (i32.store (i32.const 0) (i32.wrap_i64 (global.get $n)))
          (local.set 0 (i32.add (local.get 0) (i32.const 1)))
          (br_if $again (i32.lt_u (local.get 0) (i32.const 50))))))`),
  "growth and bulk operations": () =>
    watGuest(`(module (import "env" "print" (func $print (param i32))) (memory 1 4)
      (func (export "_start") (local i32)
        (call $print (memory.grow (i32.const 2)))
        (memory.fill (i32.const 70000) (i32.const 7) (i32.const 100000))
        (memory.copy (i32.const 69990) (i32.const 70010) (i32.const 90000))
        (loop $again
          (local.set 0 (i32.add (local.get 0) (i32.const 1)))
          (call $print (i32.load8_u (i32.add (i32.const 159900) (local.get 0))))
          (br_if $again (i32.lt_u (local.get 0) (i32.const 200))))
        (call $print (memory.grow (i32.const 9)))))`),
};

describe("our engine and Asyncify", () => {
  it.each(Object.keys(GUESTS))("end alike for %s, however cut and moved", async (name) => {
    const wasm = await (GUESTS[name] as () => Promise<Uint8Array>)();
    await expectSameEnds(wasm, {}, [
      { slice: 4_999, moveEvery: 50 },
      { slice: 100_003, moveEvery: 2 },
    ]);
  });

  it.each(KERNELS)("end alike for the kernel %s, cut and moved", async (kernel) => {
    const wasm = await compileKernel(kernel, "lime1");
    await expectSameEnds(wasm, { entry: "entry" }, [{ slice: 400_009, moveEvery: 11 }]);
  });

  it("both trap where a program does", async () => {
    const wasm = await programGuest(
      `int main(int argc, char **argv) { volatile int zero = argc - 1; return 7 / zero; }`,
    );
    for (const engine of await enginesFor(wasm)) {
      expect(play(engine, {}, { slice: 100, moveEvery: 3 }).end).toBe("trapped");
    }
  });
});

interface Cut {
  readonly slice: number;
  readonly moveEvery: number;
}

async function expectSameEnds(wasm: Uint8Array, options: VmOptions, cuts: readonly Cut[]): Promise<void> {
  const [ours, oracle] = await enginesFor(wasm);
  const whole = { slice: 2 ** 30 - 1, moveEvery: Infinity };
  const expected = play(oracle, options, whole);
  expect(expected.end).toBe("exited");
  for (const engine of [ours, oracle]) {
    for (const cut of [whole, ...cuts]) {
      const { memory, ...rest } = play(engine, options, cut);
      const { memory: expectedMemory, ...expectedRest } = expected;
      expect({ cut, ...rest }).toEqual({ cut, ...expectedRest });
      expect(Buffer.compare(memory, expectedMemory), "the memories differ").toBe(0);
    }
  }
}

async function enginesFor(wasm: Uint8Array): Promise<readonly [Engine, Engine]> {
  const ours = await prepareModule(wasm, POLICY);
  const oracle = await loadAsyncifyModule(await buildAsyncifyModule(wasm, POLICY));
  return [
    {
      create: (options) => createVm(ours, options),
      restore: (snapshot, options) => restoreVm(ours, snapshot, options),
    },
    {
      create: (options) => createAsyncifyVm(oracle, options),
      restore: (snapshot, options) => restoreAsyncifyVm(oracle, snapshot, options),
    },
  ];
}

const MAX_SLICES = 1_000_000;

function play(engine: Engine, options: VmOptions, { slice, moveEvery }: Cut): Outcome {
  const printed: number[] = [];
  const stdout: Uint8Array[] = [];
  const given: VmOptions = {
    ...options,
    devices: [printDevice(printed)],
    stdio: { write: (_stream, bytes) => void stdout.push(bytes) },
  };
  let vm = engine.create(given);
  vm.writeInput(new TextEncoder().encode("what is read must not depend on when it was paused\n"));
  vm.endInput();
  for (let slices = 1; slices <= MAX_SLICES; slices++) {
    const result = vm.runSlice(gas(slice));
    if (result.kind !== "out-of-gas") {
      const { memory } = vm.snapshot();
      const exitCode = result.kind === "exited" ? result.exitCode : undefined;
      return { end: result.kind, exitCode, stdout: Buffer.concat(stdout).toString(), printed, memory };
    }
    if (slices % moveEvery === 0) {
      const snapshot = vm.snapshot();
      vm.dispose();
      vm = engine.restore(snapshot, given);
    }
  }
  throw new Error(`The guest did not end within ${MAX_SLICES} slices`);
}
