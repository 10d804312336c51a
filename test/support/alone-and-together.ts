// The same program for Vms alone and for Vms in an arena, and what is compared of them. From the sources, not the package:
// tests look into the arena, too.

import { createHash } from "node:crypto";

import {
  gas,
  prepareModule,
  type DeviceType,
  type GuestModule,
  type SliceResult,
  type Snapshot,
  type Vm,
  type VmOptions,
} from "../../src/vm/index.ts";
import type { Arena } from "../../src/vm/memory/arena.ts";
import { placeInArena } from "../../src/vm/memory/arenas.ts";
import { watGuest } from "./guest.ts";

export interface Both {
  readonly own: GuestModule;
  readonly arena: GuestModule;
}

/** A device whose one function takes and gives a number. */
export const BELL: DeviceType = {
  importModule: "device.bell",
  functions: { ring: { params: ["i32"], results: ["i32"], cost: 3, mayWait: true } },
};

export async function both(text: string): Promise<Both> {
  const bytes = await watGuest(text);
  const policy = { devices: [BELL] };
  return { own: await prepareModule(bytes, policy), arena: await prepareModule(bytes, policy, { memory: "arena" }) };
}

export function withBell(ring: (n: number) => number): VmOptions {
  return { devices: [{ type: BELL, handle: ({ args }) => ring(Number(args[0])) }] };
}

/** Calls the device in the middle of everything that it has, then grows. */
export const CALLING_WAT = `(module (import "device.bell" "ring" (func $ring (param i32) (result i32)))
  (memory 1 20) (global $sum (mut i32) (i32.const 5)) (data (i32.const 8) "begin")
  (func $deep (param $n i32) (result i32)
    (if (result i32) (local.get $n)
      (then (i32.add (local.get $n) (call $deep (i32.sub (local.get $n) (i32.const 1)))))
      (else
        (global.set $sum (i32.add (global.get $sum) (call $ring (i32.load (i32.const 0)))))
        (drop (memory.grow (i32.const 1)))
        (i32.store (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 4)) (global.get $sum))
        (i32.load (i32.const 8)))))
  (func (export "_start") (result i32) (local $round i32)
    (loop $again
      (i32.store (i32.const 0) (local.get $round))
      (i32.store (i32.const 4) (i32.add (i32.load (i32.const 4)) (call $deep (i32.const 3))))
      (br_if $again (i32.lt_u (local.tee $round (i32.add (local.get $round) (i32.const 1))) (i32.const 6))))
    (i32.and (i32.add (global.get $sum) (i32.load (i32.const 4))) (i32.const 0xffff))))`;

/** Ends as the device says, with a global, a frame and memory that tell how it got there. */
export const CRASHING_WAT = `(module (import "device.bell" "ring" (func $ring (param i32) (result i32)))
  (memory 1 4) (global $seen (mut i64) (i64.const 11)) (table 1 funcref)
  (func $deeper (call $deeper))
  (func $step (local $said i32)
    (global.set $seen (i64.mul (global.get $seen) (i64.const 31)))
    (local.set $said (call $ring (i32.wrap_i64 (global.get $seen))))
    (i32.store8 (i32.and (i32.wrap_i64 (global.get $seen)) (i32.const 0xffff)) (local.get $said))
    (if (i32.eq (local.get $said) (i32.const 1)) (then unreachable))
    (if (i32.eq (local.get $said) (i32.const 2)) (then (i64.store (i32.const 0x1fffc) (global.get $seen))))
    (if (i32.eq (local.get $said) (i32.const 3)) (then (drop (i32.div_u (i32.const 1) (i32.const 0)))))
    (if (i32.eq (local.get $said) (i32.const 4)) (then (call $deeper)))
    (if (i32.eq (local.get $said) (i32.const 5)) (then (call_indirect (i32.const 0))))
    (if (i32.eq (local.get $said) (i32.const 6)) (then (memory.fill (i32.const 9) (i32.const 1) (i32.const 0x30000))))
    (if (i32.eq (local.get $said) (i32.const 7)) (then (drop (i32.trunc_f64_s (f64.const nan)))))
    (if (i32.eq (local.get $said) (i32.const 8)) (then (drop (memory.grow (i32.const 1))))))
  (func (export "_start") (loop $again (call $step) (br $again))))`;

/** Holds references in a global, a local and a table, changes the table and drops segments. */
export const REFERRING_WAT = `(module (import "device.bell" "ring" (func $ring (param i32) (result i32)))
  (memory 1 3) (table $t 3 9 funcref) (elem $passive funcref (ref.func $ring) (ref.func $one) (ref.null func))
  (data $bytes "carried") (global $held (mut funcref) (ref.func $one)) (global $count (mut i32) (i32.const 0))
  (type $fn (func (param i32) (result i32)))
  (func $one (type $fn) (i32.add (local.get 0) (i32.const 1)))
  (func (export "_start") (result i32) (local $kept funcref)
    (local.set $kept (global.get $held))
    (memory.init $bytes (i32.const 0) (i32.const 0) (i32.const 7))
    (loop $again
      (table.init $t $passive (i32.const 0) (i32.const 0) (i32.const 3))
      (table.set $t (i32.const 2) (local.get $kept))
      (global.set $count (i32.add (global.get $count)
        (call_indirect $t (type $fn) (i32.load8_u (i32.const 1)) (i32.and (global.get $count) (i32.const 1)))))
      (global.set $held (table.get $t (i32.const 0)))
      (drop (table.grow $t (ref.func $one) (i32.const 1)))
      (drop (memory.grow (i32.const 1)))
      (br_if $again (i32.lt_u (global.get $count) (i32.const 2000))))
    (data.drop $bytes) (elem.drop $passive)
    (call_indirect $t (type $fn) (global.get $count) (i32.const 2))))`;

/** All bits of all kinds of globals. */
export const VECTOR_WAT = `(module (memory 1) (global $v (mut v128) (v128.const i64x2 0x8000000000000001 0x7ff0000000000001))
  (global $f (mut f32) (f32.const -nan:0x200001)) (global $i (mut i32) (i32.const -1)) (global i64 (i64.const 9))
  (global $d (mut f64) (f64.const -0))
  (func (export "_start") (loop $again
    (global.set $v (i64x2.add (global.get $v) (v128.const i64x2 1 -1)))
    (global.set $f (f32.neg (global.get $f)))
    (global.set $i (i32.mul (global.get $i) (i32.const 3)))
    (global.set $d (f64.neg (global.get $d)))
    (br $again))))`;

/** What a Vm shows of itself. */
export function factsOf(vm: Vm): unknown {
  return { state: vm.state, gasUsed: vm.gasUsed, hash: vm.stateHash() };
}

/** A snapshot that is quick to compare. */
export function digestOf({ memory, ...rest }: Snapshot): unknown {
  return { ...rest, bytes: memory.length, memory: createHash("sha256").update(memory).digest("hex") };
}

/** Runs a slice, unless the program has ended. */
export function slice(vm: Vm, budget: number): SliceResult | undefined {
  return vm.state === "exited" || vm.state === "trapped" ? undefined : vm.runSlice(gas(budget));
}

/** The arena that the next small program would be in, and how many are there. */
export function firstArena(): { readonly arena: Arena; readonly slots: number } {
  const slot = placeInArena({ headerBytes: 0, bytes: 0, maximumBytes: 0 }, () => true);
  const { arena } = slot;
  slot.release();
  return { arena, slots: arena.slotCount };
}
