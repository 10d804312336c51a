// Programs in every state that a snapshot can have: what forgers start from.

import {
  createVm,
  gas,
  prepareModule,
  WAIT,
  type Device,
  type GuestModule,
  type Snapshot,
  type VmOptions,
} from "gasworks/vm";

import { EVERYTHING_WAT } from "../everything-guest.ts";
import { withBackends } from "../both-backends.ts";
import { watGuest } from "../guest.ts";
import { HOSTILE_DEVICE, HOSTILE_POLICY } from "./hostile-module.ts";

export interface SnapshotBase {
  readonly module: GuestModule;
  readonly bytes: Uint8Array;
  readonly snapshot: Snapshot;
}

/** What programs are given; each call's arguments must be as declared. */
export function hostileOptions(): VmOptions {
  const device: Device = {
    type: HOSTILE_DEVICE,
    handle: (call) => {
      const { function: name, args } = call;
      const declared = HOSTILE_DEVICE.functions[name];
      if (declared === undefined || args.length !== declared.params.length) throw new Error(`A call of "${name}"`);
      if (name === "later") return WAIT;
      call.charge(3);
      return name === "ring" ? 7 : undefined;
    },
  };
  return { devices: [device], clock: { now: () => 1_000n }, stdio: { write: () => {} }, entropySeed: 5 };
}

const WASI = "wasi_snapshot_preview1";

const GUESTS: readonly string[] = [
  EVERYTHING_WAT,
  // References in locals, tables and globals; segments that can be dropped; bulk operations in chunks.
  `(module (memory 2 4) (table $t 3 8 funcref) (table $u 70 80 funcref)
    (type $leaf (func (param i32) (result i32)))
    (global $r (mut funcref) (ref.null func)) (global $n (mut i64) (i64.const 5))
    (data $d "0123456789") (elem $e func $double $loop)
    (func $double (type $leaf) (i32.mul (local.get 0) (i32.const 2)))
    (func $loop (type $leaf) (local $i i32)
      (loop $l (global.set $n (i64.add (global.get $n) (i64.extend_i32_u (local.get $i))))
        (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 30)))) (local.get $i))
    (func $turn (param $f funcref) (param $n i32) (result i32)
      (table.set $t (i32.const 1) (local.get $f))
      (i32.add (call_indirect $t (type $leaf) (local.get $n) (i32.const 1))
        (if (result i32) (local.get $n) (then (call $turn (local.get $f) (i32.sub (local.get $n) (i32.const 1)))) (else (i32.const 0)))))
    (func (export "_start") (result i32)
      (memory.init $d (i32.const 0) (i32.const 0) (i32.const 10)) (data.drop $d)
      (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 2))
      (global.set $r (ref.func $loop))
      (table.fill $u (i32.const 0) (ref.func $double) (i32.const 70))
      (memory.fill (i32.const 1000) (i32.const 3) (i32.const 100000))
      (memory.copy (i32.const 0) (i32.const 1000) (i32.const 70000))
      (drop (table.grow $t (ref.func $double) (i32.const 2)))
      (drop (call $turn (global.get $r) (i32.const 6)))
      (elem.drop $e) (call $turn (table.get $u (i32.const 9)) (i32.const 3))))`,
  // Waits for a device, at two depths.
  `(module (import "device.bell" "later" (func $later (result i64))) (import "device.bell" "ring" (func $ring (param i32) (result i32)))
    (memory 1) (func $ask (param i32) (result i64) (local f64) (local.set 1 (f64.const 2.5))
      (if (result i64) (local.get 0) (then (i64.add (call $later) (call $ask (i32.sub (local.get 0) (i32.const 1))))) (else (call $later)))
      (f64.store (i32.const 8) (local.get 1)))
    (func (export "_start") (drop (call $ring (i32.const 1)))
      (loop $l (i64.store (i32.const 0) (call $ask (i32.const 2))) (br_if $l (i32.const 1)))))`,
  // Sleeps, reads, writes, rolls dice; a start function and constructors go before it.
  `(module (import "${WASI}" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (import "${WASI}" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "${WASI}" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "${WASI}" "random_get" (func $random (param i32 i32) (result i32)))
    (memory 1) (data (i32.const 0) "\\00\\10\\00\\00\\40\\00\\00\\00") (data (i32.const 124) "\\88\\13")
    (func $first (local i32) (loop $l (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 50)))))
    (start $first)
    (func (export "_start") (loop $l
      (drop (call $random (i32.const 4096) (i32.const 64)))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
      (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
      (drop (call $poll (i32.const 100) (i32.const 200) (i32.const 1) (i32.const 16)))
      (br $l))))`,
  // Jumps back over several frames, to places with a reference and pending operands.
  `(module (import "gasworks.jump" "setjmp" (func $set (param i32) (result i32)))
    (import "gasworks.jump" "longjmp" (func $jump (param i32 i32)))
    (type $leaf (func (param i32) (result i32))) (memory 1) (table $t 2 funcref) (elem $e declare func $down $up)
    (func $up (type $leaf) (loop) (local.get 0))
    (func $down (type $leaf) (local $n i32)
      (if (i32.eqz (local.get 0)) (then (call $jump (i32.load (i32.const 8)) (i32.const 3))))
      (local.set $n (i32.add (call $set (i32.const 0)) (call $down (i32.sub (local.get 0) (i32.const 1)))))
      (local.get $n))
    (func $try (param $f funcref) (param $n i64) (result i32)
      (i64.const 5)
      (if (i32.eqz (call $set (i32.const 8)))
        (then (drop (call $down (i32.const 4)))))
      (table.set $t (i32.const 1) (local.get $f))
      (drop (i64.add (local.get $n)))
      (call_indirect $t (type $leaf) (i32.wrap_i64 (local.get $n)) (i32.const 1)))
    (func (export "_start") (result i32) (local $i i32)
      (loop $l (drop (call $set (i32.const 16))) (drop (call $try (ref.func $up) (i64.const 7)))
        (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 3))))
      (local.get $i)))`,
  // Ends: by itself, and by a trap.
  `(module (memory 1) (global (mut f32) (f32.const 1)) (func (export "_start") (result i32) (global.set 0 (f32.const 2)) (i32.const 9)))`,
  `(module (memory 1) (global (mut i32) (i32.const 1)) (func (export "_start") (loop (br_if 0 (i32.eqz (i32.load (i32.const 65533)))))))`,
];

/** Snapshots before the start, at many pauses and behind the end of each program. */
export async function snapshotBases(): Promise<SnapshotBase[]> {
  const bases: SnapshotBase[] = [];
  for (const [wat, memory] of withBackends(GUESTS)) {
    const bytes = await watGuest(wat);
    const module = await prepareModule(bytes, HOSTILE_POLICY, { memory });
    const vm = createVm(module, hostileOptions());
    const keep = (): void => void bases.push({ module, bytes, snapshot: vm.snapshot() });
    keep();
    for (let count = 0; count < 40; count++) {
      const { kind } = vm.runSlice(gas(count < 30 ? 67 : 3_001));
      keep();
      if (kind === "exited" || kind === "trapped") break;
      if (kind !== "waiting") continue;
      if (vm.waiting?.module === WASI) vm.writeInput(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
      else vm.answer(3n);
      keep();
    }
  }
  return bases;
}
