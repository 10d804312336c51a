// The faults of the published pipeline that corrupt or lose state, one by one, numbered as in `docs/seed-pipeline.md`: our
// engine must not have them, and the pipeline still must, or the list is no longer true. Slices are smaller for our engine
// because its gas is: the pipeline's unit is about a hundredth of a plain instruction.

import { gas, type SliceResult, type Vm } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { compileExample, EXAMPLE_COUNT } from "../../bench/peers/seed/index.ts";
import { freestandingGuest, watGuest } from "../support/guest.ts";
import { loadOurs, loadSeed, play } from "../support/two-engines.ts";

const PRINT = `__attribute__((import_module("env"), import_name("print"))) extern void print(int number);`;

function cGuest(source: string): Promise<Uint8Array> {
  return freestandingGuest(`${PRINT}\n${source}`);
}

/** Puts the `print` import and an imported memory of one page around it: the pipeline needs the memory imported. */
function watBody(body: string): Promise<Uint8Array> {
  return watGuest(
    `(module (import "env" "print" (func $print (param i32))) (import "env" "memory" (memory 1)) ${body})`,
  );
}

describe("the published example", () => {
  it("prints the same on our engine, which pauses in its loop too", async () => {
    const expected = Array.from({ length: EXAMPLE_COUNT }, (_, index) => index);
    for (const slice of [5, 1_000]) {
      const ours = await loadOurs(await compileExample());
      const outcome = play(ours, { slice, move: true });
      expect(outcome.end).toMatchObject({ kind: "exited", exitCode: 0 });
      expect(outcome.slices).toBeGreaterThan(2);
      expect(ours.printed).toEqual(expected);
    }
  });

  it("costs our engine the same gas whether moved, sliced or run at once", async () => {
    const wasm = await compileExample();
    const totals = new Set<bigint>();
    for (const slice of [7, 1_000, 1_000_000]) {
      for (const move of [false, true]) totals.add(play(await loadOurs(wasm), { slice, move }).gasUsed);
    }
    expect([...totals]).toHaveLength(1);
  });
});

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
      const ours = await loadOurs(await cGuest(source));
      play(ours, { slice, move: true });
      expect(ours.printed).toEqual([TOTAL]);
    }
  });

  it("gives the published pipeline another result when moved, and the right one when not", async () => {
    const unmoved = loadSeed(await cGuest(source));
    play(unmoved, { slice: 5_000 });
    expect(unmoved.printed).toEqual([TOTAL]);
    const moved = loadSeed(await cGuest(source));
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
      const ours = await loadOurs(await watBody(body));
      play(ours, { slice });
      expect(ours.printed).toEqual([SUM]);
    }
  });

  it("gives the published pipeline another sum", async () => {
    const unpaused = loadSeed(await watBody(body));
    play(unpaused, { slice: 1_000_000 });
    expect(unpaused.printed).toEqual([SUM]);
    const paused = loadSeed(await watBody(body));
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
      const ours = await loadOurs(await cGuest(source));
      play(ours, { slice, move: true });
      expect(ours.printed).toEqual([200]);
    }
  });

  it("makes a trap of a pause in the published pipeline, and of every slice behind it", async () => {
    const seed = loadSeed(await cGuest(source));
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
      const ours = await loadOurs(await watBody(body));
      expect(play(ours, { slice, move: true }).end.kind).toBe("exited");
      expect(ours.printed).toEqual([1, 77, 3]);
    }
  });

  it("makes a trap of the next pause in the published pipeline", async () => {
    const seed = loadSeed(await watBody(body));
    expect(play(seed, { slice: 20_000 }).end.kind).toBe("trapped");
    expect(seed.printed).toEqual([1]);
  });

  it("makes the published pipeline fail to copy or to restore, if the pause comes to pass", async () => {
    // Paused once before it grew, it finds the old unwinding data in place, and so does pause.
    const seed = loadSeed(await watBody(body));
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
      const ours = await loadOurs(await watBody(body));
      const outcome = play(ours, { slice, move: true });
      expect(ours.printed).toEqual([40]);
      expect(outcome.gasUsed).toBeGreaterThan(40n);
    }
  });

  it("is a TypeError in the published pipeline", async () => {
    const seed = loadSeed(await watBody(body));
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
      const ours = await loadOurs(await cGuest(source));
      play(ours, { slice, move: true });
      expect(ours.printed).toEqual([42]);
    }
  });

  it("leaves globals of the published pipeline empty", async () => {
    const seed = loadSeed(await cGuest(source));
    play(seed, { slice: 1_000_000 });
    expect(seed.printed).toEqual([0]);
  });
});

describe("fault 8: a finished program cannot be copied", () => {
  const source = "void entry(void) { print(1); }";

  it("is copied and restored as finished by our engine", async () => {
    const ours = await loadOurs(await cGuest(source));
    using vm = ours.create();
    expect(vm.runSlice(gas(100_000)).kind).toBe("exited");
    using twin = ours.restore(vm.snapshot());
    expect(twin.state).toBe("exited");
    expect(twin.gasUsed).toBe(vm.gasUsed);
    expect(() => twin.runSlice(gas(100_000))).toThrow(expect.objectContaining({ code: "vm/not-runnable" }));
    expect(ours.printed).toEqual([1]);
  });

  it("has nothing to copy in the published pipeline", async () => {
    using vm = loadSeed(await cGuest(source)).create();
    expect(vm.runSlice(gas(1_000_000)).kind).toBe("exited");
    expect(() => vm.snapshot()).toThrow(/expected paused/);
  });
});

describe("fault 9: a program that ended starts again", () => {
  const source = `
    static volatile int runs;
    static volatile int zero;
    void entry(void) { print(++runs); print(1 / zero); }`;

  it("stays trapped in our engine, also behind a move", async () => {
    const ours = await loadOurs(await cGuest(source));
    using vm = ours.create();
    const end = vm.runSlice(gas(100_000));
    expect(end).toMatchObject({ kind: "trapped", trap: { code: "integer-divide-by-zero" } });
    expect(() => vm.runSlice(gas(100_000))).toThrow(expect.objectContaining({ code: "vm/not-runnable" }));
    using twin = ours.restore(vm.snapshot());
    expect(twin.state).toBe("trapped");
    expect(() => twin.runSlice(gas(100_000))).toThrow(expect.objectContaining({ code: "vm/not-runnable" }));
    expect(ours.printed).toEqual([1]);
  });

  it("starts again in the published pipeline, on what the last run left in memory", async () => {
    const seed = loadSeed(await cGuest(source));
    using vm = seed.create();
    for (let run = 0; run < 3; run += 1) expect(vm.runSlice(gas(1_000_000)).kind).toBe("trapped");
    expect(seed.printed).toEqual([1, 2, 3]);
  });
});

describe("fault 10: a save forgives the debt of gas", () => {
  // Our engine owes the price of a host call, the pipeline that of a division: each is far more than a slice.
  const source = `
    static volatile int three = 3;
    void entry(void) { for (int i = 0; i < 10; ++i) print(i / three); }`;

  it("takes our engine as many slices with moves as without", async () => {
    const wasm = await cGuest(source);
    const options = { printCost: 5_000 };
    const unmoved = play(await loadOurs(wasm, options), { slice: 100 });
    const moved = play(await loadOurs(wasm, options), { slice: 100, move: true });
    expect(unmoved.slices).toBeGreaterThan(450);
    expect(moved.slices).toBe(unmoved.slices);
    expect(moved.gasUsed).toBe(unmoved.gasUsed);
  });

  it("lets the published pipeline run ahead of its pay", async () => {
    const wasm = await cGuest(source);
    const unmoved = play(loadSeed(wasm), { slice: 1_000 });
    const moved = play(loadSeed(wasm), { slice: 1_000, move: true });
    expect(moved.slices).toBeLessThan(unmoved.slices / 2);
  });
});

describe("fault 11: a guest may import Asyncify's own functions", () => {
  // Asyncify takes the function that calls the intrinsic for part of the runtime; its caller is the one that unwinds.
  const text = `(module
    (import "env" "print" (func $print (param i32)))
    (import "asyncify" "start_unwind" (func $unwind (param i32)))
    (import "env" "memory" (memory 1))
    (func $leave
      i32.const 512
      i32.const 520
      i32.store
      i32.const 516
      i32.const 1024
      i32.store
      i32.const 512
      call $unwind)
    (func (export "entry")
      i32.const 1
      call $print
      call $leave
      i32.const 2
      call $print))`;

  it("is refused by our engine", async () => {
    await expect(loadOurs(await watGuest(text))).rejects.toMatchObject({
      code: "vm/import-denied",
      module: "asyncify",
      field: "start_unwind",
    });
  });

  it("gives the guest the unwinding of the published pipeline", async () => {
    const seed = loadSeed(await watGuest(text));
    using vm = seed.create();
    // The executor has not paused it, so it takes the way out for the end.
    expect(vm.runSlice(gas(1_000_000)).kind).toBe("exited");
    expect(seed.printed).toEqual([1]);
  });
});

describe("fault 12: a guest may export Asyncify's names", () => {
  const body = `(func (export "asyncify_start_unwind") (param i32)) (func (export "entry") i32.const 5 call $print)`;

  it("does not trouble our engine", async () => {
    const ours = await loadOurs(await watBody(body));
    play(ours, { slice: 1, move: true });
    expect(ours.printed).toEqual([5]);
  });

  it("makes the published pipeline throw something that is no Error", async () => {
    const wasm = await watBody(body);
    let thrown: unknown;
    try {
      loadSeed(wasm);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeDefined();
    expect(thrown).not.toBeInstanceOf(Error);
  });
});

describe("fault 13: the guest decides how much memory it gets", () => {
  it("is refused by our engine", async () => {
    const wasm = await watGuest(`(module (memory (export "memory") 20000) (func (export "entry")))`);
    await expect(loadOurs(wasm)).rejects.toMatchObject({ code: "vm/limit-exceeded" });
  });

  it("is bounded by nothing but the address space in the published pipeline", async () => {
    const wasm = await watGuest(`(module (import "env" "memory" (memory 1000)) (func (export "entry")))`);
    using vm = loadSeed(wasm).create();
    expect(vm.runSlice(gas(1_000_000)).kind).toBe("exited");
  });
});

describe("fault 14: how deep a guest may call depends on the machine", () => {
  // In WAT, because C at -O0 runs out of its own stack in memory first. Prints every 64th level.
  const body = `
    (func $deeper (param $level i32) (result i32)
      local.get $level
      i32.const 63
      i32.and
      i32.eqz
      if
        local.get $level
        call $print
      end
      local.get $level
      i32.const 1
      i32.add
      call $deeper
      i32.const 1
      i32.add)
    (func (export "entry")
      i32.const 1
      call $deeper
      call $print)`;

  it("is a trap of our engine at the same call for every size of slice", async () => {
    const deepest = new Set<number | undefined>();
    for (const [size, move] of [
      [1_000, false],
      [1_000, true],
      [100_000_000, false],
    ] as const) {
      const ours = await loadOurs(await watBody(body));
      expect(play(ours, { slice: size, move }).end).toMatchObject({
        kind: "trapped",
        trap: { code: "stack-overflow" },
      });
      deepest.add(ours.printed.at(-1));
    }
    expect([...deepest]).toHaveLength(1);
  });

  it("is whatever V8 has left in the published pipeline", async () => {
    const seed = loadSeed(await watBody(body));
    expect(play(seed, { slice: 2 ** 30 - 1 }).end).toMatchObject({
      kind: "trapped",
      trap: { message: expect.stringMatching(/call stack/i) },
    });
  });
});

describe("fault 15: a snapshot does not say of what", () => {
  const one = "void entry(void) { for (int i = 0; i < 9; ++i) print(1); }";
  const other = "void entry(void) { for (int i = 0; i < 9; ++i) { int twice = i * 2; print(twice); } }";

  it("is refused by our engine when it is another program's", async () => {
    const ours = await loadOurs(await cGuest(one));
    const theirs = await loadOurs(await cGuest(other));
    using vm = ours.create();
    vm.runSlice(gas(30));
    const snapshot = vm.snapshot();
    expect(() => theirs.restore(snapshot)).toThrow(expect.objectContaining({ code: "vm/snapshot-mismatch" }));
    expect(vm.state).toBe("paused");
  });

  it("is taken by the published pipeline all the same", async () => {
    using vm = loadSeed(await cGuest(one)).create();
    vm.runSlice(gas(3_000));
    using stranger = loadSeed(await cGuest(other)).restore(vm.snapshot());
    expect(stranger.state).toBe("paused");
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
