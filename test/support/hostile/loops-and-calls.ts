// Programs that never end, in every form that WebAssembly has for it: loops, recursion, trees of calls, ways back.

import { fromWat, times, type HostileModule } from "./hostile-module.ts";

const start = (code: string, fields = ""): string => `(memory 1) ${fields} (func (export "_start") ${code})`;

const LOOPS = fromWat("goes on", {
  "a loop by br": start(`(loop $l (br $l))`),
  "a loop by br_if": start(`(loop $l (br_if $l (i32.const 1)))`),
  "a loop by br_table": start(`(loop $l (br_table $l $l (i32.const 0)))`),
  "a loop by the default of br_table": start(`(block $b (loop $l (br_table $b $l (i32.const 9))))`),
  "a loop by an else": start(`(loop $l (if (i32.load (i32.const 0)) (then) (else (br $l))))`),
  "a loop out of nested blocks": start(`(loop $l (block (block (block (br $l)))))`),
  "loops in loops": start(
    `(loop $a (loop $b (loop $c (br_if $c (i32.load (i32.const 0)))) (br_if $b (i32.load (i32.const 0)))) (br $a))`,
  ),
  "two loops that take turns": start(`(loop $a (block $x (loop $b (br_if $x (i32.const 1)) (br $b))) (br $a))`),
  "a loop with parameters and results": start(
    `(i32.const 0) (f64.const 1) (loop $l (param i32 f64) (result i32) (drop) (i32.const 1) (i32.add) (f64.const 2) (br $l)) (drop)`,
  ),
  "a loop that is unrolled": start(`(local i32) (loop $l (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br $l))`),
  "a loop that is unrolled and left by chance": start(
    `(local i32) (loop $a (loop $l (br_if $l (i32.and (local.tee 0 (i32.add (local.get 0) (i32.const 7))) (i32.const 3)))) (br $a))`,
  ),
  "a loop of plain calls": start(`(loop $l (call $p) (br $l))`, `(func $p (i32.store (i32.const 0) (i32.const 1)))`),
  "a loop of calls of an import": start(`(loop $l (drop (call $ring (i32.const 0))) (br $l))`, "").replace(
    "(memory 1)",
    `(import "device.bell" "ring" (func $ring (param i32) (result i32))) (memory 1)`,
  ),
  "a loop of calls that may wait and do not": `(import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    ${start(`(loop $l (drop (call $read (i32.const 9) (i32.const 0) (i32.const 0) (i32.const 0))) (br $l))`)}`,
  "a loop of nothing but constants": start(`(loop $l (drop (i32.const 0)) (drop (f64.const 0)) (br $l))`),
  "a loop behind code that is never reached": start(`(block (br 0) (unreachable)) (loop $l (br $l))`),
  "a loop around an arm that is never taken": start(`(loop $l (if (i32.const 0) (then (unreachable))) (br $l))`),
  "a loop of free instructions, 2,000 of them": start(`(loop $l ${times(2_000, "(drop (i32.const 1))")} (br $l))`),
  "a loop of 20,000 dear instructions": start(
    `(local f64) (loop $l ${times(2_000, "(local.set 0 (f64.sqrt (f64.div (local.get 0) (f64.const 3))))")} (br $l))`,
  ),
  "a loop in a function that is called through a table": start(
    `(call_indirect (i32.const 0))`,
    `(table 1 funcref) (elem (i32.const 0) $f) (func $f (loop $l (br $l)))`,
  ),
  "a loop whose counter is a global": start(
    `(loop $l (global.set 0 (i32.add (global.get 0) (i32.const 1))) (br $l))`,
    `(global (mut i32) (i32.const 0))`,
  ),
  "100 nested loops, the innermost endless": start(`${times(100, "(loop")} (br 0) ${times(100, ")")}`),
});

const RECURSIONS = fromWat(
  "stack-overflow",
  {
    "a function that calls itself": start("(call $f)", `(func $f (call $f))`),
    "two functions that call each other": start("(call $a)", `(func $a (call $b)) (func $b (call $a))`),
    "a ring of 300 functions": start(
      "(call $f0)",
      times(300, (at) => `(func $f${at} (call $f${(at + 1) % 300}))`),
    ),
    "a function that calls itself through a table": start(
      "(call_indirect (i32.const 0))",
      `(table 1 funcref) (elem (i32.const 0) $f) (func $f (call_indirect (i32.const 0)))`,
    ),
    "a function that puts itself into the table it calls through": start(
      "(call $f)",
      `(table 2 funcref) (elem declare func $f) (func $f (table.set (i32.const 1) (ref.func $f)) (call_indirect (i32.const 1)))`,
    ),
    "a recursion with 200 arguments": start(
      `(call $f ${times(200, "(i64.const 1)")})`,
      `(func $f ${times(200, "(param i64)")} (call $f ${times(200, (at) => `(local.get ${at})`)}))`,
    ),
    "a recursion with 16,000 locals": start(
      "(call $f)",
      `(func $f ${times(1_600, "(local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)")} (call $f))`,
    ),
    "a recursion out of 100 operands": start(
      "(drop (call $f))",
      `(func $f (result i32) ${times(100, "(i32.load (i32.const 0))")} (call $f) ${times(100, "(i32.add)")})`,
    ),
    "a recursion inside a loop": start("(call $f)", `(func $f (loop $l (call $f) (br $l)))`),
    "a recursion through the start function": `(memory 1) (func $f (call $f)) (start $f) (func (export "_start"))`,
  },
  { slice: 50_000 },
);

/** $f40 calls $f39 twice, and so on: a thousand billion calls without a loop. */
const tree = (leaf: string, body: (callee: string) => string, depth = 40): string =>
  `(func $f0 ${leaf}) ${times(depth, (at) => `(func $f${at + 1} ${body(`$f${at}`)})`)}`;

const TREES = fromWat("goes on", {
  "a tree of calls": start(
    "(call $f40)",
    tree("(nop)", (callee) => `(call ${callee}) (call ${callee})`),
  ),
  "a tree of calls whose leaves cost most of a plain call": start(
    "(call $f40)",
    tree(times(60, "(i32.store (i32.const 0) (i32.const 1))"), (callee) => `(call ${callee}) (call ${callee})`),
  ),
  "a tree of calls with results": start(
    "(drop (call $f40))",
    tree("(result i32) (i32.const 1)", (callee) => `(result i32) (i32.add (call ${callee}) (call ${callee}))`),
  ),
  "a tree of calls through a table": start(
    "(call $f40)",
    `(table 42 funcref) (elem (i32.const 0) ${times(41, (at) => `$f${at}`)})
     (func $f0) ${times(40, (at) => `(func $f${at + 1} (call_indirect (i32.const ${at})) (call_indirect (i32.const ${at})))`)}`,
  ),
  "a tree of 16 calls at each of 12 levels": start(
    "(call $f12)",
    tree("(nop)", (callee) => times(16, `(call ${callee})`), 12),
  ),
  "a tree of plain functions": start(
    "(loop $l (call $f6) (br $l))",
    tree("(i32.store (i32.const 0) (i32.const 1))", (callee) => `(call ${callee}) (call ${callee})`, 6),
  ),
});

/** Deep down the way back does most of the work: what is tested only for storing frames would let it run free. */
const WAYS_BACK = [
  ...fromWat("goes on", {
    "a deep way back that computes": start(
      "(loop $l (call $deep (i32.const 900)) (br $l))",
      `(func $deep (param i32) (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1)))))
        ${times(300, "(i64.store (i32.const 8) (i64.div_u (i64.load (i32.const 8)) (i64.const 3)))")})`,
    ),
    "a way back out of calls through a table": start(
      "(loop $l (call $deep (i32.const 700)) (br $l))",
      `(type $t (func (param i32))) (table 1 funcref) (elem (i32.const 0) $deep)
       (func $deep (type $t) (if (local.get 0) (then (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))))
        ${times(100, "(f64.store (i32.const 8) (f64.sqrt (f64.load (i32.const 8))))")})`,
    ),
    "a way back of fills": start(
      "(loop $l (call $deep (i32.const 500)) (br $l))",
      `(func $deep (param i32) (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1)))))
        (memory.fill (i32.const 0) (i32.const 7) (i32.const 65536)))`,
    ),
  }),
  ...fromWat(
    "goes on",
    {
      "a way back of dear host calls": `(import "device.bell" "toll" (func $toll)) ${start(
        "(loop $l (call $deep (i32.const 500)) (br $l))",
        `(func $deep (param i32) (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1))))) (call $toll))`,
      )}`,
    },
    { indivisible: 1_000_000, slice: 100_000 },
  ),
];

const JUMP_IMPORTS = `(import "gasworks.jump" "setjmp" (func $set (param i32) (result i32)))
  (import "gasworks.jump" "longjmp" (func $jump (param i32 i32)))`;

const JUMPS: readonly HostileModule[] = [
  ...fromWat("goes on", {
    "a jump back for ever": `${JUMP_IMPORTS} ${start("(drop (call $set (i32.const 0))) (call $jump (i32.load (i32.const 0)) (i32.const 1))")}`,
    "a place set for ever": `${JUMP_IMPORTS} ${start("(loop $l (drop (call $set (i32.const 0))) (br $l))")}`,
    "a recursion that is cut and begun again": `${JUMP_IMPORTS} ${start(
      "(drop (call $set (i32.const 0))) (call $deep (i32.const 200))",
      `(func $deep (param i32) (if (i32.eqz (local.get 0)) (then (call $jump (i32.load (i32.const 0)) (i32.const 1))))
        (call $deep (i32.sub (local.get 0) (i32.const 1))))`,
    )}`,
  }),
  ...fromWat(
    "goes on",
    {
      "places set and jumped to on top of a deep stack": `${JUMP_IMPORTS} ${start(
        "(call $deep (i32.const 3000))",
        `(func $deep (param i32) (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1)))))
          (drop (call $set (i32.const 0))) (call $jump (i32.load (i32.const 0)) (i32.const 1)))`,
      )}`,
      "a place in each of thousands of calls": `${JUMP_IMPORTS} ${start(
        "(loop $l (drop (call $set (i32.const 0))) (call $deep (i32.const 500)) (br $l))",
        `(func $deep (param i32) (drop (call $set (i32.const 8)))
          (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1))))))`,
      )}`,
    },
    { indivisible: 200_000, slice: 100_000 },
  ),
  ...fromWat("bad-longjmp", {
    "a jump to a number that was made up": `${JUMP_IMPORTS} ${start("(drop (call $set (i32.const 0))) (call $jump (i32.const -1) (i32.const 1))")}`,
  }),
  ...fromWat("memory-out-of-bounds", {
    "a place whose number has no room": `${JUMP_IMPORTS} ${start("(drop (call $set (i32.const -2)))")}`,
  }),
];

export const LOOPS_AND_CALLS: readonly HostileModule[] = [...LOOPS, ...RECURSIONS, ...TREES, ...WAYS_BACK, ...JUMPS];
