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
