// Tables that change, segments that are dropped, references that wait in frames: run as in a plain engine, paused before
// every instruction that can be paused at, and carried to another Vm through the bytes of a save.

import { decodeSave, encodeSave } from "gasworks/persistence";
import { createVm, gas, inspectVm, prepareModule, restoreVm, type GuestModule, type Snapshot } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { watGuest } from "../../support/guest.ts";
import { runModule } from "../../support/run-vm.ts";

/** Functions of one type, which say who they are, after a round that can be paused. */
const PEOPLE = `(type $who (func (result i32)))
  (func $one (result i32) (local $n i32) (local.set $n (i32.const 2))
    (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (i32.const 1))
  (func $two (result i32) (i32.const 2))
  (func $three (type $who) (call $one) (drop) (i32.const 3))`;

/** Each exports `run`, which gives an i32. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "gets, sets and calls": `(table $t 4 funcref) (elem declare func $one $two $three)
    (func (export "run") (result i32)
      (table.set $t (i32.const 1) (ref.func $two))
      (table.set $t (i32.const 2) (table.get $t (i32.const 1)))
      (table.set $t (i32.const 3) (ref.func $three))
      (i32.add (i32.mul (call_indirect (type $who) (i32.const 2)) (i32.const 10))
        (i32.add (call_indirect (type $who) (i32.const 3)) (ref.is_null (table.get $t (i32.const 0))))))`,
  "grows to its maximum and no further": `(table $t 1 5 funcref) (elem declare func $two)
    (func (export "run") (result i32) (local $sum i32)
      (local.set $sum (table.grow $t (ref.func $two) (i32.const 3)))
      (local.set $sum (i32.add (local.get $sum) (i32.mul (table.size $t) (i32.const 10))))
      (local.set $sum (i32.add (local.get $sum) (i32.mul (table.grow $t (ref.null func) (i32.const 2)) (i32.const 100))))
      (i32.add (local.get $sum) (call_indirect (type $who) (i32.const 3))))`,
  "copies forwards and backwards over more than a chunk": `(table $t 300 funcref) (elem (i32.const 0) $one $two $three)
    (func $show (param i32) (result i32) (ref.is_null (table.get $t (local.get 0))))
    (func (export "run") (result i32)
      (table.copy $t $t (i32.const 100) (i32.const 0) (i32.const 190))
      (table.copy $t $t (i32.const 90) (i32.const 99) (i32.const 200))
      (i32.add (i32.mul (call_indirect (type $who) (i32.const 91)) (i32.const 10)) (call $show (i32.const 92))))`,
  "fills from a reference that waits on the operand stack": `(table $t 200 funcref) (elem declare func $three)
    (func (export "run") (result i32)
      (i32.const 3) (ref.func $three) (call $one) (drop) (i32.const 150) (table.fill $t)
      (i32.add (call_indirect (type $who) (i32.const 152)) (ref.is_null (table.get $t (i32.const 153)))))`,
  "initializes from segments, and drops them": `(memory 1) (table $t 200 funcref)
    (elem $e funcref ${"(ref.func $one) (ref.null func) (ref.func $three) ".repeat(50)}) (data $d "abcdefghij")
    (func (export "run") (result i32)
      (table.init $t $e (i32.const 7) (i32.const 2) (i32.const 140))
      (memory.init $d (i32.const 100) (i32.const 3) (i32.const 4))
      (elem.drop $e) (data.drop $d)
      (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 0))
      (memory.init $d (i32.const 0) (i32.const 0) (i32.const 0))
      (i32.add (call_indirect (type $who) (i32.const 7)) (i32.load (i32.const 100))))`,
  "keeps references in locals, globals, parameters and results": `(table $t 1 funcref)
    (global $g (mut funcref) (ref.func $one)) (global $h funcref (ref.func $two))
    (func $swap (param $a funcref) (param $b funcref) (result funcref funcref)
      (call $one) (drop) (local.get $b) (local.get $a))
    (func $call (param $f funcref) (result i32)
      (table.set $t (i32.const 0) (local.get $f)) (call_indirect (type $who) (i32.const 0)))
    (func (export "run") (result i32) (local $f funcref) (local $i i32)
      (call $swap (global.get $g) (global.get $h)) (global.set $g) (local.set $f)
      (local.set $i (i32.const 3))
      (loop $l (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
      (i32.add (i32.mul (call $call (local.get $f)) (i32.const 10))
        (call $call (select (result funcref) (global.get $g) (ref.null func) (i32.const 1)))))`,
  "returns from calls though their entries were changed meanwhile": `(table $t 4 funcref)
    (elem $e func $two) (elem (i32.const 1) $two)
    (func $self (type $who)
      (table.set $t (i32.const 0) (ref.null func)) (drop (call $one))
      (table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 1)) (drop (call $one))
      (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 1)) (drop (call $one))
      (table.fill $t (i32.const 0) (ref.null func) (i32.const 4)) (call $three))
    (elem declare func $self)
    (func (export "run") (result i32)
      (table.set $t (i32.const 0) (ref.func $self))
      (i32.add (call_indirect (type $who) (i32.const 0)) (ref.is_null (table.get $t (i32.const 1)))))`,
  "calls through one of several tables": `(table $a 2 funcref) (table $b 2 funcref)
    (elem (table $a) (i32.const 1) func $one) (elem (table $b) (i32.const 1) func $three)
    (func (export "run") (result i32)
      (i32.add (i32.mul (call_indirect $a (type $who) (i32.const 1)) (i32.const 10))
        (call_indirect $b (type $who) (i32.const 1))))`,
};

const TRAPS: readonly (readonly [what: string, code: string, wat: string])[] = [
  ["a get outside", "table-out-of-bounds", `(table 2 funcref) (func (export "run") (drop (table.get (i32.const 2))))`],
  [
    "a set outside",
    "table-out-of-bounds",
    `(table 2 funcref) (func (export "run") (table.set (i32.const -1) (ref.null func)))`,
  ],
  [
    "a call outside of what has grown",
    "table-out-of-bounds",
    `(table 2 9 funcref) (func (export "run")
    (drop (table.grow (ref.null func) (i32.const 1))) (call_indirect (i32.const 3)))`,
  ],
  [
    "a call of null inside of it",
    "indirect-call",
    `(table 2 9 funcref) (func (export "run")
    (drop (table.grow (ref.null func) (i32.const 1))) (call_indirect (i32.const 2)))`,
  ],
  [
    "a fill beyond the end",
    "table-out-of-bounds",
    `(table 200 funcref) (func (export "run")
    (table.fill (i32.const 100) (ref.null func) (i32.const 101)))`,
  ],
  [
    "a copy from beyond the end",
    "table-out-of-bounds",
    `(table 200 funcref) (func (export "run")
    (table.copy (i32.const 0) (i32.const 1) (i32.const 200)))`,
  ],
  [
    "an active segment in what could grow",
    "table-out-of-bounds",
    `(table 1 9 funcref) (elem (i32.const 1) $f) (func $f)
    (func (export "run") (drop (table.grow (ref.null func) (i32.const 1))))`,
  ],
  [
    "a dropped element segment",
    "table-out-of-bounds",
    `(table 2 funcref) (elem $e func $f) (func $f)
    (func (export "run") (elem.drop $e) (table.init $e (i32.const 0) (i32.const 0) (i32.const 1)))`,
  ],
  [
    "a declarative segment",
    "table-out-of-bounds",
    `(table 2 funcref) (elem $e declare func $f) (func $f)
    (func (export "run") (table.init $e (i32.const 0) (i32.const 0) (i32.const 1)))`,
  ],
  [
    "a dropped data segment",
    "memory-out-of-bounds",
    `(memory 1) (data $d "x")
    (func (export "run") (data.drop $d) (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)))`,
  ],
  [
    "an active data segment",
    "memory-out-of-bounds",
    `(memory 1) (data $d (i32.const 0) "x")
    (func (export "run") (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)))`,
  ],
  [
    "an end of memory",
    "memory-out-of-bounds",
    `(memory 1) (data $d "xyz")
    (func (export "run") (memory.init $d (i32.const 65534) (i32.const 0) (i32.const 3)))`,
  ],
];

async function prepared(wat: string): Promise<{ readonly wasm: Uint8Array; readonly module: GuestModule }> {
  const wasm = await watGuest(`(module ${wat})`);
  return { wasm, module: await prepareModule(wasm, {}) };
}

function throughSave(module: GuestModule, wasm: Uint8Array): (snapshot: Snapshot) => Snapshot {
  return (snapshot) => {
    const bytes = encodeSave({
      meta: { name: "between", tick: 1, savedAt: "2026-01-02T03:04:05.000Z" },
      world: null,
      programs: [{ hash: module.hash, wasm }],
      computers: [{ id: "one", programHash: module.hash, snapshot, state: null }],
    });
    return decodeSave(bytes).computers[0]?.snapshot as Snapshot;
  };
}

describe("a program that changes its tables", () => {
  it.each(Object.entries(PROGRAMS))("%s, paused and saved anywhere", async (_name, wat) => {
    const { wasm, module } = await prepared(PEOPLE + wat);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(wasm)));
    const expected = (instance.exports["run"] as () => number)();
    const whole = runModule(module, { entry: "run" });
    expect(whole.result).toMatchObject({ kind: "exited", exitCode: expected });
    // Slices that pay the debt of a chunk do not run: moving there shows nothing.
    for (const [slice, moveEvery] of [
      [1, 211],
      [13, 17],
      [701, 1],
    ] as const) {
      const carry = throughSave(module, wasm);
      const cut = runModule(module, { entry: "run", slices: [slice], moveEvery, carry });
      const facts = ({ result, gasUsed, stateHash }: typeof whole): object => ({
        result: { ...result, gasUsed: 0 },
        gasUsed,
        stateHash,
      });
      expect(facts(cut)).toEqual(facts(whole));
      if (slice === 1) expect(cut.pauses).toBeGreaterThan(0);
    }
  });

  it.each(TRAPS)("is stopped by %s: %s", async (_what, code, wat) => {
    const { wasm, module } = await prepared(wat);
    expect(runModule(module, { entry: "run" }).result).toMatchObject({ kind: "trapped", trap: { code } });
    expect(() => {
      const instance = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(wasm)));
      (instance.exports["run"] as () => void)();
    }).toThrow(WebAssembly.RuntimeError);
  });

  it("pays for entries that it asks for, unless there cannot be so many", async () => {
    const used = async (asked: number): Promise<bigint> => {
      const { module } = await prepared(`(table 1 funcref) (func (export "run")
        (drop (table.grow (ref.null func) (i32.const ${asked}))))`);
      return runModule(module, { entry: "run" }).gasUsed;
    };
    const nothing = await used(0);
    expect(await used(16_383)).toBe(nothing + 1_638_300n);
    expect(await used(16_384)).toBe(nothing + 1_638_400n);
    expect(await used(16_385)).toBe(nothing);
  });
});

const PAUSED = `(table $t 2 9 funcref) (memory 1) (data $d "x") (elem $e func $two) (elem declare func $three)
  (global $g (mut funcref) (ref.null func))
  (func (export "run") (param) (local $f funcref)
    (local.set $f (ref.func $three)) (global.set $g (ref.func $two))
    (drop (table.grow $t (ref.func $two) (i32.const 1)))
    (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1))
    (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 1))
    (data.drop $d) (elem.drop $e)
    (loop $l (table.set $t (i32.const 1) (local.get $f)) (br $l)))`;

async function paused(): Promise<{ readonly module: GuestModule; readonly snapshot: Snapshot }> {
  const { module } = await prepared(PEOPLE + PAUSED);
  const vm = createVm(module, { entry: "run" });
  expect(vm.runSlice(gas(5_000)).kind).toBe("out-of-gas");
  return { module, snapshot: vm.snapshot() };
}

describe("a snapshot of tables", () => {
  it("names functions by the original's indices, sizes as they are, and what was dropped", async () => {
    const { snapshot } = await paused();
    expect(snapshot.tables).toEqual({ contents: [[2, 3, 2]], droppedData: [0], droppedElements: [0] });
    expect(snapshot.globals).toEqual([2n]);
  });

  it("is shown by an inspection, with the references in frames", async () => {
    const { module, snapshot } = await paused();
    const [seen, again] = [inspectVm(snapshot), inspectVm(restoreVm(module, snapshot))];
    for (const { tables, frames } of [seen, again]) {
      expect(tables).toEqual(snapshot.tables);
      expect(frames[0]?.locals.get(0)).toEqual({ type: "funcref", bits: 3n, value: 3 });
    }
  });

  const forged: readonly (readonly [
    what: string,
    change: (snapshot: Snapshot) => Partial<Snapshot>,
    message: RegExp,
  ])[] = [
    ["no tables", () => ({ tables: undefined }) as unknown as Partial<Snapshot>, /tables where the program has none/],
    ["a table too many", tablesWith({ contents: [[], []] }), /2 tables, expected 1/],
    ["a table too small", tablesWith({ contents: [[0]] }), /1 entries in table 0, expected 2 to 9/],
    ["a table too large", tablesWith({ contents: [Array.from({ length: 10 }, () => 0)] }), /10 entries/],
    ["a function that nobody may refer to", tablesWith({ contents: [[0, 1]] }), /nothing in entry 1 of table 0/],
    ["a function that is not there", tablesWith({ contents: [[99, 0]] }), /nothing in entry 0 of table 0/],
    ["half a function", tablesWith({ contents: [[2.5, 0]] }), /nothing in entry 0 of table 0/],
    ["a segment dropped that cannot be", tablesWith({ droppedData: [1] }), /data segments 1 dropped/],
    ["a segment dropped twice", tablesWith({ droppedElements: [0, 0] }), /element segments 0,0 dropped/],
    ["a global that refers to nothing", () => ({ globals: [1n] }), /nothing in global 0/],
  ];
  it.each(forged)("with %s is refused", async (_what, change, message) => {
    const { module, snapshot } = await paused();
    expect(() => restoreVm(module, { ...snapshot, ...change(snapshot) })).toThrow(
      expect.objectContaining({ code: "vm/snapshot-malformed", message: expect.stringMatching(message) as string }),
    );
  });

  it("with a frame that refers to what nobody may refer to is refused", async () => {
    const { module, snapshot } = await paused();
    const stack = snapshot.stack.slice();
    // The one local of the one frame: count, index, type, then its bits.
    const at = 4 + 4 + 4 + 1 + 4 + 4;
    expect([...stack.subarray(at, at + 2)]).toEqual([5, 3]);
    stack[at + 1] = 1;
    expect(() => restoreVm(module, { ...snapshot, stack })).toThrow(/has a reference to nothing in local 0/);
  });
});

function tablesWith(change: Partial<NonNullable<Snapshot["tables"]>>): (snapshot: Snapshot) => Partial<Snapshot> {
  return ({ tables }) => ({ tables: { ...(tables as NonNullable<Snapshot["tables"]>), ...change } });
}
