// Safe loads: whatever a program of a save is, the save can be loaded, and nothing of it is lost.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { ComputerWorld, type ComputerWorldOptions, type ComputersSave } from "gasworks/computer";
import { decodeSave, encodeSave } from "gasworks/persistence";
import { describe, expect, it } from "vitest";

import { watGuest } from "../../support/guest.ts";
import { Probe } from "../../support/probe-device.ts";

const meta = { name: "safe", tick: 0, savedAt: "2026-01-02T03:04:05.000Z" };

const counting = (pages: number): Promise<Uint8Array> =>
  watGuest(`(module (memory (export "memory") ${pages}) (func (export "_start") (loop $forever
    (i32.store (i32.const 64) (i32.add (i32.load (i32.const 64)) (i32.const 1))) (br $forever))))`);

/** A world of two computers whose first has `program`, as a save. */
async function saved(program: Uint8Array, options: { memoryPages?: number } = {}): Promise<ComputersSave> {
  const world = worldOf(program);
  await world.add({ id: "a", ...options }).load({ "main.c": "// mine" });
  await world.add({ id: "b" }).load(await counting(1));
  for (let tick = 0; tick < 3; tick++) world.runTick();
  return throughBytes(world);
}

function throughBytes(world: ComputerWorld): ComputersSave {
  const { tick, programs, computers } = world.capture();
  const save = decodeSave(encodeSave({ meta: { ...meta, tick }, world: null, programs, computers }));
  return { tick, programs: save.programs, computers: save.computers };
}

/** A world whose compiler makes one program of everything. */
function worldOf(wasm: Uint8Array): ComputerWorld {
  const compiler: ComputerWorldOptions["compiler"] = {
    compile: async () => ({ wasm, diagnostics: [] }),
    preload: async () => {},
    [Symbol.dispose]: () => {},
  };
  return new ComputerWorld({ compiler });
}

/** The save with other bytes in place of the program of computer "a". */
function withProgram(save: ComputersSave, wasm: Uint8Array): ComputersSave {
  const old = save.computers.find(({ id }) => id === "a")?.programHash;
  const hash = bytesToHex(sha256(wasm));
  return {
    ...save,
    programs: save.programs.map((program) => (program.hash === old ? { ...program, hash, wasm } : program)),
    computers: save.computers.map((computer) => {
      const { snapshot } = computer;
      if (computer.id !== "a") return computer;
      return { ...computer, programHash: hash, snapshot: snapshot && { ...snapshot, moduleHash: hash } };
    }),
  };
}

describe("ComputerWorld.restore() with all computers off", () => {
  it.each([
    ["that is no module", new Uint8Array([1, 2, 3])],
    ["that begins like one", new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 10, 255])],
  ])("takes a save with a program %s, tells, and gives it back with the next save", async (_, wasm) => {
    const save = withProgram(await saved(await counting(2)), wasm);
    const world = new ComputerWorld();
    const [a, b] = [world.add({ id: "a" }), world.add({ id: "b" })];
    await expect(world.restore(save)).rejects.toMatchObject({ code: expect.stringMatching(/^vm\//) as string });
    await world.restore(save, { safe: true });
    expect([a.state, b.state]).toEqual([
      { kind: "off", hasProgram: false },
      { kind: "off", hasProgram: true },
    ]);
    expect(a.sources).toEqual({ "main.c": "// mine" });
    expect(a.console.text).toMatch(/^The program cannot be run: .+\n$/);
    expect(() => a.start()).toThrow(expect.objectContaining({ code: "computer/no-program" }));
    for (let tick = 0; tick < 3; tick++) world.runTick();

    const after = throughBytes(world);
    const own = after.computers.find(({ id }) => id === "a");
    expect(after.programs.find(({ hash }) => hash === own?.programHash)).toEqual({
      hash: bytesToHex(sha256(wasm)),
      wasm,
      sources: { "main.c": "// mine" },
    });
    await a.load(await counting(1));
    expect(a.state).toEqual({ kind: "running" });
    expect(throughBytes(world).programs.every((program) => program.wasm.length > 20)).toBe(true);
  });

  it("takes a save whose program needs more memory than its computer has now; where it has enough, it runs", async () => {
    const save = await saved(await counting(9), { memoryPages: 16 });
    const small = new ComputerWorld();
    for (const id of ["a", "b"]) small.add({ id, memoryPages: 4 });
    await expect(small.restore(save)).rejects.toMatchObject({ code: expect.stringMatching(/^vm\//) as string });
    await small.restore(save, { safe: true });
    expect(small.get("a")?.state).toEqual({ kind: "off", hasProgram: false });

    const large = new ComputerWorld();
    for (const id of ["a", "b"]) large.add({ id, memoryPages: 16 });
    await large.restore(throughBytes(small));
    const computer = large.get("a");
    expect(computer?.state).toEqual({ kind: "off", hasProgram: true });
    computer?.start();
    large.runTick();
    expect(computer?.gasUsedLastTick).toBeGreaterThan(0);
  });

  it("keeps a program whose device is gone: it starts without it", async () => {
    const world = new ComputerWorld();
    const probe = world.add({ id: "a", devices: { probe: Probe.attach({ log: [] }) } });
    await probe.load(
      await watGuest(`(module (import "device.probe" "ask" (func $ask (param i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "_start") (loop $forever (drop (call $ask (i32.const 1) (i32.const 1))) (br $forever))))`),
    );
    for (let tick = 0; tick < 2; tick++) world.runTick();
    const after = new ComputerWorld();
    const computer = after.add({ id: "a" });
    await after.restore(throughBytes(world), { safe: true });
    expect(computer.state).toEqual({ kind: "off", hasProgram: true });
    computer.start();
    after.runTick();
    expect(computer.state).toEqual({ kind: "running" });
  });
});
