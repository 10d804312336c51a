import { expect, it } from "vitest";

import { ComputerWorld } from "gasworks/computer";
import { createBackgroundEncoder, encodeSave, type BackgroundEncoder } from "gasworks/persistence";

import { assembleWat } from "../support/assemble-wat.ts";

const WRITING_PROGRAM = `(module
  (memory (export "memory") 2)
  (func (export "_start") (local $at i32) (loop $forever
    (i32.store (i32.and (local.get $at) (i32.const 0x1fffc)) (local.get $at))
    (local.set $at (i32.add (local.get $at) (i32.const 4)))
    (br $forever))))`;

async function runningWorld(): Promise<ComputerWorld> {
  const world = new ComputerWorld();
  const wasm = await assembleWat(WRITING_PROGRAM);
  for (const id of ["a", "b", "c"]) await world.add({ id }).load(wasm);
  for (let tick = 0; tick < 5; tick++) world.runTick();
  return world;
}

const meta = { name: "background", tick: 5, savedAt: "2026-01-02T03:04:05.000Z" };

async function encodeWith(encoder: BackgroundEncoder, world: ComputerWorld): Promise<Uint8Array> {
  const save = encoder.begin();
  const { programs, computers } = world.captureEach();
  for (const computer of computers) save.add(computer);
  return await save.finish({ meta, world: { level: 3 }, programs });
}

it("a worker makes the very bytes that the page makes, and of several saves each its own", async () => {
  const world = await runningWorld();
  using encoder = createBackgroundEncoder();
  const first = encodeWith(encoder, world);
  const expected = encodeSave({ meta, world: { level: 3 }, ...world.capture() });
  world.runTick();
  const second = encodeWith(encoder, world);
  const next = encodeSave({ meta, world: { level: 3 }, ...world.capture() });
  expect(await first).toEqual(expected);
  expect(await second).toEqual(next);
  expect(next).not.toEqual(expected);
  world.dispose();
});

it("a save that cannot be made is refused as on the page, and the next one is made", async () => {
  const world = await runningWorld();
  using encoder = createBackgroundEncoder();
  const save = encoder.begin();
  const [computer] = world.capture().computers;
  if (computer !== undefined) save.add({ ...computer, id: "x".repeat(201) });
  await expect(save.finish({ meta, world: null, programs: world.capture().programs })).rejects.toThrow(TypeError);
  expect((await encodeWith(encoder, world)).length).toBeGreaterThan(100);
  world.dispose();
});

it("a worker that does not start costs one save; those that follow are made on the page", async () => {
  const world = await runningWorld();
  using encoder = createBackgroundEncoder({
    createWorker: () => new Worker(URL.createObjectURL(new Blob(["throw new Error('no')"]))),
  });
  await expect(encodeWith(encoder, world)).rejects.toMatchObject({ code: "save/encoder-failed" });
  const expected = encodeSave({ meta, world: { level: 3 }, ...world.capture() });
  expect(await encodeWith(encoder, world)).toEqual(expected);
  world.dispose();
});

it("lets a save end that was being made when the encoder was disposed of", async () => {
  const world = await runningWorld();
  const encoder = createBackgroundEncoder();
  const save = encodeWith(encoder, world);
  encoder[Symbol.dispose]();
  expect(await save).toEqual(encodeSave({ meta, world: { level: 3 }, ...world.capture() }));
  world.dispose();
});

it("refuses a world that is not JSON, and makes the next save", async () => {
  const world = await runningWorld();
  using encoder = createBackgroundEncoder();
  const save = encoder.begin();
  const notJson = (() => 1) as unknown as null;
  await expect(save.finish({ meta, world: notJson, programs: [] })).rejects.toThrow(TypeError);
  expect((await encodeWith(encoder, world)).length).toBeGreaterThan(100);
  world.dispose();
});

it("makes save after save as the page would", async () => {
  const world = await runningWorld();
  using encoder = createBackgroundEncoder();
  for (let round = 0; round < 4; round++) {
    const made = await encodeWith(encoder, world);
    expect(made).toEqual(encodeSave({ meta, world: { level: 3 }, ...world.capture() }));
    world.runTick();
  }
  world.dispose();
});
