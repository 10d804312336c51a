// Where programs have their memories: nobody sees the difference.

import { ComputerWorld, type MemoryChoice, type Preparer } from "gasworks/computer";
import { prepareModule, type MemoryBackend } from "gasworks/vm";
import { afterEach, describe, expect, it, vi } from "vitest";

import { assembleWat } from "../../support/assemble-wat.ts";
import { seeds } from "../../support/fuzz-settings.ts";
import { playRandomWorld } from "../../support/random-world.ts";

const COUNTER = assembleWat(`(module (memory (export "memory") 1)
  (func (export "_start") (loop $for_ever
    (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1)))
    (br $for_ever))))`);

/** Says for what modules were prepared. */
function preparerNoting(backends: string[]): Preparer {
  return {
    prepare: async (wasm, policy, options) => {
      const module = await prepareModule(wasm, policy, options);
      backends.push(module.backend);
      return module;
    },
    [Symbol.dispose]: () => {},
  };
}

async function backendOf(choice: MemoryChoice | undefined, ofComputer?: MemoryBackend): Promise<string[]> {
  const backends: string[] = [];
  const world = new ComputerWorld({
    preparer: preparerNoting(backends),
    ...(choice === undefined ? {} : { memory: choice }),
  });
  const computer = world.add({ id: "a", ...(ofComputer === undefined ? {} : { memory: ofComputer }) });
  await computer.load(await COUNTER);
  world.runTick();
  expect(computer.memory).toBe(backends[0]);
  return backends;
}

afterEach(() => vi.unstubAllGlobals());

describe("the memory of a world", () => {
  it("is own on a server, and arena in a page and in a worker of one, unless it is chosen", async () => {
    expect(await backendOf(undefined)).toEqual(["own"]);
    expect(await backendOf("arena")).toEqual(["arena"]);
    for (const global of ["document", "WorkerGlobalScope"]) {
      vi.stubGlobal(global, {});
      expect(await backendOf("auto")).toEqual(["arena"]);
      expect(await backendOf("own")).toEqual(["own"]);
      vi.unstubAllGlobals();
    }
  });

  it("may be another one for a computer", async () => {
    expect(await backendOf("arena", "own")).toEqual(["own"]);
    expect(await backendOf("own", "arena")).toEqual(["arena"]);
  });

  it("is refused if it is none", () => {
    const memory = "shared" as MemoryBackend;
    expect(() => new ComputerWorld({ memory })).toThrow(TypeError);
    expect(() => new ComputerWorld().add({ id: "a", memory })).toThrow(TypeError);
  });

  it("makes no difference to what a world shows and saves", async () => {
    for (const seed of seeds(3, 3)) {
      const options = { seed, ticks: 120, computers: 10 };
      const own = await playRandomWorld({ ...options, world: { memory: "own" } });
      expect(await playRandomWorld({ ...options, world: { memory: "arena" } }), `seed ${seed}`).toEqual(own);
    }
  });

  it("may be another one after a load, also for computers with one program", async () => {
    const backends: string[] = [];
    const preparer = preparerNoting(backends);
    const before = new ComputerWorld({ preparer, memory: "own" });
    for (const id of ["a", "b"]) await before.add({ id }).load(await COUNTER);
    for (let tick = 0; tick < 3; tick++) before.runTick();
    const after = new ComputerWorld({ preparer, memory: "arena" });
    after.add({ id: "a" });
    after.add({ id: "b", memory: "own" });
    await after.restore(before.capture());
    expect(after.capture()).toEqual(before.capture());
    for (const world of [before, after]) for (let tick = 0; tick < 3; tick++) world.runTick();
    expect(after.capture()).toEqual(before.capture());
    expect(backends.toSorted()).toEqual(["arena", "own", "own"]);
  });
});
