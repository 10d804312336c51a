import { createVm, gas, prepareModule, VmError, WAIT, type Device, type DeviceType, type Vm } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { DEEP_WAT } from "../../support/everything-guest.ts";
import { watGuest } from "../../support/guest.ts";
import { runGuest } from "../../support/run-vm.ts";

const COUNTER = `(module (memory (export "memory") 1)
  (func (export "_start") (local $i i32)
    (loop $again
      (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (i32.const 1000))))))`;

async function vmOf(wat: string): Promise<Vm> {
  return createVm(await prepareModule(await watGuest(wat), {}));
}

describe("Vm.runSlice()", () => {
  it.each([
    ["br", `(func (export "_start") (loop $l (br $l)))`],
    ["br_if", `(func (export "_start") (loop $l (br_if $l (i32.const 1))))`],
    ["br_table", `(func (export "_start") (loop $l (br_table $l $l (i32.const 7))))`],
    ["nested loops", `(func (export "_start") (loop $a (loop $b (br $a))))`],
    ["a loop with a parameter", `(func (export "_start") i32.const 1 (loop $l (param i32) (br $l)))`],
    [
      "two functions that call each other in a loop",
      `(func $f (call $g)) (func $g) (func (export "_start") (loop $l (call $f) (br $l)))`,
    ],
  ])("stops an infinite loop made of %s", async (_name, body) => {
    const vm = await vmOf(`(module ${body})`);
    for (let tick = 0; tick < 1_000; tick++) expect(vm.runSlice(gas(100)).kind).toBe("out-of-gas");
    expect(vm.gasUsed).toBeGreaterThanOrEqual(99_000n);
    expect(vm.gasUsed).toBeLessThanOrEqual(100_000n + 16_384n);
  });

  it("stops a call tree that is exponential and has no loop", async () => {
    const functions = Array.from({ length: 40 }, (_, i) => `(func $f${i + 1} (call $f${i}) (call $f${i}))`).join("\n");
    const vm = await vmOf(`(module (func $f0) ${functions} (func (export "_start") (call $f40)))`);
    for (let tick = 0; tick < 100; tick++) expect(vm.runSlice(gas(1_000)).kind).toBe("out-of-gas");
    expect(vm.gasUsed).toBeLessThanOrEqual(100_000n + 16_384n);
  });

  it("overshoots by at most one stretch, and takes the overshoot from later slices", async () => {
    const straight = "(drop (i32.div_u (i32.const 9) (i32.const 3)))".repeat(20_000);
    const vm = await vmOf(`(module (func (export "_start") ${straight}))`);
    let given = 0;
    for (;;) {
      given += 100;
      const result = vm.runSlice(gas(100));
      expect(Number(vm.gasUsed)).toBeLessThanOrEqual(given + 2 ** 14);
      if (result.kind === "exited") break;
    }
    expect(vm.gasUsed).toBe(160_000n);
    expect(given).toBeGreaterThanOrEqual(160_000 - 2 ** 14);
  });

  it("does nothing with a budget of 0", async () => {
    const vm = await vmOf(COUNTER);
    expect(vm.runSlice(gas(0))).toEqual({ kind: "out-of-gas", gasUsed: 0 });
    expect(vm.gasUsed).toBe(0n);
  });

  it("refuses budgets that are no whole numbers from 0 to 2^30 - 1", async () => {
    const vm = await vmOf(COUNTER);
    for (const budget of [-1, 0.5, Number.NaN, Infinity, 2 ** 30]) {
      expect(() => gas(budget)).toThrow(RangeError);
      expect(() => vm.runSlice(budget as never)).toThrow(RangeError);
    }
  });

  it("counts the same gas for every size of slice", async () => {
    const totals = new Set<bigint>();
    for (const slice of [1, 2, 3, 7, 97, 1_000, 1_000_000]) {
      const { gasUsed, result } = await runGuest(await watGuest(COUNTER), {}, { slices: [slice] });
      expect(result.kind).toBe("exited");
      totals.add(gasUsed);
    }
    expect(totals.size).toBe(1);
  });

  it("charges bulk operations by length and memory.grow by page", async () => {
    const fill = (bytes: number): string =>
      `(module (memory 16) (func (export "_start") (memory.fill (i32.const 0) (i32.const 1) (i32.const ${bytes}))))`;
    const small = await runGuest(await watGuest(fill(0)), {});
    const large = await runGuest(await watGuest(fill(800_000)), {});
    expect(large.gasUsed - small.gasUsed).toBe(100_000n);
    const grow = (pages: number): string =>
      `(module (memory 1 8) (func (export "_start") (drop (memory.grow (i32.const ${pages})))))`;
    const none = await runGuest(await watGuest(grow(0)), {});
    const four = await runGuest(await watGuest(grow(4)), {});
    const tooMany = await runGuest(await watGuest(grow(1_000_000)), {});
    expect(four.gasUsed - none.gasUsed).toBe(4n * 8_192n);
    expect(tooMany.gasUsed).toBe(none.gasUsed);
  });

  it("pays for the largest growth there is, from the smallest slice", async () => {
    const wat = `(module (memory 1) (func (export "_start") (drop (memory.grow (i32.const 65536)))
      (drop (memory.grow (i32.const 65000)))))`;
    const policy = { limits: { memoryPages: 65_536 } };
    const whole = await runGuest(await watGuest(wat), policy);
    const cut = await runGuest(await watGuest(wat), policy, { slices: [1, 2 ** 30 - 1] });
    expect({ result: cut.result.kind, gas: cut.gasUsed }).toEqual({ result: "exited", gas: whole.gasUsed });
  });

  it("runs the start section and constructors before the entry, metered", async () => {
    const wat = `(module (memory 1) (global $g (mut i32) (i32.const 0))
      (func $start (local $i i32) (loop $l (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $l (i32.lt_u (local.get $i) (i32.const 100)))) (global.set $g (i32.const 5)))
      (func (export "__wasm_call_ctors") (global.set $g (i32.add (global.get $g) (i32.const 10))))
      (func (export "entry") (result i32) (global.get $g))
      (start $start))`;
    for (const slice of [1, 7, 1_000_000]) {
      const { result } = await runGuest(await watGuest(wat), {}, { entry: "entry", slices: [slice], moveEvery: 1 });
      expect(result).toMatchObject({ kind: "exited", exitCode: 15 });
    }
  });

  it("takes an i32 that the entry returns for the exit code, and nothing else", async () => {
    const exitCodeOf = async (result: string): Promise<unknown> =>
      (await runGuest(await watGuest(`(module (func (export "entry") ${result}))`), {}, { entry: "entry" })).result;
    expect(await exitCodeOf("(result i32) (i32.const 9)")).toMatchObject({ exitCode: 9 });
    expect(await exitCodeOf("(result f64) (f64.const 2.5)")).toMatchObject({ exitCode: 0 });
    expect(await exitCodeOf("(result i64) (i64.const 4)")).toMatchObject({ exitCode: 0 });
    expect(await exitCodeOf("(result i32 i32) (i32.const 1) (i32.const 2)")).toMatchObject({ exitCode: 0 });
  });

  it("says which entries there are when the wanted one is missing", async () => {
    const module = await prepareModule(await watGuest(COUNTER), {});
    expect(() => createVm(module, { entry: "main" })).toThrow(/"main".*it has "_start"/);
  });

  it("refuses to run what has ended", async () => {
    const vm = await vmOf(COUNTER);
    expect(vm.runSlice(gas(1_000_000)).kind).toBe("exited");
    expect(vm.state).toBe("exited");
    expect(() => vm.runSlice(gas(1))).toThrow(expect.objectContaining({ code: "vm/not-runnable" }));
    vm.dispose();
    expect(() => vm.snapshot()).toThrow(VmError);
  });
});

describe("traps", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["unreachable", "unreachable"],
    ["memory-out-of-bounds", "(drop (i32.load (i32.const -1)))"],
    ["memory-out-of-bounds", "(memory.fill (i32.const 0) (i32.const 0) (i32.const -1))"],
    ["integer-divide-by-zero", "(drop (i32.div_s (i32.const 1) (i32.load (i32.const 0))))"],
    ["integer-overflow", "(drop (i32.div_s (i32.const 0x80000000) (i32.sub (i32.load (i32.const 0)) (i32.const 1))))"],
    ["invalid-conversion", "(drop (i32.trunc_f64_s (f64.const 1e300)))"],
    ["table-out-of-bounds", "(call_indirect (type $t) (i32.const 9))"],
    ["indirect-call", "(call_indirect (type $t) (i32.const 0))"],
    ["stack-overflow", "(call $deep)"],
  ];
  it.each(cases)("are values with the code %s", async (code, body) => {
    const wat = `(module (type $t (func)) (memory 1) (table 1 funcref) (elem (i32.const 0) $other)
      (func $other (param i32)) (func $deep (call $deep)) (func (export "_start") ${body}))`;
    const vm = await vmOf(wat);
    const result = vm.runSlice(gas(1_000_000));
    expect(result).toMatchObject({ kind: "trapped", trap: { code } });
    expect(vm.gasUsed, "a slice that ends in a trap uses its whole budget").toBe(1_000_000n);
    expect(vm.state).toBe("trapped");
  });

  it("overflow the stack at the same gas however the run is cut", async () => {
    const depths = new Set<string>();
    for (const slice of [1_000_000, 5_000, 333]) {
      const vm = await vmOf(DEEP_WAT);
      let result = vm.runSlice(gas(slice));
      while (result.kind === "out-of-gas") result = vm.runSlice(gas(slice));
      expect(result).toMatchObject({ kind: "trapped", trap: { code: "stack-overflow" } });
      depths.add(Buffer.from(vm.snapshot().memory.slice(0, 4)).toString("hex"));
    }
    expect(depths.size).toBe(1);
  });
});

describe("devices", () => {
  const probe: DeviceType = {
    importModule: "device.probe",
    functions: {
      read: { params: ["i32"], results: ["i32"], cost: 10, mayWait: false },
      move: { params: ["i64", "f64"], results: ["f32"], cost: 10, mayWait: true },
      fail: { params: [], results: [], cost: 0, mayWait: false },
      look: { params: ["i32", "i32"], results: [], cost: 0, mayWait: false },
    },
  };
  const wat = (body: string): string => `(module
    (import "device.probe" "read" (func $read (param i32) (result i32)))
    (import "device.probe" "move" (func $move (param i64 f64) (result f32)))
    (import "device.probe" "fail" (func $fail))
    (import "device.probe" "look" (func $look (param i32 i32)))
    (memory 1) ${body})`;
  const device = (handle: Device["handle"]): Device => ({ type: probe, handle });

  it("answer at once, with the types that were declared", async () => {
    const seen: unknown[] = [];
    const answering = device((call) => {
      seen.push([call.function, ...call.args]);
      return 7;
    });
    const module = await prepareModule(
      await watGuest(wat(`(func (export "_start") (result i32) (call $read (i32.const 35)))`)),
      { devices: [probe] },
    );
    const vm = createVm(module, { devices: [answering] });
    expect(vm.runSlice(gas(1_000))).toMatchObject({ kind: "exited", exitCode: 7 });
    expect(seen).toEqual([["read", 35]]);
  });

  it("make the guest wait, and answer later", async () => {
    const module = await prepareModule(
      await watGuest(
        wat(`(func (export "_start") (result i32)
          (i32.trunc_f32_s (f32.mul (f32.const 2) (call $move (i64.const -5) (f64.const 0.25)))))`),
      ),
      { devices: [probe] },
    );
    const vm = createVm(module, { devices: [device(() => WAIT)] });
    const waiting = { module: "device.probe", function: "move", args: [-5n, 0.25] };
    expect(vm.runSlice(gas(1_000))).toMatchObject({ kind: "waiting", waiting });
    expect(vm.runSlice(gas(1_000))).toEqual({ kind: "waiting", gasUsed: 0, waiting });
    expect(vm.waiting).toEqual(waiting);
    vm.answer(21);
    expect(vm.state).toBe("paused");
    expect(vm.runSlice(gas(1_000))).toMatchObject({ kind: "exited", exitCode: 42 });
  });

  it("end the guest with host-error when they throw, and tell the developer", async () => {
    const told: unknown[] = [];
    const module = await prepareModule(await watGuest(wat(`(func (export "_start") (call $fail))`)), {
      devices: [probe],
    });
    const failure = new Error("broken");
    const vm = createVm(module, {
      devices: [
        device(() => {
          throw failure;
        }),
      ],
      onHostError: (error, call) => told.push([error, call.function]),
    });
    expect(vm.runSlice(gas(1_000))).toMatchObject({ kind: "trapped", trap: { code: "host-error" } });
    expect(told).toEqual([[failure, "fail"]]);
  });

  it("read guest memory within its bounds only", async () => {
    const module = await prepareModule(
      await watGuest(
        wat(`(data (i32.const 100) "\\ef\\bb\\bfhello\\00") (func (export "_start")
          (call $look (i32.const 100) (i32.const 5)) (call $look (i32.const 65530) (i32.const 100)))`),
      ),
      { devices: [probe] },
    );
    const seen: string[] = [];
    const looking = device((call) => {
      const [offset, length] = call.args as [number, number];
      seen.push(call.readString(offset, 64));
      call.readBytes(offset, length);
      return undefined;
    });
    const vm = createVm(module, { devices: [looking] });
    expect(vm.runSlice(gas(1_000))).toMatchObject({ kind: "trapped", trap: { code: "memory-out-of-bounds" } });
    expect(seen[0]).toBe("\ufeffhello");
  });

  it("charge gas, and cannot run the Vm that called them", async () => {
    const module = await prepareModule(
      await watGuest(wat(`(func (export "_start") (drop (call $read (i32.const 0))))`)),
      { devices: [probe] },
    );
    let reentry: unknown;
    const vm: Vm = createVm(module, {
      devices: [
        device((call) => {
          call.charge(5_000);
          try {
            vm.runSlice(gas(1));
          } catch (error) {
            reentry = error;
          }
          return 0;
        }),
      ],
    });
    expect(vm.runSlice(gas(100)).kind).toBe("out-of-gas");
    expect(reentry).toMatchObject({ code: "vm/not-runnable" });
    expect(vm.gasUsed).toBeGreaterThan(5_000n);
    expect(vm.runSlice(gas(4_000)).kind).toBe("out-of-gas");
    expect(vm.runSlice(gas(4_000)).kind).toBe("exited");
  });

  it("must be there before a program that needs them can run", async () => {
    const module = await prepareModule(await watGuest(wat(`(func (export "_start"))`)), { devices: [probe] });
    expect(() => createVm(module)).toThrow(expect.objectContaining({ code: "vm/device-missing" }));
  });
});
