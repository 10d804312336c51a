// The faults of the published pipeline that a pause or a move brings out, numbered as in `docs/seed-pipeline.md`: our engine
// must not have them, and the pipeline still must, or the list is no longer true. Slices are smaller for our engine because
// its gas is: the pipeline's unit is about a hundredth of a plain instruction. Goes on in `seed-faults-limits.test.ts`.

import { gas, type SliceResult, type Vm } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { loadOurs, loadSeed, play, printingC, printingWat } from "../support/two-engines.ts";

describe("fault 1: the C stack pointer is not in the snapshot", () => {
  // The caller's array lives on the C stack; a callee that starts from a fresh stack pointer writes over it.
  const source = `
    static int sum(volatile int *values) {
      volatile int copy[16];
      for (int i = 0; i < 16; ++i) copy[i] = values[i] * 2;
      int total = 0;
      for (int i = 0; i < 16; ++i) total += copy[i];
      return total;
    }
    void entry(void) {
      volatile int values[16];
      for (int i = 0; i < 16; ++i) values[i] = i;
      int total = 0;
      for (int round = 0; round < 5; ++round) {
        total += sum(values);
        for (int i = 0; i < 16; ++i) values[i] += 1;
      }
      print(total);
    }`;
  // 5 rounds of 2 * (0 + … + 15 + 16 * round).
  const TOTAL = 2 * (5 * 120 + 16 * 10);

  it("does not trouble our engine", async () => {
    for (const slice of [3, 13, 100]) {
      const ours = await loadOurs(await printingC(source));
      play(ours, { slice, move: true });
      expect(ours.printed).toEqual([TOTAL]);
    }
  });

  it("gives the published pipeline another result when moved, and the right one when not", async () => {
    const unmoved = loadSeed(await printingC(source));
    play(unmoved, { slice: 5_000 });
    expect(unmoved.printed).toEqual([TOTAL]);
    const moved = loadSeed(await printingC(source));
    play(moved, { slice: 5_000, move: true });
    expect(moved.printed).not.toEqual([TOTAL]);
  });
});

describe("fault 2: a pause writes over the guest's memory from 16 to 1,024", () => {
  const body = `
    (data (i32.const 24) "\\01\\02\\03\\04\\05\\06\\07\\08\\09\\0a\\0b\\0c\\0d\\0e\\0f\\10")
    (func (export "entry") (local $i i32) (local $sum i32)
      loop $more
        local.get $sum
        local.get $i
        i32.load8_u offset=24
        i32.add
        local.set $sum
        local.get $i
        i32.const 1
        i32.add
        local.tee $i
        i32.const 16
        i32.lt_u
        br_if $more
      end
      local.get $sum
      call $print)`;
  const SUM = 136;

  it("does not trouble our engine", async () => {
    for (const slice of [1, 5, 1_000]) {
      const ours = await loadOurs(await printingWat(body));
      play(ours, { slice });
      expect(ours.printed).toEqual([SUM]);
    }
  });

  it("gives the published pipeline another sum", async () => {
    const unpaused = loadSeed(await printingWat(body));
    play(unpaused, { slice: 1_000_000 });
    expect(unpaused.printed).toEqual([SUM]);
    const paused = loadSeed(await printingWat(body));
    play(paused, { slice: 1_000 });
    expect(paused.printed).not.toEqual([SUM]);
  });
});

describe("fault 3: the saved call stack has 1,000 bytes", () => {
  const source = `
    static int depth(int left) { return left == 0 ? 0 : 1 + depth(left - 1); }
    void entry(void) { print(depth(200)); }`;

  it("lets our engine pause 200 calls deep", async () => {
    for (const slice of [1, 50, 100_000]) {
      const ours = await loadOurs(await printingC(source));
      play(ours, { slice, move: true });
      expect(ours.printed).toEqual([200]);
    }
  });

  it("makes a trap of a pause in the published pipeline, and of every slice behind it", async () => {
    const seed = loadSeed(await printingC(source));
    using vm = seed.create();
    expect(runUntilEnd(vm, 1_000)).toBe("trapped");
    expect(runUntilEnd(vm, 1_000)).toBe("trapped");
    expect(seed.printed).toEqual([]);
  });
});

describe("faults 4 and 5: memory that has grown can be neither paused nor moved", () => {
  const body = `
    (func (export "entry") (local $i i32)
      i32.const 2
      memory.grow
      call $print
      i32.const 131072
      i32.const 77
      i32.store
      loop $more
        local.get $i
        i32.const 1
        i32.add
        local.tee $i
        i32.const 30
        i32.lt_u
        br_if $more
      end
      i32.const 131072
      i32.load
      call $print
      memory.size
      call $print)`;

  it("lets our engine do both", async () => {
    for (const slice of [20, 100_000]) {
      const ours = await loadOurs(await printingWat(body));
      expect(play(ours, { slice, move: true }).end.kind).toBe("exited");
      expect(ours.printed).toEqual([1, 77, 3]);
    }
  });

  it("makes a trap of the next pause in the published pipeline", async () => {
    const seed = loadSeed(await printingWat(body));
    expect(play(seed, { slice: 20_000 }).end.kind).toBe("trapped");
    expect(seed.printed).toEqual([1]);
  });

  it("makes the published pipeline fail to copy or to restore, if the pause comes to pass", async () => {
    // Paused once before it grew, it finds the old unwinding data in place, and so does pause.
    const seed = loadSeed(await printingWat(body));
    expect(() => play(seed, { slice: 1_000, move: true })).toThrow();
  });
});

describe("fault 6: a module with a start section cannot be loaded", () => {
  const body = `
    (global $value (mut i32) (i32.const 0))
    (func $init (local $i i32)
      loop $more
        local.get $i
        i32.const 1
        i32.add
        local.tee $i
        i32.const 40
        i32.lt_u
        br_if $more
      end
      local.get $i
      global.set $value)
    (start $init)
    (func (export "entry")
      global.get $value
      call $print)`;

  it("is loaded by our engine, which meters, pauses and moves it like the rest", async () => {
    for (const slice of [1, 30, 100_000]) {
      const ours = await loadOurs(await printingWat(body));
      const outcome = play(ours, { slice, move: true });
      expect(ours.printed).toEqual([40]);
      expect(outcome.gasUsed).toBeGreaterThan(40n);
    }
  });

  it("is a TypeError in the published pipeline", async () => {
    const seed = loadSeed(await printingWat(body));
    expect(() => seed.create()).toThrow(TypeError);
  });
});

describe("fault 7: constructors do not run", () => {
  const source = `
    static int value;
    __attribute__((constructor)) static void init(void) { for (int i = 0; i < 42; ++i) ++value; }
    void entry(void) { print(value); }`;

  it("does not trouble our engine, which can pause in them", async () => {
    for (const slice of [1, 25, 100_000]) {
      const ours = await loadOurs(await printingC(source));
      play(ours, { slice, move: true });
      expect(ours.printed).toEqual([42]);
    }
  });

  it("leaves globals of the published pipeline empty", async () => {
    const seed = loadSeed(await printingC(source));
    play(seed, { slice: 1_000_000 });
    expect(seed.printed).toEqual([0]);
  });
});

/** Runs slices until one does not end for lack of gas. */
function runUntilEnd(vm: Vm, slice: number): SliceResult["kind"] {
  for (let slices = 0; slices < 10_000; slices += 1) {
    const { kind } = vm.runSlice(gas(slice));
    if (kind !== "out-of-gas") return kind;
  }
  return "out-of-gas";
}
