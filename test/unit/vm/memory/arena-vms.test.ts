// Vms in an arena share a memory and an instance. Nothing of that may show.

import { createHash } from "node:crypto";

import {
  createVm,
  gas,
  prepareModule,
  restoreVm,
  type DeviceType,
  type GuestModule,
  type SliceResult,
  type Snapshot,
  type Vm,
  type VmOptions,
} from "gasworks/vm";
import { afterEach, describe, expect, it, vi } from "vitest";

import { EVERYTHING_WAT } from "../../../support/everything-guest.ts";
import { watGuest } from "../../../support/guest.ts";
import { Random } from "../../../support/random.ts";

const LARGEST = gas(2 ** 30 - 1);

/** Calls the host in the middle of everything that it has, then grows. */
const CALLING_WAT = `(module (import "device.bell" "ring" (func $ring (param i32) (result i32)))
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

const BELL: DeviceType = {
  importModule: "device.bell",
  functions: { ring: { params: ["i32"], results: ["i32"], cost: 3, mayWait: false } },
};

interface Both {
  readonly own: GuestModule;
  readonly arena: GuestModule;
}

async function both(text: string): Promise<Both> {
  const bytes = await watGuest(text);
  const policy = { devices: [BELL] };
  return { own: await prepareModule(bytes, policy), arena: await prepareModule(bytes, policy, { memory: "arena" }) };
}

/** Rings through to a function. */
function bell(ring: (n: number) => number): VmOptions {
  return { devices: [{ type: BELL, handle: ({ args }) => ring(Number(args[0])) }] };
}

/** What a Vm shows of itself. */
function facts(vm: Vm): unknown {
  return { state: vm.state, gasUsed: vm.gasUsed, hash: vm.stateHash() };
}

/** A snapshot that is quick to compare. */
function digested({ memory, ...rest }: Snapshot): unknown {
  return { ...rest, bytes: memory.length, memory: createHash("sha256").update(memory).digest("hex") };
}

function snapshotOf(vm: Vm): unknown {
  return digested(vm.snapshot());
}

/** Counts the instances of a module from now on. */
function countInstances(module: WebAssembly.Module): () => number {
  let count = 0;
  const construct = (target: typeof WebAssembly.Instance, args: [WebAssembly.Module]): WebAssembly.Instance => {
    if (args[0] === module) count++;
    return Reflect.construct(target, args) as WebAssembly.Instance;
  };
  vi.stubGlobal("WebAssembly", { ...named(WebAssembly), Instance: new Proxy(WebAssembly.Instance, { construct }) });
  return () => count;
}

/** With what cannot be enumerated. */
function named(found: object): object {
  return Object.fromEntries(Object.getOwnPropertyNames(found).map((name) => [name, Reflect.get(found, name)]));
}

function slice(vm: Vm, budget: number): SliceResult | undefined {
  return vm.state === "exited" || vm.state === "trapped" ? undefined : vm.runSlice(gas(budget));
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("Vms in an arena", () => {
  it("take turns in one instance, each as if it were alone", async () => {
    const { own, arena } = await both(EVERYTHING_WAT);
    const alone = Array.from({ length: 12 }, () => createVm(own));
    const together = Array.from({ length: 12 }, () => createVm(arena));
    const instances = countInstances(arena.compiled);
    const random = new Random(7);
    for (let turn = 0; turn < 600; turn++) {
      const at = random.below(12);
      const budget = random.pick([1, 40, 300, 2_000, 20_000]);
      const [one, other] = [alone[at] as Vm, together[at] as Vm];
      expect(slice(other, budget)).toEqual(slice(one, budget));
      if (turn % 7 === 0) expect(facts(other)).toEqual(facts(one));
    }
    expect(together.map(facts)).toEqual(alone.map(facts));
    expect(together.map(snapshotOf)).toEqual(alone.map(snapshotOf));
    expect(instances()).toBe(1);
  });

  it("go on from each other's snapshots and from those of Vms alone", async () => {
    const { own, arena } = await both(EVERYTHING_WAT);
    const whole = createVm(own);
    whole.runSlice(LARGEST);
    const modules = [own, arena, arena, own, arena];
    let vm = createVm(arena);
    for (let turn = 0; vm.state !== "exited"; turn++) {
      vm.runSlice(gas(2_000));
      const snapshot = vm.snapshot();
      const twin = restoreVm(modules[turn % modules.length] as GuestModule, snapshot);
      expect(digested(twin.snapshot())).toEqual(digested(snapshot));
      if (turn % 2 === 0) vm.dispose();
      vm = twin;
    }
    expect(facts(vm)).toEqual(facts(whole));
  });

  it("let a host function run another Vm of the same program, and snapshot it", async () => {
    const { own, arena } = await both(CALLING_WAT);
    const run = (module: GuestModule): unknown[] => {
      const seen: unknown[] = [];
      const inner = createVm(
        module,
        bell((n) => n * 3),
      );
      const middle = createVm(
        module,
        bell((n) => {
          seen.push(inner.runSlice(gas(500 + n)), inner.stateHash());
          return 7;
        }),
      );
      const outer = createVm(
        module,
        bell((n) => {
          seen.push(slice(middle, 20_000), middle.stateHash());
          return n;
        }),
      );
      for (let turn = 0; turn < 200 && outer.state !== "exited"; turn++) seen.push(outer.runSlice(gas(900)));
      return [...seen, ...[outer, middle, inner].map(snapshotOf)];
    };
    expect(run(arena)).toEqual(run(own));
  });
});
