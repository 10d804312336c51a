// Any sequence of slices, with or without moves to a new Vm, is one run: same output, gas, exit and final state.

import { readFile } from "node:fs/promises";

import * as fc from "fast-check";
import { gas, createVm, restoreVm, type GuestModule } from "gasworks/vm";
import { beforeAll, describe, expect, it } from "vitest";

import { prepareBoth, withBackends, type BothBackends } from "../support/both-backends.ts";
import { SEED } from "../support/fuzz-settings.ts";
import { programGuest } from "../support/guest.ts";
import { runModule, type RunOutcome } from "../support/run-vm.ts";

const PROGRAMS: Readonly<Record<string, string>> = {
  everything: await readFile(new URL("../fixtures/guests/everything.c", import.meta.url), "utf8"),
  queens: `#include <stdio.h>
    static int n, solutions, columns[12];
    static int safe(int row, int column) {
      for (int r = 0; r < row; r++) {
        int d = columns[r] - column;
        if (d == 0 || d == row - r || d == r - row) return 0;
      }
      return 1;
    }
    static void place(int row) {
      if (row == n) { solutions++; return; }
      for (int c = 0; c < n; c++) if (safe(row, c)) { columns[row] = c; place(row + 1); }
    }
    int main(void) { for (n = 1; n <= 6; n++) { solutions = 0; place(0); printf("%d: %d\\n", n, solutions); } return 0; }`,
  machine: `#include <stdio.h>
    #include <stdint.h>
    enum { PUSH, ADD, MUL, DUP, DEC, JNZ, PRINT, HALT, SWAP };
    static const int program[] = {PUSH, 1, PUSH, 10, DUP, PRINT, SWAP, PUSH, 3, MUL, SWAP, DEC, DUP, JNZ, 4, DUP, ADD, PRINT, PRINT, HALT};
    int main(void) {
      int64_t stack[16]; int sp = 0; const int *pc = program;
      for (;;) switch (*pc++) {
        case PUSH: stack[sp++] = *pc++; break;
        case ADD: sp--; stack[sp - 1] += stack[sp]; break;
        case MUL: sp--; stack[sp - 1] *= stack[sp]; break;
        case DUP: stack[sp] = stack[sp - 1]; sp++; break;
        case DEC: stack[sp - 1]--; break;
        case SWAP: { int64_t t = stack[sp - 1]; stack[sp - 1] = stack[sp - 2]; stack[sp - 2] = t; break; }
        case JNZ: { int to = *pc++; if (stack[--sp]) pc = program + to; break; }
        case PRINT: printf("%lld\\n", (long long)stack[--sp]); break;
        case HALT: return 7;
      }
    }`,
};

describe.each(withBackends(Object.keys(PROGRAMS)))("%s, paused anywhere, in a memory of kind %s", (name, backend) => {
  let both: BothBackends;
  let module: GuestModule;
  let whole: RunOutcome;

  beforeAll(async () => {
    both = await prepareBoth(await programGuest(PROGRAMS[name] as string), { wasi: true });
    module = both[backend];
    whole = runModule(both.own);
  }, 120_000);

  it("runs to its end in one slice", () => {
    expect(whole.result.kind).toBe("exited");
    expect(whole.stdout).not.toBe("");
    expectSame(runModule(module), whole, { backend });
  });

  it("goes on the same for fixed slices, with and without moves", () => {
    for (const [slice, moveEvery] of [
      [1, 100_003],
      [7, 9_001],
      [97, 131],
      [1_000, 1],
      [65_536, 1],
    ]) {
      expectSame(runModule(module, { slices: [slice ?? 1], moveEvery: moveEvery ?? 1 }), whole, { slice, moveEvery });
    }
  });

  it(`goes on the same for random slices (seed ${SEED})`, () => {
    const slices = fc.array(fc.oneof(fc.nat(50), fc.nat(5_000), fc.nat(200_000)), { minLength: 5, maxLength: 60 });
    fc.assert(
      fc.property(slices, fc.integer({ min: 1, max: 9 }), (sequence, moveEvery) => {
        expectSame(runModule(module, { slices: [...sequence, 20_011], moveEvery }), whole, { sequence, moveEvery });
      }),
      { seed: SEED, numRuns: 20 },
    );
  });

  it("goes on the same when moves change the kind of memory", () => {
    const moveTo = [both.arena, both.own, both.arena];
    for (const [slice, moveEvery] of [
      [97, 131],
      [1_000, 1],
    ] as const) {
      expectSame(runModule(module, { slices: [slice], moveEvery, moveTo }), whole, { slice, moveEvery });
    }
  });

  it("does not disturb another Vm of the same module that runs in between", () => {
    const outputs: string[] = ["", ""];
    const vms = [0, 1].map((index) =>
      createVm(module, { stdio: { write: (_, bytes) => void (outputs[index] += Buffer.from(bytes).toString()) } }),
    );
    for (let running = 2; running > 0;) {
      running = 0;
      for (const [index, vm] of vms.entries()) {
        if (vm.state === "exited") continue;
        running++;
        vm.runSlice(gas(index === 0 ? 1_009 : 2_003));
      }
    }
    expect(outputs).toEqual([whole.stdout, whole.stdout]);
    expect(vms.map((vm) => vm.stateHash())).toEqual([whole.stateHash, whole.stateHash]);
  });

  it("goes on from a snapshot taken twice, any number of times", () => {
    const vm = createVm(module);
    for (let i = 0; i < 20; i++) vm.runSlice(gas(101));
    const snapshot = vm.snapshot();
    const ends = [1, 2, 3].map(() => {
      const twin = restoreVm(module, snapshot);
      while (twin.runSlice(gas(50_000)).kind === "out-of-gas");
      return twin.stateHash();
    });
    expect(ends).toEqual([whole.stateHash, whole.stateHash, whole.stateHash]);
  });
});

function expectSame(cut: RunOutcome, whole: RunOutcome, how: object): void {
  const facts = ({ stdout, gasUsed, stateHash }: RunOutcome): object => ({ stdout, gasUsed, stateHash });
  expect({ ...how, ...facts(cut) }).toEqual({ ...how, ...facts(whole) });
}
