import {
  createVm,
  gas,
  inspectVm,
  locateCode,
  prepareModule,
  readDebugInfo,
  restoreVm,
  type Snapshot,
  type Vm,
} from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { BACKENDS, prepareBoth } from "../../support/both-backends.ts";
import { programGuest, watGuest } from "../../support/guest.ts";
import { runModule } from "../../support/run-vm.ts";
import { throughSave } from "../../support/through-save.ts";

const POLICY = { wasi: true, setjmp: true } as const;
const LARGEST = gas(2 ** 30 - 1);

async function runC(source: string, optimization: "-O0" | "-O1" | "-O2" = "-O1"): Promise<Vm> {
  const vm = createVm(await prepareModule(await programGuest(source, { optimization }), POLICY));
  vm.runSlice(LARGEST);
  return vm;
}

/** Goes on by as little as possible: to the next place where a program can pause. */
function step(vm: Vm): ReturnType<Vm["runSlice"]> {
  return vm.runSlice(gas(vm.debt + 1));
}

describe("setjmp and longjmp", () => {
  /** Frames of all types, jumps from several depths and to several places, with nothing printed: it is short. */
  const SOURCE = `
    #include <setjmp.h>
    static jmp_buf places[3];
    static volatile int seen;
    __attribute__((noinline)) static double down(int depth, long long wide, float narrow, int place) {
      volatile int room[4] = {depth, 1, 2, 3};
      if (depth == 0) longjmp(places[place], 5 + place);
      double below = down(depth - 1, wide * 3, narrow / 2, place) + room[depth % 4];
      return below + narrow + (double)wide;
    }
    __attribute__((noinline)) static int middle(int n, long long wide, float narrow, double precise) {
      int value = setjmp(places[1]);
      if (value == 0) down(n, wide, narrow, 1);
      seen = seen * 3 + value;
      if (seen < 500) down(n, wide, narrow, seen % 3);
      return (int)(wide >> 30) + (int)(narrow * 8) + (int)(precise * 4) + n;
    }
    int main(void) {
      if (setjmp(places[0]) > 8) return 1;
      if (setjmp(places[2]) == 7) seen += 100;
      seen++;
      return (middle(3, 5LL << 30, 0.5f, 1.25) + seen) % 256;
    }`;

  it.each(["-O0", "-O1", "-O2"] as const)(
    "ends the same if it is saved wherever it can pause, in both kinds of memory: %s",
    async (optimization) => {
      const wasm = await programGuest(SOURCE, { optimization, stackBytes: 4_096 });
      const both = await prepareBoth(wasm, POLICY);
      const whole = runModule(both.own);
      expect(whole.result).toMatchObject({ kind: "exited" });
      expect(runModule(both.arena)).toEqual(whole);
      let vm = createVm(both.own);
      let pauses = 0;
      let kept = 0;
      for (let result = step(vm); result.kind === "out-of-gas"; result = step(vm)) {
        const snapshot = throughSave({ hash: both.own.hash, wasm }, vm.snapshot());
        kept = Math.max(kept, snapshot.jumps?.places.length ?? 0);
        const hash = vm.stateHash();
        vm.dispose();
        vm = restoreVm(++pauses % 2 === 0 ? both.own : both.arena, snapshot);
        expect(vm.stateHash()).toBe(hash);
      }
      expect({ hash: vm.stateHash(), gas: vm.gasUsed }).toEqual({ hash: whole.stateHash, gas: whole.gasUsed });
      expect(pauses).toBeGreaterThan(50);
      expect(kept).toBeGreaterThan(2);
    },
    60_000,
  );

  it("keep what they need of 10,000 tries, not what they needed", async () => {
    const wasm = await programGuest(`
      #include <setjmp.h>
      static jmp_buf place;
      __attribute__((noinline)) static void attempt(int i) {
        jmp_buf mine;
        if (setjmp(mine) == 0 && i % 2) longjmp(mine, 1);
        if (i % 3 == 0) longjmp(place, 1);
      }
      int main(void) {
        volatile int jumps = 0;
        for (volatile int i = 0; i < 5000; i++) if (setjmp(place) == 0) attempt(i); else jumps++;
        return jumps == 1667;
      }`);
    const module = await prepareModule(wasm, POLICY);
    const vm = createVm(module);
    let [most, bytes] = [0, 0];
    for (;;) {
      const result = vm.runSlice(gas(100_000));
      if (result.kind !== "out-of-gas") {
        expect(result).toMatchObject({ kind: "exited", exitCode: 1 });
        break;
      }
      const { jumps } = vm.snapshot();
      most = Math.max(most, jumps?.places.length ?? 0);
      bytes = Math.max(bytes, jumps?.frames.length ?? 0);
    }
    expect(most).toBeLessThanOrEqual(16);
    expect(bytes).toBeLessThan(2_000);
    expect(vm.snapshot().jumps).toBeUndefined();
  });

  it("cost gas for each frame on the stack and each value in it, whether it is cut or not", async () => {
    const program = (depth: number): string => `
      #include <setjmp.h>
      __attribute__((noinline)) static int at(int depth) {
        jmp_buf place;
        if (depth == 0) return setjmp(place);
        return at(depth - 1) + 1;
      }
      int main(void) { return at(${depth}); }`;
    const used = await Promise.all([2, 12, 22].map(async (depth) => (await runC(program(depth))).gasUsed));
    const [first = 0n, second = 0n, third = 0n] = used;
    expect(third - second).toBe(second - first);
    // Ten frames more, of at least 40 each.
    expect(second - first).toBeGreaterThan(400n);
  });

  it.each([
    // The call and what it declares, a frame, its result.
    ["alone", "(drop (call $set (i32.const 0)))", 304 + 40 + 2],
    // Three loads and stores more; $a is kept, what is dropped later is not.
    [
      "with operands and locals",
      `(local $a i64) (local $b f32) (i32.load (i32.const 8)) (i32.load (i32.const 8)) (drop (call $set (i32.const 0))) drop drop
       (i64.store (i32.const 0) (local.get $a))`,
      304 + 40 + 2 * 2 + 3 * 2,
    ],
    // Two calls, two frames at one of them; what lies behind the first is done and paid twice.
    [
      "with the way back",
      "(if (i32.eqz (call $set (i32.const 0))) (then (call $leave)))",
      304 + 40 + 2 + 4 + 304 + 2 * 40 + 2 + 2 * (1 + 3),
    ],
  ])("cost what docs/gas.md says: %s", async (_, body, expected) => {
    const wasm = await watGuest(`(module (import "gasworks.jump" "setjmp" (func $set (param i32) (result i32)))
      (import "gasworks.jump" "longjmp" (func $jump (param i32 i32))) (memory 1)
      (func $leave (call $jump (i32.load (i32.const 0)) (i32.const 1)))
      (func (export "_start") ${body}))`);
    const { own, arena } = await prepareBoth(wasm, POLICY);
    expect(runModule(own).gasUsed).toBe(BigInt(expected));
    expect(runModule(arena, { slices: [1], moveEvery: 1 }).gasUsed).toBe(BigInt(expected));
  });

  it("give 1 for 0, and keep the sign of others", async () => {
    const vm = await runC(`
      #include <setjmp.h>
      int main(void) {
        jmp_buf place;
        volatile int turn = 0;
        int value = setjmp(place);
        switch (turn++) {
          case 0: longjmp(place, 0);
          case 1: if (value != 1) return 1; longjmp(place, -5);
          default: return value == -5 ? 77 : 2;
        }
      }`);
    expect(vm.snapshot().status).toEqual({ kind: "exited", exitCode: 77 });
  });

  it("work without the C library", async () => {
    const source = `
      #include <setjmp.h>
      static jmp_buf place;
      static void leave(int value) { longjmp(place, value); }
      int run(void) { int value = setjmp(place); if (value < 3) leave(value + 1); return value; }`;
    const wasm = await programGuest(source, { target: "freestanding" });
    const module = await prepareModule(wasm, { setjmp: true });
    expect(createVm(module, { entry: "run" }).runSlice(LARGEST)).toMatchObject({ kind: "exited", exitCode: 3 });
  });

  it("need a policy that offers them", async () => {
    const wasm = await programGuest(SOURCE);
    await expect(prepareModule(wasm, { wasi: true })).rejects.toMatchObject({
      code: "vm/import-denied",
      message: expect.stringContaining("gasworks.jump"),
    });
    const other = await watGuest('(module (import "gasworks.jump" "setjmp" (func (param i64) (result i32))))');
    await expect(prepareModule(other, POLICY)).rejects.toMatchObject({ code: "vm/import-denied" });
    const unknown = await watGuest('(module (import "gasworks.jump" "toString" (func)))');
    await expect(prepareModule(unknown, POLICY)).rejects.toMatchObject({ code: "vm/import-denied" });
  });
});

describe("a jump that cannot be", () => {
  const BAD: readonly (readonly [what: string, body: string])[] = [
    ["to a place that was never set", "int main(void) { longjmp(place, 1); }"],
    [
      "to a function that has returned",
      "NOINLINE static void set(void) { if (setjmp(place)) print(1); } int main(void) { set(); longjmp(place, 1); }",
    ],
    [
      "to a function that has returned, from one as deep as it was",
      `NOINLINE static void set(void) { if (setjmp(place)) print(1); }
       NOINLINE static void jump(void) { longjmp(place, 1); }
       int main(void) { set(); jump(); }`,
    ],
    [
      "to a call that has returned, from another call of the same function",
      `NOINLINE static void both(int sets) { if (sets) { if (setjmp(place)) print(1); } else longjmp(place, 1); }
       int main(void) { both(1); print(0); both(0); }`,
    ],
    [
      "to a function that was left by another jump",
      `static jmp_buf first;
       NOINLINE static void set(void) { if (setjmp(place) == 0) longjmp(first, 1); print(1); }
       int main(void) { if (setjmp(first) == 0) set(); longjmp(place, 1); }`,
    ],
    [
      "to more places in one call than are kept",
      `static jmp_buf many[12];
       int main(void) { for (volatile int i = 0; i < 12; i++) if (setjmp(many[i])) return 1; longjmp(many[2], 1); }`,
    ],
  ];

  it.each(BAD)("ends with bad-longjmp and says where: %s", async (_, body) => {
    const source = `#include <setjmp.h>\n#define NOINLINE __attribute__((noinline))
static volatile int printed;
static void print(int value) { printed += value; }
static jmp_buf place;
${body}`;
    for (const optimization of ["-O0", "-O2"] as const) {
      const wasm = await programGuest(source, { optimization, debug: "lines" });
      for (const memory of BACKENDS) {
        const vm = createVm(await prepareModule(wasm, POLICY, { memory }));
        expect(vm.runSlice(gas(1_000_000))).toMatchObject({
          kind: "trapped",
          gasUsed: 1_000_000,
          trap: { code: "bad-longjmp" },
        });
        const debug = readDebugInfo(wasm);
        const lines = (vm.trapOffsets ?? []).map((offset) => locateCode(debug, offset)?.source?.file);
        expect(lines).toContain("main.c");
        const { jumps, status } = vm.snapshot();
        expect({ jumps, kind: status.kind }).toEqual({ jumps: undefined, kind: "trapped" });
      }
    }
  });

  it("is memory-out-of-bounds if the buffer is outside the memory", async () => {
    const wasm = await watGuest(`(module (import "gasworks.jump" "setjmp" (func $set (param i32) (result i32)))
      (memory 1) (func (export "_start") (result i32) (call $set (i32.const 65533))))`);
    const vm = createVm(await prepareModule(wasm, POLICY));
    expect(vm.runSlice(LARGEST)).toMatchObject({ kind: "trapped", trap: { code: "memory-out-of-bounds" } });
  });

  it("is one through a table: a place set there has no function to come back to", async () => {
    const wasm = await watGuest(`(module
      (import "gasworks.jump" "setjmp" (func $set (param i32) (result i32)))
      (import "gasworks.jump" "longjmp" (func $jump (param i32 i32)))
      (type $t (func (param i32) (result i32))) (memory 1) (table funcref (elem $set $jump))
      (func (export "_start") (result i32)
        (if (result i32) (call_indirect (type $t) (i32.const 16) (i32.const 0))
          (then (i32.const 1))
          (else (call $jump (i32.load (i32.const 16)) (i32.const 4)) (i32.const 2)))))`);
    const vm = createVm(await prepareModule(wasm, POLICY));
    expect(vm.runSlice(LARGEST)).toMatchObject({ kind: "trapped", trap: { code: "bad-longjmp" } });
  });
});

describe("a jump in hand-written WebAssembly", () => {
  /** Pending operands of each type, a reference in a local, memory that grows and a table that changes between the two. */
  const WAT = `(module
    (import "gasworks.jump" "setjmp" (func $set (param i32) (result i32)))
    (import "gasworks.jump" "longjmp" (func $jump (param i32 i32)))
    (type $leaf (func (result i32)))
    (memory 1 3) (table $t 2 funcref) (elem declare func $seven $nine) (global $g (mut i32) (i32.const 0))
    (func $seven (type $leaf) (loop) (i32.const 7))
    (func $nine (type $leaf) (loop) (i32.const 9))
    (func $leave (param f64) (result i32)
      (global.set $g (i32.add (global.get $g) (i32.const 1)))
      (drop (memory.grow (i32.const 1)))
      (table.set $t (i32.const 0) (ref.func $nine))
      (call $jump (i32.load (i32.const 16)) (i32.const 5))
      (i32.const 1000))
    (func (export "_start") (result i32) (local $f funcref) (local $v i64) (local $h f32) (local $d f64)
      (local.set $f (ref.func $seven)) (local.set $v (i64.const 100))
      (table.set $t (i32.const 1) (ref.func $seven))
      (f64.const 2.5) (i64.const 3) (f32.const 0.5)
      (if (i32.eqz (call $set (i32.const 16)))
        (then
          (local.set $f (ref.func $nine)) (local.set $v (i64.const 999))
          (drop (call $leave (f64.const 0)))))
      (table.set $t (i32.const 1) (local.get $f))
      ;; Behind the jump: 0.5, 3 and 2.5 are on the stack still.
      (local.set $h) (local.set $v (i64.add (local.get $v))) (local.set $d)
      (i32.add (i32.trunc_f32_s (f32.mul (local.get $h) (f32.const 4))) (i32.trunc_f64_s (f64.mul (local.get $d) (f64.const 4))))
      (i32.add (i32.wrap_i64 (local.get $v)))
      (i32.add (call_indirect $t (type $leaf) (i32.const 1)))
      (i32.add (call_indirect $t (type $leaf) (i32.const 0)))
      (i32.add (i32.mul (global.get $g) (i32.const 1000)))
      (i32.add (i32.mul (memory.size) (i32.const 10000)))))`;

  it("brings locals and operands back, references too, and leaves memory, globals and tables", async () => {
    const both = await prepareBoth(await watGuest(WAT), { setjmp: true });
    const expected = { kind: "exited", exitCode: 2 + 10 + 103 + 7 + 9 + 1_000 + 20_000 };
    for (const memory of BACKENDS) {
      let vm = createVm(both[memory]);
      let result = step(vm);
      for (; result.kind === "out-of-gas"; result = step(vm)) vm = restoreVm(both[memory], vm.snapshot());
      expect(result).toMatchObject(expected);
    }
    expect(createVm(both.own).runSlice(LARGEST)).toMatchObject(expected);
  });

  it("shows a paused program that has places like any other", async () => {
    const vm = createVm(await prepareModule(await watGuest(WAT), { setjmp: true }));
    let snapshot: Snapshot;
    do {
      step(vm);
      snapshot = vm.snapshot();
    } while (snapshot.jumps === undefined);
    expect(inspectVm(vm).frames[0]).toMatchObject({ kind: "import" });
    expect(snapshot.jumps.places).toEqual([{ id: 1, depth: 0, calls: expect.any(Number) }]);
  });
});
