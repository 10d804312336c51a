import { describe, expect, it, vi } from "vitest";

import {
  createVm,
  gas,
  inspectVm,
  prepareModule,
  restoreVm,
  WAIT,
  type MemoryBackend,
  type Vm,
  type VmOptions,
} from "../../../../src/vm/index.ts";
import { packMemory, unpackMemory } from "../../../../src/vm/memory/packed-memory.ts";
import {
  BELL,
  both,
  CALLING_WAT,
  digestOf,
  factsOf,
  firstArena,
  REFERRING_WAT,
  slice,
  withBell,
} from "../../../support/alone-and-together.ts";
import { EVERYTHING_WAT } from "../../../support/everything-guest.ts";
import { watGuest } from "../../../support/guest.ts";
import { Random } from "../../../support/random.ts";

const BACKENDS: readonly MemoryBackend[] = ["own", "arena"];
const PAGE = 65_536;

describe.each(BACKENDS)("Vm.park() with the memory backend %s", (backend) => {
  it.each([
    ["everything", EVERYTHING_WAT],
    ["references", REFERRING_WAT],
  ])("changes nothing, wherever a program with %s stands", async (_what, wat) => {
    const module = (await both(wat))[backend];
    const random = new Random(21);
    const bell = withBell((n) => n + 2);
    const [awake, parked] = [createVm(module, bell), createVm(module, bell)];
    let isOver = false;
    for (let turn = 0; !isOver; turn++) {
      if (random.chance(0.6)) parked.park();
      const budget = turn < 5 ? 0 : random.pick([30, 400, 3_000]);
      expect(slice(parked, budget)).toEqual(slice(awake, budget));
      if (random.chance(0.3)) parked.park();
      expect(factsOf(parked)).toEqual(factsOf(awake));
      isOver = awake.state === "exited";
    }
    parked.park();
    expect(digestOf(parked.snapshot())).toEqual(digestOf(awake.snapshot()));
    expect(restoreVm(module, parked.snapshot(), bell).stateHash()).toBe(awake.stateHash());
  });

  it("keeps what a trap has left", async () => {
    const trapping = "(if (i32.gt_u (global.get $a) (i32.const 120)) (then unreachable))";
    const module = (await both(EVERYTHING_WAT.replace("(br_if $l", `${trapping} (br_if $l`)))[backend];
    const [awake, parked] = [createVm(module), createVm(module)];
    for (const vm of [awake, parked]) expect(vm.runSlice(gas(100_000)).kind).toBe("trapped");
    parked.park();
    expect(factsOf(parked)).toEqual(factsOf(awake));
    expect(inspectVm(parked).readMemory(0, PAGE)).toEqual(inspectVm(awake).readMemory(0, PAGE));
    expect(factsOf(parked)).toEqual(factsOf(awake));
  });

  it("leaves a program that waits for a device where it is, until the answer", async () => {
    const bytes = await watGuest(CALLING_WAT);
    const module = await prepareModule(bytes, { devices: [BELL] }, { memory: backend });
    const wait: VmOptions = { devices: [{ type: BELL, handle: () => WAIT }] };
    const [awake, parked] = [createVm(module, wait), createVm(module, wait)];
    for (const vm of [awake, parked]) expect(vm.runSlice(gas(10_000)).kind).toBe("waiting");
    parked.park();
    const { slots } = firstArena();
    const created = countMemories();
    expect(parked.runSlice(gas(1_000))).toEqual(awake.runSlice(gas(1_000)));
    parked.answer(9);
    awake.answer(9);
    expect(digestOf(parked.snapshot())).toEqual(digestOf(awake.snapshot()));
    expect([created(), firstArena().slots]).toEqual([0, slots]);
    expect(parked.runSlice(gas(100_000))).toEqual(awake.runSlice(gas(100_000)));
    expect(factsOf(parked)).toEqual(factsOf(awake));
    expect(created() + firstArena().slots - slots).toBe(1);
    vi.unstubAllGlobals();
  });

  it("is refused to host functions and to Vms that are no more", async () => {
    const module = (await both(CALLING_WAT))[backend];
    let refused: unknown;
    const vm: Vm = createVm(module, {
      devices: [
        {
          type: BELL,
          handle: () => {
            try {
              vm.park();
            } catch (error) {
              refused = error;
            }
            return 0;
          },
        },
      ],
    });
    vm.runSlice(gas(10_000));
    expect(refused).toMatchObject({ code: "vm/not-runnable" });
    vm.park();
    vm.park();
    vm.dispose();
    expect(() => vm.park()).toThrow(expect.objectContaining({ code: "vm/not-runnable" }));
  });

  it("can be tried again where there was no memory to come back to", async () => {
    const module = (await both(EVERYTHING_WAT))[backend];
    const [awake, parked] = [createVm(module), createVm(module)];
    for (const vm of [awake, parked]) vm.runSlice(gas(500));
    parked.park();
    const giveBack = takeAllMemory();
    expect(() => parked.runSlice(gas(500))).toThrow(expect.objectContaining({ code: "vm/out-of-memory" }));
    expect(factsOf(parked)).toEqual(factsOf(awake));
    giveBack();
    expect(parked.runSlice(gas(500))).toEqual(awake.runSlice(gas(500)));
    expect(factsOf(parked)).toEqual(factsOf(awake));
  });
});

describe("a packed memory", () => {
  it("gives back every byte, and keeps none for zeros", () => {
    const random = new Random(5);
    for (const pages of [0, 1, 2, 9]) {
      const memory = new Uint8Array(pages * PAGE);
      for (let at = 0; at < pages * 3; at++) {
        const offset = random.below(memory.length - 100);
        for (let i = 0; i < 100; i++) memory[offset + i] = random.below(256);
      }
      if (pages > 0) memory[memory.length - 1] = 1;
      const packed = packMemory(memory);
      const back = new Uint8Array(memory.length);
      unpackMemory(packed, back);
      expect(Buffer.compare(back, memory)).toBe(0);
      expect(packed.packed.length).toBeLessThan(pages * 500 + 50);
    }
  });

  it("is small for a memory without a byte, and right for one that does not begin at a word", () => {
    expect(packMemory(new Uint8Array(64 * PAGE)).packed.length).toBeLessThan(10);
    const odd = new Uint8Array(PAGE + 1).subarray(1);
    odd[9_000] = 7;
    const back = new Uint8Array(PAGE);
    unpackMemory(packMemory(odd), back);
    expect(Buffer.compare(back, odd)).toBe(0);
  });
});

/** Counts the memories that are made from now on. */
function countMemories(): () => number {
  let count = 0;
  stubMemory(() => void count++);
  return () => count;
}

/** The engine has none any more, and no arena has room. Gives what makes it as before. */
function takeAllMemory(): () => void {
  const refuse = (): never => {
    throw new RangeError("could not allocate memory");
  };
  stubMemory(refuse);
  const { arena } = firstArena();
  const grow = vi.spyOn(arena.memory, "grow").mockImplementation(refuse);
  const place = vi.spyOn(arena, "place").mockReturnValue(undefined);
  return () => {
    grow.mockRestore();
    place.mockRestore();
    vi.unstubAllGlobals();
  };
}

function stubMemory(made: () => void): void {
  const construct = (target: typeof WebAssembly.Memory, args: [WebAssembly.MemoryDescriptor]): WebAssembly.Memory => {
    made();
    return Reflect.construct(target, args) as WebAssembly.Memory;
  };
  const members = Object.getOwnPropertyNames(WebAssembly).map((name) => [name, Reflect.get(WebAssembly, name)]);
  const Memory = new Proxy(WebAssembly.Memory, { construct });
  vi.stubGlobal("WebAssembly", { ...Object.fromEntries(members), Memory });
}
