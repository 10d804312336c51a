// The faults of the published pipeline around ends, debts, limits and names; see `seed-faults.test.ts` for the others.

import { gas } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { watGuest } from "../support/guest.ts";
import { loadOurs, loadSeed, play, printingC, printingWat } from "../support/two-engines.ts";

describe("fault 8: a finished program cannot be copied", () => {
  const source = "void entry(void) { print(1); }";

  it("is copied and restored as finished by our engine", async () => {
    const ours = await loadOurs(await printingC(source));
    using vm = ours.create();
    expect(vm.runSlice(gas(100_000)).kind).toBe("exited");
    using twin = ours.restore(vm.snapshot());
    expect(twin.state).toBe("exited");
    expect(twin.gasUsed).toBe(vm.gasUsed);
    expect(() => twin.runSlice(gas(100_000))).toThrow(expect.objectContaining({ code: "vm/not-runnable" }));
    expect(ours.printed).toEqual([1]);
  });

  it("has nothing to copy in the published pipeline", async () => {
    using vm = loadSeed(await printingC(source)).create();
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
    const ours = await loadOurs(await printingC(source));
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
    const seed = loadSeed(await printingC(source));
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
    const wasm = await printingC(source);
    const options = { printCost: 5_000 };
    const unmoved = play(await loadOurs(wasm, options), { slice: 100 });
    const moved = play(await loadOurs(wasm, options), { slice: 100, move: true });
    expect(unmoved.slices).toBeGreaterThan(450);
    expect(moved.slices).toBe(unmoved.slices);
    expect(moved.gasUsed).toBe(unmoved.gasUsed);
  });

  it("lets the published pipeline run ahead of its pay", async () => {
    const wasm = await printingC(source);
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
    const ours = await loadOurs(await printingWat(body));
    play(ours, { slice: 1, move: true });
    expect(ours.printed).toEqual([5]);
  });

  it("makes the published pipeline throw something that is no Error", async () => {
    const wasm = await printingWat(body);
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
      const ours = await loadOurs(await printingWat(body));
      expect(play(ours, { slice: size, move }).end).toMatchObject({
        kind: "trapped",
        trap: { code: "stack-overflow" },
      });
      deepest.add(ours.printed.at(-1));
    }
    expect([...deepest]).toHaveLength(1);
  });

  it("is whatever V8 has left in the published pipeline", async () => {
    const seed = loadSeed(await printingWat(body));
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
    const ours = await loadOurs(await printingC(one));
    const theirs = await loadOurs(await printingC(other));
    using vm = ours.create();
    vm.runSlice(gas(30));
    const snapshot = vm.snapshot();
    expect(() => theirs.restore(snapshot)).toThrow(expect.objectContaining({ code: "vm/snapshot-mismatch" }));
    expect(vm.state).toBe("paused");
  });

  it("is taken by the published pipeline all the same", async () => {
    using vm = loadSeed(await printingC(one)).create();
    vm.runSlice(gas(3_000));
    using stranger = loadSeed(await printingC(other)).restore(vm.snapshot());
    expect(stranger.state).toBe("paused");
  });
});
