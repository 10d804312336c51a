// setjmp and longjmp in C, on the engine's own unwinder: the same as what clang makes of them with WebAssembly exceptions
// on plain V8; paused between any two jumps and carried from Vm to Vm through bytes; in an interpreter that lives on them.

import { readFile } from "node:fs/promises";

import { commands } from "@yowasp/clang";
import { createVm, gas, restoreVm, type GuestModule, type ImportPolicy, type Snapshot, type Vm } from "gasworks/vm";
import { beforeAll, describe, expect, it } from "vitest";

import { prepareBoth, type BothBackends } from "../support/both-backends.ts";
import { IS_LONG, seeds, timeLimit } from "../support/fuzz-settings.ts";
import { programGuest } from "../support/guest.ts";
import { Random } from "../support/random.ts";
import { runPlainly } from "../support/run-plainly.ts";
import { runModule, type RunOutcome } from "../support/run-vm.ts";
import { throughSave } from "../support/through-save.ts";
import { tryScript, type TryScript } from "../support/try-script.ts";

const POLICY: ImportPolicy = { wasi: true, setjmp: true };
const LEVELS = ["-O0", "-O1", "-O2"] as const;

const source = (name: string): Promise<string> =>
  readFile(new URL(`../fixtures/guests/${name}.c`, import.meta.url), "utf8");

/** The same C with the library's own setjmp, which throws. */
async function withExceptions(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const names = ["-D_setjmp=setjmp", "-D_longjmp=longjmp", "-Dsiglongjmp=longjmp", "-Dsigjmp_buf=jmp_buf"];
  const files = await commands.clang(
    ["-O1", "-mllvm", "-wasm-enable-sjlj", ...names, "-Dsigsetjmp(env,mask)=setjmp(env)", "main.c", "-lsetjmp"].concat([
      "-o",
      "main.wasm",
    ]),
    { "main.c": text },
    { stdout: null, stderr: null },
  );
  const wasm = files?.["main.wasm"];
  if (!(wasm instanceof Uint8Array)) throw new Error("clang gives no program");
  return wasm.slice();
}

describe("setjmp in C", () => {
  let text: string;
  let expected: string;

  beforeAll(async () => {
    text = await source("jumps");
    expected = runPlainly(await withExceptions(text)).stdout;
  }, 120_000);

  describe.each(LEVELS)("at %s", (optimization) => {
    let wasm: Uint8Array;
    let both: BothBackends;
    let whole: RunOutcome;

    beforeAll(async () => {
      wasm = await programGuest(text, { optimization });
      both = await prepareBoth(wasm, POLICY);
      whole = runModule(both.own);
    }, 120_000);

    it("does what it does with exceptions on plain V8", () => {
      expect(whole.stdout).toBe(expected);
      expect(expected.split("\n").length).toBeGreaterThan(20);
      expect(whole.result).toMatchObject({ kind: "exited", exitCode: 0 });
    });

    it("goes on the same through slices of a few hundred gas, saved between any two", () => {
      const same = ({ stdout, gasUsed, stateHash }: RunOutcome): object => ({ stdout, gasUsed, stateHash });
      let turn = 0;
      const carry = (snapshot: Snapshot): Snapshot =>
        ++turn % 10 === 0 ? throughSave({ hash: both.own.hash, wasm }, snapshot) : snapshot;
      const cut = runModule(both.own, { slices: [401], moveEvery: 1, moveTo: [both.arena, both.own], carry });
      expect(same(cut)).toEqual(same(whole));
      expect(cut.pauses).toBeGreaterThan(500);
      expect(same(runModule(both.arena))).toEqual(same(whole));
    }, 120_000);
  });
});

describe("an interpreter whose errors are jumps", () => {
  let both: BothBackends;

  beforeAll(async () => {
    both = await prepareBoth(await programGuest(await source("tries"), { optimization: "-O1" }), POLICY);
  }, 60_000);

  it("prints what scripts say", () => {
    const text = `
      (set down (fn (n) (if (< n 1) (throw 42) (+ 1 (down (- n 1))))))
      (set left 0)
      (set leave (fn (n) (ensure (if (< n 1) (throw 7) (leave (- n 1))) (set left (+ left 1)))))
      (print (try (down 20) (+ err 1))) (print (try (leave 20) err)) (print left)
      (print (try (try (down 3) (throw (* err 2))) (+ err 1)))
      (print (try nobody err)) (print (try (5 5) err))
      (set deep (fn (n) (+ 1 (deep n)))) (print (try (deep 1) err))
      (throw 99)`;
    const stdout = "43\n7\n21\n85\n1001\n1002\n1003\nerror 99\n";
    expect(runScript(both.own, { text, stdout, exitCode: 1 }, () => 2 ** 30 - 1)).toEqual(
      runScript(both.arena, { text, stdout, exitCode: 1 }, () => 700),
    );
  });

  it(
    "runs random scripts as JavaScript's exceptions do, however it is cut and carried",
    () => {
      let caught = 0;
      for (const seed of seeds(IS_LONG ? 20 : 8, 20)) {
        const script = tryScript(new Random(seed));
        const whole = runScript(both.own, script, () => 2 ** 30 - 1);
        const random = new Random(seed);
        const size = random.pick([300, 3_000, 30_000]);
        const modules = random.chance(0.5) ? [both.own, both.arena] : [both.arena];
        const cut = runScript(both.arena, script, () => 1 + random.below(size), modules);
        expect(cut, `seed ${seed}`).toEqual(whole);
        caught += script.text.split("(try").length - 1;
      }
      expect(caught).toBeGreaterThan(50);
    },
    timeLimit(20),
  );
});

interface ScriptRun {
  readonly gasUsed: bigint;
  readonly stateHash: string;
}

/**
 * Runs a script to its end, and holds what it prints.
 *
 * @param moveTo - The state goes to a new Vm of these, in turn, after each slice.
 */
function runScript(
  module: GuestModule,
  script: TryScript,
  sliceSize: () => number,
  moveTo: readonly GuestModule[] = [],
): ScriptRun {
  let stdout = "";
  const options = { stdio: { write: (_: 1 | 2, bytes: Uint8Array) => void (stdout += Buffer.from(bytes).toString()) } };
  let vm: Vm = createVm(module, options);
  vm.writeInput(Buffer.from(script.text));
  vm.endInput();
  for (let slices = 1; slices < 100_000; slices++) {
    const result = vm.runSlice(gas(sliceSize()));
    if (result.kind !== "out-of-gas") {
      expect({ result, stdout, script: script.text }).toMatchObject({
        result: { kind: "exited", exitCode: script.exitCode },
        stdout: script.stdout,
      });
      return { gasUsed: vm.gasUsed, stateHash: vm.stateHash() };
    }
    const next = moveTo[slices % moveTo.length];
    if (next === undefined || result.gasUsed === 0) continue;
    const snapshot = vm.snapshot();
    vm.dispose();
    vm = restoreVm(next, snapshot, options);
  }
  throw new Error("The script does not end");
}
