// Vms in an arena share a memory and an instance. Nothing of that may show.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { createVm, gas, prepareModule, restoreVm, type GuestModule, type Vm } from "../../../../src/vm/index.ts";
import {
  both,
  CALLING_WAT,
  CRASHING_WAT,
  digestOf,
  factsOf,
  firstArena,
  REFERRING_WAT,
  slice,
  VECTOR_WAT,
  withBell,
  type Both,
} from "../../../support/alone-and-together.ts";
import { EVERYTHING_WAT } from "../../../support/everything-guest.ts";
import { watGuest } from "../../../support/guest.ts";
import { Random } from "../../../support/random.ts";

const LARGEST = gas(2 ** 30 - 1);
const BUDGETS = [1, 40, 300, 2_000, 20_000];

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("Vms in an arena", () => {
  it("take turns in one instance, each as if it were alone", async () => {
    const modules = await both(EVERYTHING_WAT);
    const instances = countInstances(modules.arena.compiled);
    takeTurns({ modules, count: 12, turns: 600, seed: 7 });
    expect(instances()).toBe(1);
  });

  it("keep all bits of all kinds of globals", async () => {
    takeTurns({ modules: await both(VECTOR_WAT), count: 3, turns: 60, seed: 8 });
  });

  it("have an instance each, in the same memory, if the program changes what no header can hold", async () => {
    const modules = await both(REFERRING_WAT);
    const instances = countInstances(modules.arena.compiled);
    takeTurns({ modules, count: 4, turns: 120, seed: 9, ring: (n) => n + 3 });
    expect(instances()).toBe(4);
  });

  it("leave no trace in those that run after them, however they crash", async () => {
    const modules = await both(CRASHING_WAT);
    const ends = takeTurns({ modules, count: 40, turns: 1_500, seed: 10, ring: (n, at) => ((n >>> 5) + at) % 12 });
    expect(
      new Set(ends.flatMap((vm) => (vm.snapshot().status as { trap?: { code: string } }).trap?.code ?? [])),
    ).toEqual(
      new Set([
        "unreachable",
        "memory-out-of-bounds",
        "integer-divide-by-zero",
        "stack-overflow",
        "indirect-call",
        "invalid-conversion",
      ]),
    );
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
      expect(digestOf(twin.snapshot())).toEqual(digestOf(snapshot));
      if (turn % 2 === 0) vm.dispose();
      vm = twin;
    }
    expect(factsOf(vm)).toEqual(factsOf(whole));
  });

  it("take of a forged snapshot what fits into a global", async () => {
    const { own, arena } = await both(VECTOR_WAT);
    const vm = createVm(own);
    vm.runSlice(gas(100));
    const forged = { ...vm.snapshot(), globals: vm.snapshot().globals.map((bits) => bits | (0xabcn << 52n)) };
    const [one, other] = [restoreVm(own, forged), restoreVm(arena, forged)];
    expect(other.snapshot().globals).toEqual(one.snapshot().globals);
    expect(other.runSlice(gas(200))).toEqual(one.runSlice(gas(200)));
    expect(factsOf(other)).toEqual(factsOf(one));
  });

  it("let a host function run another Vm of the same program, and look at it", async () => {
    const { own, arena } = await both(CALLING_WAT);
    const run = (module: GuestModule): unknown[] => {
      const seen: unknown[] = [];
      const inner = createVm(
        module,
        withBell((n) => n * 3),
      );
      const middle = createVm(
        module,
        withBell((n) => {
          seen.push(slice(inner, 500 + n), inner.stateHash());
          return 7;
        }),
      );
      const outer = createVm(
        module,
        withBell((n) => {
          seen.push(slice(middle, 20_000), middle.stateHash(), inner.stateHash());
          return n;
        }),
      );
      for (let turn = 0; turn < 200 && outer.state !== "exited"; turn++) seen.push(outer.runSlice(gas(900)));
      return [...seen, ...[outer, middle, inner].map((vm) => digestOf(vm.snapshot()))];
    };
    const instances = countInstances(arena.compiled);
    const seen = run(arena);
    expect(instances()).toBe(3);
    expect(seen.length).toBeGreaterThan(20);
    expect(seen).toEqual(run(own));
  });

  it("may be created, grow and go while a host function of another has its turn", async () => {
    const { own, arena } = await both(CALLING_WAT);
    const run = (module: GuestModule): unknown[] => {
      const others: Vm[] = [];
      const vm = createVm(
        module,
        withBell((n) => {
          const next = createVm(
            module,
            withBell(() => n),
          );
          next.runSlice(gas(30_000 * n));
          others.push(next);
          if (others.length > 2) others.shift()?.dispose();
          firstArena().arena.compact();
          return others.length;
        }),
      );
      for (let turn = 0; turn < 200 && vm.state !== "exited"; turn++) vm.runSlice(gas(1_000));
      return [vm, ...others].map((each) => digestOf(each.snapshot()));
    };
    expect(run(arena)).toEqual(run(own));
  });

  it("stay where they are while a host function has its turn, whatever becomes of those before them", async () => {
    const modules = await both(`(module (import "device.bell" "ring" (func $ring (param i32) (result i32))) (memory 1)
      (func (export "_start") (result i32) (local $round i32)
        (loop $again
          (i32.store (local.get $round) (i32.add (i32.load (local.get $round)) (call $ring (local.get $round))))
          (br_if $again (i32.lt_u (local.tee $round (i32.add (local.get $round) (i32.const 4))) (i32.const 64))))
        (i32.load (i32.const 60))))`);
    const before: Vm[] = [];
    const run = (module: GuestModule): unknown[] => {
      before.push(...Array.from({ length: 20 }, () => createVm(modules.arena, withBell(Number))));
      const vm = createVm(
        module,
        withBell((n) => {
          before.shift()?.dispose();
          firstArena().arena.compact();
          return n;
        }),
      );
      return [vm.runSlice(LARGEST), digestOf(vm.snapshot())];
    };
    expect(run(modules.arena)).toEqual(run(modules.own));
  });

  it("do not notice that slots move between their slices", async () => {
    const modules = await both(EVERYTHING_WAT);
    const extra: Vm[] = [];
    takeTurns({
      modules,
      count: 5,
      turns: 200,
      seed: 11,
      between: (random) => {
        if (random.chance(0.5)) extra.push(createVm(modules.arena));
        else extra.splice(random.below(extra.length + 1), 1)[0]?.dispose();
        if (random.chance(0.3)) firstArena().arena.compact();
      },
    });
  });

  it("share an instance if their modules were prepared from the same bytes", async () => {
    const bytes = await watGuest(VECTOR_WAT.replace("i64.const 9", "i64.const 10"));
    const modules = await Promise.all([1, 2].map(() => prepareModule(bytes, {}, { memory: "arena" })));
    const counts = modules.map(({ compiled }) => countInstances(compiled));
    const vms = modules.map((module) => createVm(module));
    for (const vm of [...vms, ...vms]) vm.runSlice(gas(500));
    expect(counts.reduce((sum, count) => sum + count(), 0)).toBe(1);
    expect(vms[0]?.stateHash()).toBe(vms[1]?.stateHash());
  });
});

describe("active segments in an arena", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["bytes that fit", '(data (i32.const 65530) "abcdef")'],
    ["bytes that do not fit, behind some that do", '(data (i32.const 4) "abc") (data (i32.const 65533) "defg")'],
    ["bytes at the highest address", '(data (i32.const 1) "abc") (data (i32.const -1) "d")'],
    ["nothing behind the end", '(data (i32.const 65537) "")'],
    [
      "table entries that do not fit, and bytes",
      '(table 2 funcref) (elem (i32.const 1) $f $f) (data (i32.const 1) "z")',
    ],
    [
      "table entries that fit in part, and bytes that do not",
      '(table 2 funcref) (elem (i32.const 0) $f) (elem (i32.const 2) $f) (data (i32.const 65535) "abc")',
    ],
  ];
  it.each(cases)("leave the same as in a memory alone: %s", async (_what, segments) => {
    const modules = await both(`(module (memory 1 2) ${segments} (func $f)
      (func (export "_start") (result i32) (i32.load8_u (i32.const 4))))`);
    const [one, other] = [modules.own, modules.arena].map((module) => createVm(module)) as [Vm, Vm];
    expect(digestOf(other.snapshot())).toEqual(digestOf(one.snapshot()));
    expect(other.runSlice(gas(1_000))).toEqual(one.runSlice(gas(1_000)));
    expect(digestOf(other.snapshot())).toEqual(digestOf(one.snapshot()));
  });

  it("refuse a snapshot of a program that cannot have started", async () => {
    const paused = await both('(module (memory 1 2) (func (export "_start") (loop (br 0))))');
    const vm = createVm(paused.own);
    vm.runSlice(gas(50));
    const { arena } = await both(
      '(module (memory 1 2) (func (export "_start") (loop (br 0))) (data (i32.const -1) "a"))',
    );
    const before = firstArena().slots;
    expect(() => restoreVm(arena, { ...vm.snapshot(), moduleHash: arena.hash })).toThrow(
      expect.objectContaining({ code: "vm/snapshot-malformed" }),
    );
    expect(firstArena().slots).toBe(before);
  });
});

describe("the places of Vms", () => {
  let modules: Both;
  beforeEach(async () => {
    modules = await both(EVERYTHING_WAT);
  });

  it("are all free again once the Vms are disposed", () => {
    const before = firstArena().slots;
    for (let round = 0; round < 4; round++) {
      const vms = Array.from({ length: 250 }, () => createVm(modules.arena));
      for (const vm of vms) vm.runSlice(gas(300));
      for (const vm of vms) vm.dispose();
      for (const vm of vms) vm.dispose();
    }
    expect(firstArena().slots).toBe(before);
  });

  it("are free again once Vms that nobody disposed are collected", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const before = firstArena().slots;
    const kept = createVm(modules.arena);
    await dropSome(modules.arena);
    for (let round = 0; round < 20 && firstArena().slots > before + 1; round++) {
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage();
    }
    expect(firstArena().slots).toBe(before + 1);
    const alone = createVm(modules.own);
    expect([kept.runSlice(LARGEST), kept.stateHash()]).toEqual([alone.runSlice(LARGEST), alone.stateHash()]);
    kept.dispose();
  });
});

describe("where the engine has no memory left", () => {
  it("a Vm with a memory of its own is refused, with a word about arenas", async () => {
    const { own, arena } = await both(EVERYTHING_WAT);
    const shared = createVm(arena);
    vi.stubGlobal("WebAssembly", {
      ...membersOf(WebAssembly),
      Memory: class {
        constructor() {
          throw new RangeError("WebAssembly.Memory(): could not allocate memory");
        }
      },
    });
    expect(() => createVm(own)).toThrow(
      expect.objectContaining({ code: "vm/out-of-memory", message: expect.stringMatching(/124.*arena/) as string }),
    );
    expect(createVm(arena).runSlice(LARGEST)).toEqual(shared.runSlice(LARGEST));
  });

  it("a Vm that grows in an arena is lost with a code, and the others go on", async () => {
    const { own, arena } = await both(EVERYTHING_WAT);
    const [growing, other, alone] = [createVm(arena), createVm(arena), createVm(own)];
    other.runSlice(gas(100));
    alone.runSlice(gas(100));
    const grow = vi.spyOn(firstArena().arena.memory, "grow").mockImplementation(() => {
      throw new RangeError("WebAssembly.Memory.grow(): Unable to grow instance memory");
    });
    const others: Vm[] = [];
    expect(() => {
      for (;;) others.push(createVm(arena));
    }).toThrow(expect.objectContaining({ code: "vm/out-of-memory" }));
    expect(() => growing.runSlice(LARGEST)).toThrow(expect.objectContaining({ code: "vm/out-of-memory" }));
    expect(growing.state).toBe("disposed");
    grow.mockRestore();
    const instances = countInstances(arena.compiled);
    expect([other.runSlice(LARGEST), other.stateHash()]).toEqual([alone.runSlice(LARGEST), alone.stateHash()]);
    expect(instances()).toBe(0);
    for (const vm of [other, ...others]) vm.dispose();
  });
});

interface Turns {
  readonly modules: Both;
  readonly count: number;
  readonly turns: number;
  readonly seed: number;
  /** What the device answers the Vm of an index. */
  readonly ring?: (n: number, at: number) => number;
  readonly between?: (random: Random) => void;
}

/** Runs Vms alone and as many in an arena, in random order and slices, and compares them. Gives those in the arena. */
function takeTurns({ modules, count, turns, seed, ring = (n) => n, between }: Turns): Vm[] {
  const [alone, together] = [modules.own, modules.arena].map((module) =>
    Array.from({ length: count }, (_, at) =>
      createVm(
        module,
        withBell((n) => ring(n, at)),
      ),
    ),
  ) as [Vm[], Vm[]];
  const random = new Random(seed);
  for (let turn = 0; turn < turns; turn++) {
    const at = random.below(count);
    const budget = random.pick(BUDGETS);
    const [one, other] = [alone[at] as Vm, together[at] as Vm];
    expect(slice(other, budget)).toEqual(slice(one, budget));
    if (turn % 7 === 0) expect(factsOf(other)).toEqual(factsOf(one));
    between?.(random);
  }
  expect(together.map((vm) => digestOf(vm.snapshot()))).toEqual(alone.map((vm) => digestOf(vm.snapshot())));
  return together;
}

/** Counts the instances of a module from now on. */
function countInstances(module: WebAssembly.Module): () => number {
  let count = 0;
  const construct = (target: typeof WebAssembly.Instance, args: [WebAssembly.Module]): WebAssembly.Instance => {
    if (args[0] === module) count++;
    return Reflect.construct(target, args) as WebAssembly.Instance;
  };
  const Instance = new Proxy(WebAssembly.Instance, { construct });
  vi.stubGlobal("WebAssembly", { ...membersOf(WebAssembly), Instance });
  return () => count;
}

/** With those that cannot be enumerated. */
function membersOf(found: object): object {
  return Object.fromEntries(Object.getOwnPropertyNames(found).map((name) => [name, Reflect.get(found, name)]));
}

/** In a frame of its own, so that nothing on the stack refers to them. */
async function dropSome(module: GuestModule): Promise<void> {
  await Promise.resolve();
  for (let at = 0; at < 20; at++) createVm(module).runSlice(gas(300));
}
