// C programs, compiled by our toolchain, and hand-written text: gas, output and final state are those of the interpreter,
// which counts as docs/gas.md says and shares no code with the engine but the table of opcodes.

import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";

import { createVm, gas, prepareModule, type VmOptions } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { compileFreestanding } from "../../bench/compile-freestanding.ts";
import { KERNELS, type Kernel } from "../../bench/kernels.ts";
import { PRINT_TYPE, printDevice } from "../../bench/print-device.ts";
import { programGuest } from "../support/guest.ts";
import { interpretKernel, interpretProgram } from "../support/interpret-program.ts";
import type { Interpreted } from "../support/interpret.ts";

const FIXTURES = new URL("../fixtures/", import.meta.url);
const TEST_SECONDS = 60;

/** Left out: `forth`, which takes the interpreter too long, and `everything`, which asks for the time. */
const PROGRAMS: readonly string[] = [
  ...readdirSync(new URL("gas/", FIXTURES)).map((file) => `gas/${file}`),
  ...["json", "lisp", "lz", "queens", "ray", "sha256"].map((name) => `guests/${name}.c`),
];

/** Sizes at which the kernels are as small as their loops allow. */
const SMALLER: Readonly<Record<Kernel, readonly (readonly [from: string, to: string])[]>> = {
  sieve: [["LIMIT 200000", "LIMIT 2000"]],
  matmul: [["SIZE 128", "SIZE 12"]],
  sha256: [["BLOCKS 8192", "BLOCKS 8"]],
  nbody: [["STEPS 40000", "STEPS 40"]],
  fib: [["fib(29)", "fib(13)"]],
  hashmap: [["KEYS 6000", "KEYS 60"]],
  qsort: [["COUNT 10000", "COUNT 300"]],
  interpreter: [
    ["{SET, 2, 1900}", "{SET, 2, 60}"],
    ["{SET, 2, 1200}", "{SET, 2, 30}"],
  ],
  workshop: [
    ["round < 10", "round < 1"],
    ["runFormulas(crc, 300)", "runFormulas(crc, 5)"],
    ["runStates(crc, 150)", "runStates(crc, 3)"],
  ],
};

interface EngineRun {
  readonly kind: string;
  readonly exitCode: number | undefined;
  readonly gas: bigint;
  readonly memory: Uint8Array;
  readonly globals: readonly bigint[];
}

async function runWhole(bytes: Uint8Array, policy: object, options: VmOptions): Promise<EngineRun> {
  const vm = createVm(await prepareModule(bytes, policy), options);
  const result = vm.runSlice(gas(2 ** 30 - 1));
  const exitCode = result.kind === "exited" ? result.exitCode : undefined;
  const { memory, globals } = vm.snapshot();
  const run = { kind: result.kind, exitCode, gas: vm.gasUsed, memory, globals };
  vm.dispose();
  return run;
}

function expectSame(engine: EngineRun, { kind, gas: used, memory, globals }: Interpreted): void {
  const facts = { kind: engine.kind, gas: engine.gas, globals: engine.globals };
  expect(facts).toEqual({ kind, gas: BigInt(used), globals });
  expect(Buffer.compare(engine.memory, memory), "memory").toBe(0);
}

describe("C programs, interpreted", () => {
  it.each(PROGRAMS)("%s uses the gas that it should", { timeout: TEST_SECONDS * 1_000 }, async (file) => {
    const wasm = await programGuest(await readFile(new URL(file, FIXTURES), "utf8"), { optimization: "-O1" });
    const expected = interpretProgram(wasm);
    const output: Uint8Array[] = [];
    const stdio = { write: (_stream: 1 | 2, bytes: Uint8Array): void => void output.push(bytes) };
    const engine = await runWhole(wasm, { wasi: true }, { stdio });
    expectSame(engine, expected);
    expect(engine.exitCode).toBe(expected.exitCode);
    expect(Buffer.concat(output).toString()).toBe(expected.stdout);
  });

  it.each(KERNELS)("kernel %s uses the gas that it should", async (kernel) => {
    let source = await readFile(new URL(`../../bench/kernels/${kernel}.c`, import.meta.url), "utf8");
    for (const [from, to] of SMALLER[kernel]) {
      expect(source).toContain(from);
      source = source.replace(from, to);
    }
    const wasm = await compileFreestanding(source, { optimization: "-O2", cpu: "lime1" });
    const expected = interpretKernel(wasm);
    const printed: number[] = [];
    const devices = [printDevice(printed)];
    expectSame(await runWhole(wasm, { devices: [PRINT_TYPE] }, { entry: "entry", devices }), expected);
    expect(printed).toEqual(expected.printed);
    expect(printed).toHaveLength(1);
  });
});
