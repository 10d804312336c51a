// Captures and restores of whole worlds: everything comes back, and what is refused changes nothing.

import { ComputerWorld, defineDevice, pending, task, done, type ComputersSave } from "gasworks/computer";
import type { JsonValue } from "gasworks/persistence";
import { VmError } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { fakePreparer, fakeProgram, FakeVms, type FakeStep } from "../../support/fake-vms.ts";
import { Probe } from "../../support/probe-device.ts";

const PROGRAM: readonly FakeStep[] = [
  { call: "device.probe.open", text: "probe" },
  { call: "device.probe.work", args: [1, 3] },
  { bytes: [0xe2, 0x82] },
  { bytes: [0xac] },
  { call: "device.probe.ask", args: [1, 9] },
  { exit: 4 },
];

interface Setup {
  readonly world: ComputerWorld;
  readonly vms: FakeVms;
  readonly log: string[];
}

function emptyWorld(): Setup {
  const vms = new FakeVms();
  return { world: new ComputerWorld({ preparer: fakePreparer, vms }), vms, log: [] };
}

async function runningWorld(ticks: number): Promise<Setup> {
  const setup = emptyWorld();
  const { world, log } = setup;
  await world.add({ id: "a", devices: { probe: Probe.attach({ log }) } }).load(fakeProgram(...PROGRAM));
  await world.add({ id: "b" }).load(fakeProgram({ print: "b1 " }, { print: "b2 " }));
  for (let tick = 0; tick < ticks; tick++) world.runTick();
  return setup;
}

function everythingOf({ world }: Setup): unknown {
  return {
    tick: world.tick,
    computers: world.computers.map((computer) => ({
      id: computer.id,
      state: computer.state,
      console: computer.console.text,
      gas: [computer.gasUsed, computer.gasUsedLastTick],
    })),
  };
}

/** The save with one value of computer "a"'s own state replaced. */
function forge(save: ComputersSave, path: readonly string[], value: JsonValue): ComputersSave {
  const computers = structuredClone(save.computers);
  const [key, ...inner] = path.toReversed();
  let at = computers.find(({ id }) => id === "a")?.state as unknown as Record<string, JsonValue>;
  for (const step of inner.toReversed()) at = at[step] as Record<string, JsonValue>;
  at[key ?? ""] = value;
  return { ...save, computers };
}

describe("ComputerWorld.restore()", () => {
  it("goes on at any tick as if nothing had happened, in a world of its own", async () => {
    const reference = await runningWorld(12);
    for (let ticks = 0; ticks <= 12; ticks++) {
      const before = await runningWorld(ticks);
      const save = structuredClone(before.world.capture());
      const after = emptyWorld();
      const { world, log } = after;
      world.add({ id: "b" });
      world.add({ id: "a", devices: { probe: Probe.attach({ log }) } });
      await world.restore(save);
      expect(everythingOf(after)).toEqual(everythingOf(before));
      for (let tick = ticks; tick < 12; tick++) world.runTick();
      expect(everythingOf(after)).toEqual(everythingOf(reference));
      expect([...before.log, ...log]).toEqual(reference.log);
    }
    expect(reference.world.get("a")?.console.text).toContain("€ask = 10");
  });

  it("is untouched by what happens after the capture", async () => {
    const setup = await runningWorld(3);
    const save = setup.world.capture();
    const copy = structuredClone(save);
    for (let tick = 0; tick < 5; tick++) setup.world.runTick();
    expect(save).toEqual(copy);
  });

  it("brings back ended programs: their exit codes, their crashes, their consoles", async () => {
    const before = emptyWorld();
    await before.world.add({ id: "a" }).load(fakeProgram({ print: "bye" }, { exit: 9 }));
    await before.world.add({ id: "b" }).load(fakeProgram({ trap: "stack-overflow" }));
    before.world.add({ id: "c" });
    for (let tick = 0; tick < 3; tick++) before.world.runTick();
    const after = emptyWorld();
    for (const id of ["a", "b", "c"]) after.world.add({ id });
    await after.world.restore(before.world.capture());
    expect(everythingOf(after)).toEqual(everythingOf(before));
    after.world.get("b")?.start();
    expect(after.world.get("b")?.state.kind).toBe("running");
  });

  it("empties computers that the save does not know", async () => {
    const save = (await runningWorld(2)).world.capture();
    const after = await runningWorld(1);
    const late = after.world.add({ id: "late" });
    await late.load(fakeProgram({ print: "x" }));
    await after.world.restore(save);
    expect(late.state).toEqual({ kind: "off", hasProgram: false });
    expect(after.vms.alive.size).toBe(2);
  });

  it("does not tell devices of the world before that their tasks are gone", async () => {
    const setup = await runningWorld(3);
    const save = setup.world.capture();
    await setup.world.restore(save);
    expect(setup.log.filter((entry) => entry.startsWith("cancel"))).toEqual([]);
  });

  it("answers ERR_GONE to a program whose device is not there any more", async () => {
    const save = (await runningWorld(3)).world.capture();
    const after = emptyWorld();
    after.world.add({ id: "a", devices: { renamed: Probe.attach({ log: after.log }) } });
    after.world.add({ id: "b" });
    await after.world.restore(save);
    for (let tick = 0; tick < 5; tick++) after.world.runTick();
    expect(after.world.get("a")?.console.text).toBe("open = 1\nwork = -4\n€ask = -4\n");
  });

  it("refuses a save of other computers, and changes nothing", async () => {
    const save = (await runningWorld(4)).world.capture();
    const after = emptyWorld();
    await after.world.add({ id: "a", devices: { probe: Probe.attach({ log: [] }) } }).load(fakeProgram(...PROGRAM));
    after.world.runTick();
    const before = everythingOf(after);
    await expect(after.world.restore(save)).rejects.toMatchObject({ code: "computer/save-mismatch" });
    expect(everythingOf(after)).toEqual(before);
    expect(after.vms.alive.size).toBe(1);
  });

  it("refuses a save that counts ticks differently", async () => {
    const save = (await runningWorld(4)).world.capture();
    const other = new ComputerWorld({ preparer: fakePreparer, vms: new FakeVms(), ticksPerSecond: 30 });
    other.add({ id: "a" });
    other.add({ id: "b" });
    await expect(other.restore(save)).rejects.toMatchObject({ code: "computer/save-mismatch" });
  });

  const bank = ["power", "run", "bank"];
  const task = { id: 1, handle: 1, function: "work", state: 1, place: null, answer: null };
  it.each<[string, readonly string[], JsonValue]>([
    ["another version", ["version"], 3],
    ["a tick rate that is no number", ["ticksPerSecond"], "20"],
    ["gas that is no number", ["gasUsed"], "many"],
    ["an unknown power", ["power", "kind"], "asleep"],
    ["no run", ["power", "run"], null],
    ["handles that are no list", [...bank, "handles"], {}],
    ["a handle without a name", [...bank, "handles"], [{ type: "probe", isLost: false }]],
    ["no call though the program waits", [...bank, "blocked"], null],
    ["a task that is not there", [...bank, "blocked"], { kind: "task", id: 99, isDirect: true }],
    ["a task nobody declared", [...bank, "tasks"], [{ ...task, function: "other" }]],
    ["two tasks of one number", [...bank, "tasks"], [task, task]],
    ["a sleep instead", [...bank, "blocked"], { kind: "sleep", function: "sleep_ticks", until: 4 }],
    [
      "a sleep that is no number of ticks",
      [...bank, "blocked"],
      { kind: "sleep", function: "sleep_ticks", until: 0.5 },
    ],
    ["an event at no place", [...bank, "blocked"], { kind: "event", address: -1, until: 4 }],
    ["random numbers that are none", [...bank, "random"], [1, 2, 3]],
    ["a device without a version", ["devices"], [{ label: "probe", type: "probe", abi: "", state: {}, random: null }]],
    ["bytes that are none", ["power", "run", "pendingOutput", "stdout"], [256]],
    ["a console of another kind", ["console", "entries"], [{ stream: "stdin", text: "x" }]],
    ["a console that dropped less than nothing", ["console", "droppedCharacters"], -1],
  ])("refuses %s, and changes nothing", async (_what, path, value) => {
    const setup = await runningWorld(3);
    const save = setup.world.capture();
    const before = everythingOf(setup);
    await expect(setup.world.restore(forge(save, path, value))).rejects.toMatchObject({
      code: "computer/save-malformed",
    });
    expect(everythingOf(setup)).toEqual(before);
    expect(setup.vms.alive.size).toBe(1);
    for (let tick = 0; tick < 8; tick++) setup.world.runTick();
    expect(setup.world.get("a")?.state).toEqual({ kind: "exited", exitCode: 4 });
  });

  it("frees the Vms it had made when a later one is refused", async () => {
    const setup = await runningWorld(1);
    const save = setup.world.capture();
    const computers = save.computers.map((computer) =>
      computer.id === "b" ? { ...computer, snapshot: { ...computer.snapshot!, moduleHash: "other" } } : computer,
    );
    await expect(setup.world.restore({ ...save, computers })).rejects.toMatchObject({ code: "vm/snapshot-mismatch" });
    expect(setup.vms.alive.size).toBe(2);
  });

  it("refuses two computers of one id, a missing program and a tick that is none", async () => {
    const { world } = await runningWorld(1);
    const save = world.capture();
    const malformed: ComputersSave[] = [
      { ...save, computers: [...save.computers, ...save.computers] },
      { ...save, programs: [] },
      { ...save, tick: -1 },
    ];
    // The world still has the programs; another one has not.
    const other = emptyWorld();
    other.world.add({ id: "a", devices: { probe: Probe.attach({ log: [] }) } });
    other.world.add({ id: "b" });
    for (const bad of malformed) {
      await expect(other.world.restore(bad)).rejects.toMatchObject({ code: "computer/save-malformed" });
    }
  });

  it("is overtaken by a later restore", async () => {
    const setup = await runningWorld(1);
    const early = setup.world.capture();
    setup.world.runTick();
    const late = setup.world.capture();
    const first = setup.world.restore(early);
    const second = setup.world.restore(late);
    await expect(first).rejects.toMatchObject({ code: "computer/superseded" });
    await second;
    expect(setup.world.tick).toBe(2);
  });
});

describe("the state of a task", () => {
  it("is refused when it could not be saved, naming the part that could not", async () => {
    const errors: unknown[] = [];
    const leaky = defineDevice<object>({
      type: "leaky",
      doc: "Keeps what cannot be saved.",
      tasks: {
        keep: task(
          { doc: "Keeps it.", returns: "0", cost: 1 },
          { start: () => pending({ list: [1, Number.NaN] }), tick: () => done(0) },
        ),
      },
    });
    const world = new ComputerWorld({
      preparer: fakePreparer,
      vms: new FakeVms(),
      onError: (error) => errors.push(error),
    });
    const computer = world.add({ id: "a", devices: { leaky: leaky.attach({}) } });
    await computer.load(
      fakeProgram({ call: "device.leaky.open", text: "leaky" }, { call: "device.leaky.keep", args: [1] }),
    );
    for (let tick = 0; tick < 2; tick++) world.runTick();
    expect(computer.state).toMatchObject({ kind: "crashed" });
    expect(errors).toMatchObject([
      { message: "Cannot save the state of leaky.keep.list[1]: NaN does not survive JSON" },
    ]);
  });
});

describe("the sources of a program", () => {
  it("come back as each computer's own, also where the wasm is the same", async () => {
    const wasm = fakeProgram({ exit: 0 });
    const options = {
      preparer: fakePreparer,
      vms: new FakeVms(),
      compiler: {
        compile: async () => ({ wasm, diagnostics: [] }),
        preload: async () => {},
        [Symbol.dispose]: () => {},
      },
    };
    const before = new ComputerWorld(options);
    await before.add({ id: "a" }).load({ "main.c": "// mine" });
    await before.add({ id: "b" }).load({ "main.c": "// yours", "more.c": "" });
    await before.add({ id: "c" }).load(wasm);
    const after = new ComputerWorld(options);
    for (const id of ["a", "b", "c"]) after.add({ id });
    await after.restore(structuredClone(before.capture()));
    expect(after.computers.map(({ sources }) => sources)).toEqual([
      { "main.c": "// mine" },
      { "main.c": "// yours", "more.c": "" },
      undefined,
    ]);
    expect(before.capture().programs).toHaveLength(1);
  });
});

describe("a program that many computers have", () => {
  it("is prepared once, by load and by restore", async () => {
    let prepared = 0;
    const options = (): ConstructorParameters<typeof ComputerWorld>[0] => ({
      preparer: {
        prepare: (wasm, policy) => {
          prepared += 1;
          return fakePreparer.prepare(wasm, policy);
        },
        [Symbol.dispose]: () => {},
      },
      vms: new FakeVms(),
    });
    const programs = Array.from({ length: 40 }, (_, index) => fakeProgram({ spend: 1 }, { exit: 10 + index }));
    const wasmOf = (index: number): Uint8Array => (programs[index % programs.length] as Uint8Array).slice();
    const ids = Array.from({ length: 200 }, (_, index) => `c${index}`);
    const before = new ComputerWorld(options());
    await Promise.all(ids.slice(0, 100).map((id, index) => before.add({ id }).load(wasmOf(index))));
    for (const [index, id] of ids.slice(100).entries()) await before.add({ id }).load(wasmOf(index));
    expect(prepared).toBe(40);
    await before.restore(before.capture());
    expect(prepared).toBe(40);
    const after = new ComputerWorld(options());
    for (const id of ids) after.add({ id });
    await after.restore(before.capture());
    expect(prepared).toBe(80);
    for (let tick = 0; tick < 2; tick++) after.runTick();
    expect(after.computers.map(({ state }) => state.kind === "exited" && state.exitCode)).toEqual(
      after.computers.map(({ id }) => 10 + ((Number(id.slice(1)) % 100) % 40)),
    );
  });

  it("is prepared again after it was refused", async () => {
    let isRefusing = true;
    const world = new ComputerWorld({
      preparer: {
        prepare: async (wasm, policy) => {
          if (isRefusing) throw new Error("Cannot prepare: no worker");
          return fakePreparer.prepare(wasm, policy);
        },
        [Symbol.dispose]: () => {},
      },
      vms: new FakeVms(),
    });
    const program = fakeProgram({ exit: 0 });
    await expect(world.add({ id: "a" }).load(program)).rejects.toThrow("no worker");
    isRefusing = false;
    await world.add({ id: "b" }).load(program);
    expect(world.get("b")?.state.kind).toBe("running");
  });
});

describe("ComputerWorld.captureEach()", () => {
  it("gives what capture() gives, with the programs after the computers", async () => {
    const { world } = await runningWorld(3);
    const { tick, computers, programs } = world.captureEach();
    const all = [...computers];
    expect({ tick, computers: all, programs: [...programs] }).toEqual(world.capture());
  });

  it("does not go on while a tick runs", async () => {
    const { world } = await runningWorld(1);
    const { computers } = world.captureEach();
    const codes: unknown[] = [];
    const port = {
      log: [],
      act: () => {
        try {
          codes.push([...computers].length);
        } catch (error) {
          codes.push((error as { code?: unknown }).code);
        }
      },
    };
    const ask = [
      { call: "device.probe.open", text: "probe" },
      { call: "device.probe.ask", args: [1, 0] },
    ];
    await world.add({ id: "c", devices: { probe: Probe.attach(port) } }).load(fakeProgram(...ask));
    for (let tick = 0; tick < 2; tick++) world.runTick();
    expect(codes).toEqual(["computer/inside-tick"]);
  });
});

describe("the room that a restore takes", () => {
  async function crowd(): Promise<{ world: ComputerWorld; vms: FakeVms; errors: unknown[] }> {
    const vms = new FakeVms();
    const errors: unknown[] = [];
    const world = new ComputerWorld({ preparer: fakePreparer, vms, onError: (error) => errors.push(error) });
    for (let at = 0; at < 50; at++) await world.add({ id: String(at) }).load(fakeProgram({ spend: 9 }, { spend: 9 }));
    world.runTick();
    return { world, vms, errors };
  }

  it("is that of one program more than run", async () => {
    const { world, vms } = await crowd();
    const save = world.capture();
    let most = 0;
    const restore = vms.restore.bind(vms);
    vms.restore = (...args) => {
      const vm = restore(...args);
      most = Math.max(most, vms.alive.size);
      return vm;
    };
    await world.restore(save);
    expect(most).toBe(51);
    expect(vms.alive.size).toBe(50);
  });

  it("is missed only by the program for which there is none at last: it crashes, in words", async () => {
    const { world, vms, errors } = await crowd();
    const save = world.capture();
    const restore = vms.restore.bind(vms);
    let count = 0;
    vms.restore = (...args) => {
      if (++count === 60) throw new VmError("vm/out-of-memory", "Cannot create a memory: the engine gives no more");
      return restore(...args);
    };
    await world.restore(save);
    const crashed = world.computers.filter(({ state }) => state.kind === "crashed");
    expect(crashed.map(({ state }) => state)).toMatchObject([{ report: { code: "vm/out-of-memory" } }]);
    expect(errors).toMatchObject([{ code: "vm/out-of-memory" }]);
    world.runTick();
    expect(world.computers.filter(({ gasUsedLastTick }) => gasUsedLastTick === 9)).toHaveLength(49);
  });
});
