// More computers than a page has memories.

import { ComputerWorld, createBrowserPreparer } from "gasworks/computer";
import { decodeSave, encodeSave } from "gasworks/persistence";
import { afterAll, describe, expect, it } from "vitest";

import { assembleWat } from "../support/assemble-wat.ts";

/** A page of Chromium has about 124 memories. */
const MEMORIES = 124;

const preparer = createBrowserPreparer();
afterAll(() => preparer[Symbol.dispose]());

/** Counts in memory, one number for each computer. */
const COUNTER = assembleWat(`(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "_start")
    (drop (call $random (i32.const 8) (i32.const 4)))
    (loop $for_ever
      (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1)))
      (br $for_ever))))`);

async function worldOf(count: number, memory: "auto" | "own"): Promise<{ world: ComputerWorld; errors: unknown[] }> {
  const errors: unknown[] = [];
  const world = new ComputerWorld({ preparer, memory, onError: (error) => errors.push(error) });
  const wasm = await COUNTER;
  await Promise.all(
    Array.from({ length: count }, (_, index) => world.add({ id: `c${index}`, memoryPages: 2 }).load(wasm)),
  );
  return { world, errors };
}

describe("more computers than a page has memories", () => {
  it("all run, are saved and go on, in memories that they share by themselves", async () => {
    const count = 300;
    const { world, errors } = await worldOf(count, "auto");
    const pack = (): Uint8Array =>
      encodeSave({ meta: { name: "", savedAt: "", tick: world.tick }, world: null, ...world.captureEach() });
    for (let tick = 0; tick < 5; tick++) world.runTick();
    const save = pack();
    for (let tick = 0; tick < 5; tick++) world.runTick();
    const later = pack();
    const counters = decodeSave(later).computers.map(({ snapshot }) => snapshot?.memory.subarray(8, 12).join());
    expect(new Set(counters).size).toBe(count);
    const { meta, ...computers } = decodeSave(save);
    await world.restore({ ...computers, tick: meta.tick });
    for (let tick = 0; tick < 5; tick++) world.runTick();
    expect(pack().every((byte, at) => byte === later[at])).toBe(true);
    expect(errors).toEqual([]);
    world.dispose();
  });

  it("crash with a code where the page has no memory of its own for them, and the others run", async () => {
    const count = MEMORIES + 12;
    const { world, errors } = await worldOf(count, "own");
    expect(() => world.runTick()).not.toThrow();
    const crashed = world.computers.filter(({ state }) => state.kind === "crashed");
    expect(crashed.length).toBeGreaterThan(0);
    expect(crashed.length).toBeLessThan(count);
    expect(crashed[0]?.state).toMatchObject({ report: { code: "vm/out-of-memory", title: "No memory left" } });
    expect(errors.length).toBe(crashed.length);
    expect(errors[0]).toMatchObject({ code: "vm/out-of-memory", message: expect.stringContaining("arena") as string });
    const running = world.computers.filter(({ state }) => state.kind === "running");
    expect(running.length + crashed.length).toBe(count);
    for (const { gasUsedLastTick } of running) expect(gasUsedLastTick).toBeGreaterThan(0);
    world.dispose();
  });
});
