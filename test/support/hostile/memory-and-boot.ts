// What runs before the program, and what moves much at once: start functions, segments, growth, bulk operations.

import { fromWat, times, type HostileModule } from "./hostile-module.ts";

const start = (code: string, fields = "(memory 1)"): string => `${fields} (func (export "_start") ${code})`;
const MAIN = `(func (export "_start"))`;

const BOOT = [
  ...fromWat("goes on", {
    "a start function that loops": `(func $s (loop $l (br $l))) (start $s) ${MAIN}`,
    "a start function that is a tree of calls": `(func $a (call $b) (call $b)) (func $b (call $c) (call $c)) (func $c (loop $l (br $l))) (start $a) ${MAIN}`,
    "constructors that loop": `(func (export "_initialize") (loop $l (br $l))) ${MAIN.replace("_start", "_start")} (func (export "__wasm_call_ctors") (loop (br 0)))
      (func $again (loop $l (br $l))) (start $again)`,
    "a start function that is the entry as well": `(func $s (export "_start") (loop $l (br $l))) (start $s)`,
  }),
  ...fromWat("unreachable", {
    "a start function that traps": `(func $s (unreachable)) (start $s) ${MAIN}`,
  }),
  ...fromWat(
    "exited",
    {
      "a start function that calls the host": `(import "device.bell" "ring" (func $ring (param i32) (result i32)))
      (func $s (drop (call $ring (i32.const 1)))) (start $s) ${MAIN}`,
      "a start function that exits": `(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (func $s (call $exit (i32.const 3))) (start $s) ${MAIN}`,
      "a segment of a megabyte": `(memory 20) (data (i32.const 0) "${"x".repeat(1_000_000)}") ${MAIN}`,
      "4,000 segments over each other": `(memory 1) ${times(4_000, `(data (i32.const 0) "0123456789abcdef")`)} ${MAIN}`,
    },
    { slice: 200_000 },
  ),
  ...fromWat("memory-out-of-bounds", {
    "a segment behind the end": `(memory 1) (data (i32.const 65536) "x") ${MAIN}`,
    "a segment that begins before 0": `(memory 1) (data (i32.const -1) "xx") ${MAIN}`,
    "a segment in no memory at all": `(memory 0) (data (i32.const 0) "x") ${MAIN}`,
  }),
  ...fromWat("table-out-of-bounds", {
    "a table's segment behind the end": `(table 1 funcref) (func $f) (elem (i32.const 1) $f) ${MAIN}`,
    "a table's segment at −1": `(table 1 funcref) (func $f) (elem (i32.const -1) $f $f) ${MAIN}`,
  }),
];

const GROW_COST = 64 * 8_192;

const GROWTH = [
  ...fromWat(
    "goes on",
    {
      "growth by one page until it fails, and on": start(`(loop $l (drop (memory.grow (i32.const 1))) (br $l))`),
      "growth by nothing, for ever": start(`(loop $l (drop (memory.grow (i32.const 0))) (br $l))`),
      "growth by everything, for ever": start(`(loop $l (drop (memory.grow (i32.const -1))) (br $l))`),
      "growth by all that is allowed at once": start(`(drop (memory.grow (i32.const 63))) (loop $l (br $l))`),
      "growth by a page too many, for ever": start(`(loop $l (drop (memory.grow (i32.const 64))) (br $l))`),
      "growth of a memory of no pages": start(`(loop $l (drop (memory.grow (i32.const 1))) (br $l))`, "(memory 0 0)"),
    },
    { indivisible: GROW_COST, slice: 20_000 },
  ),
  ...fromWat(
    "goes on",
    {
      "growth of a table by one entry, for ever": start(
        `(loop $l (drop (table.grow (ref.null func) (i32.const 1))) (br $l))`,
        "(table 1 funcref)",
      ),
      "growth of a table by everything, for ever": start(
        `(loop $l (drop (table.grow (ref.null func) (i32.const -1))) (br $l))`,
        "(table 1 funcref)",
      ),
      "growth of a table by all that is allowed": start(
        `(drop (table.grow (ref.null func) (i32.const 16383))) (loop $l (br $l))`,
        "(table 1 funcref)",
      ),
    },
    { indivisible: 16_384 * 100, slice: 100_000 },
  ),
];

const BULK = [
  ...fromWat("goes on", {
    "fills of 4 MiB": start(
      `(loop $l (memory.fill (i32.const 0) (i32.const 1) (i32.const 4194304)) (br $l))`,
      "(memory 64)",
    ),
    "copies of 2 MiB over themselves, forwards": start(
      `(loop $l (memory.copy (i32.const 1) (i32.const 0) (i32.const 2097152)) (br $l))`,
      "(memory 64)",
    ),
    "copies of 2 MiB over themselves, backwards": start(
      `(loop $l (memory.copy (i32.const 0) (i32.const 1) (i32.const 2097152)) (br $l))`,
      "(memory 64)",
    ),
    "copies onto the same place": start(
      `(loop $l (memory.copy (i32.const 0) (i32.const 0) (i32.const 4194304)) (br $l))`,
      "(memory 64)",
    ),
    "fills of nothing at the very end": start(
      `(loop $l (memory.fill (i32.const 65536) (i32.const 1) (i32.const 0)) (br $l))`,
    ),
    "segments that are written again and again": start(
      `(loop $l (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 60000)) (br $l))`,
      `(memory 1) (data "${"y".repeat(60_000)}")`,
    ),
    "fills of a whole table": start(
      `(loop $l (table.fill (i32.const 0) (ref.null func) (i32.const 16384)) (br $l))`,
      "(table 16384 funcref)",
    ),
    "copies of a table over itself": start(
      `(loop $l (table.copy (i32.const 1) (i32.const 0) (i32.const 16000)) (br $l))`,
      "(table 16384 funcref)",
    ),
    "copies from one table to the other": start(
      `(loop $l (table.copy 0 1 (i32.const 0) (i32.const 0) (i32.const 8000)) (br $l))`,
      "(table 8000 funcref) (table 8000 funcref)",
    ),
    "entries of a table that are set, for ever": start(
      `(loop $l (table.set (i32.const 0) (ref.null func)) (br $l))`,
      "(table 1 funcref)",
    ),
    "references that are taken, for ever": start(
      `(local funcref) (loop $l (local.set 0 (ref.func $f)) (br $l))`,
      "(func $f) (elem declare func $f)",
    ),
    "segments that are dropped, for ever": start(`(loop $l (data.drop 0) (br $l))`, `(memory 1) (data "zz")`),
  }),
  ...fromWat("memory-out-of-bounds", {
    "a fill that wraps around": start(`(memory.fill (i32.const -1) (i32.const 1) (i32.const 2))`),
    "a fill of 4 GiB": start(`(memory.fill (i32.const 0) (i32.const 1) (i32.const -1))`),
    "a fill of nothing behind the end": start(`(memory.fill (i32.const 65537) (i32.const 1) (i32.const 0))`),
    "a copy from behind the end": start(`(memory.copy (i32.const 0) (i32.const 65535) (i32.const 2))`),
    "a copy to behind the end": start(`(memory.copy (i32.const 65535) (i32.const 0) (i32.const 2))`),
    "a copy of 4 GiB": start(`(memory.copy (i32.const 1) (i32.const 0) (i32.const -1))`),
    "a segment written from behind its end": start(
      `(memory.init 0 (i32.const 0) (i32.const 1) (i32.const 2))`,
      `(memory 1) (data "zz")`,
    ),
    "a segment written after it was dropped": start(
      `(data.drop 0) (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 1))`,
      `(memory 1) (data "zz")`,
    ),
    "a load at the last address": start(`(drop (i64.load (i32.const -1)))`),
    "a load with the largest offset": start(`(drop (i64.load offset=4294967295 (i32.const -1)))`),
    "a store behind the end": start(`(i32.store (i32.const 65533) (i32.const 1))`),
  }),
  ...fromWat("table-out-of-bounds", {
    "a fill of a table that wraps around": start(
      `(table.fill (i32.const -1) (ref.null func) (i32.const 2))`,
      "(table 9 funcref)",
    ),
    "a copy of a table of 4 G entries": start(
      `(table.copy (i32.const 0) (i32.const 1) (i32.const -1))`,
      "(table 9 funcref)",
    ),
    "a table's segment written after it was dropped": start(
      `(elem.drop 0) (table.init 0 (i32.const 0) (i32.const 0) (i32.const 1))`,
      "(table 9 funcref) (func $f) (elem func $f)",
    ),
    "an entry behind the end": start(`(drop (table.get (i32.const 9)))`, "(table 9 funcref)"),
    "a call through −1": start(`(call_indirect (i32.const -1))`, "(table 9 funcref)"),
  }),
  ...fromWat("indirect-call", {
    "a call through null": start(`(call_indirect (i32.const 0))`, "(table 9 funcref)"),
    "a call as another type": start(
      `(call_indirect (param i32) (i32.const 1) (i32.const 0))`,
      "(table 9 funcref) (func $f (param i64)) (elem (i32.const 0) $f)",
    ),
  }),
  ...fromWat("vm/limit-exceeded", {
    "4 GiB of memory": `(memory 65536) ${MAIN}`,
    "a table of 10 million entries": `(table 10000000 funcref) ${MAIN}`,
  }),
];

export const MEMORY_AND_BOOT: readonly HostileModule[] = [...BOOT, ...GROWTH, ...BULK];
