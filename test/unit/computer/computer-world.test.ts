// Order and lives of computers, with programs that are lists of steps.

import { ComputerWorld, type Computer, type ComputerState } from "gasworks/computer";
import { VmError } from "gasworks/vm";
import { beforeEach, describe, expect, it } from "vitest";

import { fakePreparer, fakeProgram, FakeVms, type FakeStep } from "../../support/fake-vms.ts";
import { Probe, type ProbePort } from "../../support/probe-device.ts";

let vms: FakeVms;
let world: ComputerWorld;
let port: ProbePort;
let errors: { readonly error: unknown; readonly where: string }[];

beforeEach(() => {
  vms = new FakeVms();
  errors = [];
  port = { log: [] };
  world = new ComputerWorld({
    preparer: fakePreparer,
    vms,
    ticksPerSecond: 10,
    onError: (error, where) => errors.push({ error, where }),
  });
});

const open: FakeStep = { call: "device.probe.open", text: "probe" };

async function addRunning(id: string, ...steps: readonly FakeStep[]): Promise<Computer> {
  const computer = world.add({ id, devices: { probe: Probe.attach(port) } });
  await computer.load(fakeProgram(...steps));
  return computer;
}

function runTicks(count: number): void {
  for (let tick = 0; tick < count; tick++) world.runTick();
}

describe("ComputerWorld.runTick()", () => {
  it("runs all slices in the order of the ids, then all tasks in the same order", async () => {
    const ask = { call: "device.probe.ask", args: [1, 0] };
    const work = { call: "device.probe.work", args: [1, 2] };
    await addRunning("b", open, work, ask);
    await addRunning("a", open, ask, work, ask);
    await addRunning("B", open, work);
    runTicks(2);
    expect(world.computers.map(({ id }) => id)).toEqual(["B", "a", "b"]);
    expect(port.log).toEqual(["start 2", "ask 0", "start 2", "tick 2", "tick 2"]);
  });

  it("keeps a program waiting for as many ticks as its task is pending", async () => {
    const computer = await addRunning("a", open, { call: "device.probe.work", args: [1, 3] }, { print: "next" });
    const states: string[] = [];
    for (let tick = 1; tick <= 6; tick++) {
      world.runTick();
      states.push(`${tick} ${computer.state.kind} ${computer.gasUsedLastTick}`);
    }
    expect(states).toEqual(["1 running 1", "2 waiting 1", "3 waiting 0", "4 running 0", "5 running 1", "6 exited 1"]);
    expect(computer.console.text).toBe("open = 1\nwork = 3\nnext");
  });

  it("answers a task that is done at once without waiting", async () => {
    const computer = await addRunning("a", open, { call: "device.probe.work", args: [1, 0] });
    runTicks(2);
    expect(computer.state).toEqual({ kind: "running" });
    expect(computer.console.text).toBe("open = 1\nwork = 0\n");
  });

  it("shows programs the time of the tick, not of the wall", async () => {
    const computer = await addRunning("a", { time: true }, { time: true }, { time: true });
    runTicks(3);
    expect(computer.console.text).toBe("0\n100000000\n200000000\n");
  });

  it("lets a program sleep for a number of ticks, and refuses a negative one", async () => {
    const computer = await addRunning(
      "a",
      { call: "gasworks.sleep_ticks", args: [2] },
      { call: "gasworks.sleep_ticks", args: [-1] },
      { call: "gasworks.tick_now", args: [] },
    );
    world.runTick();
    expect(computer.state).toEqual({ kind: "waiting", device: undefined, function: "sleep_ticks" });
    runTicks(3);
    expect(computer.console.text).toBe("sleep_ticks = 0\nsleep_ticks = -3\ntick_now = 3\n");
  });

  it("cannot be called by a device, and neither can a capture", async () => {
    const codes: unknown[] = [];
    port.act = () => {
      for (const forbidden of [() => world.runTick(), () => world.capture()]) {
        try {
          forbidden();
        } catch (error) {
          codes.push((error as { code?: unknown }).code);
        }
      }
    };
    await addRunning("a", open, { call: "device.probe.ask", args: [1, 0] });
    runTicks(2);
    expect(codes).toEqual(["computer/inside-tick", "computer/inside-tick"]);
    expect(world.tick).toBe(2);
  });
});

describe("what goes wrong in a tick", () => {
  it("ends the program whose device throws in a query, tells the developer, and runs the others", async () => {
    port.act = (what) => {
      if (what === "ask 0") throw new Error("broken lamp");
    };
    const broken = await addRunning("a", open, { call: "device.probe.ask", args: [1, 0] });
    const other = await addRunning("b", { print: "1" }, { print: "2" }, { print: "3" });
    runTicks(3);
    expect(broken.state).toMatchObject({ kind: "crashed", report: { code: "host-error" } });
    expect(errors).toMatchObject([{ error: { message: "broken lamp" }, where: 'computer "a": probe.ask of "probe"' }]);
    expect(other.console.text).toBe("123");
  });

  it("ends the program whose device throws in the tick of a task", async () => {
    port.act = (what) => {
      if (what === "tick 1") throw new Error("broken gear");
    };
    const broken = await addRunning("a", open, { call: "device.probe.work", args: [1, 2] });
    const other = await addRunning("b", open, { call: "device.probe.work", args: [1, 2] });
    runTicks(4);
    expect(broken.state).toMatchObject({ kind: "crashed", report: { code: "host-error" } });
    expect(other.state).toMatchObject({ kind: "crashed" });
    expect(errors).toHaveLength(2);
    expect(vms.alive.size).toBe(0);
  });

  it("goes on when a listener throws", async () => {
    const computer = await addRunning("a", { print: "1" }, { print: "2" });
    computer.on("output", () => {
      throw new Error("bad listener");
    });
    runTicks(2);
    expect(computer.console.text).toBe("12");
    expect(errors).toHaveLength(2);
  });

  it("turns a trap into words, an event, and a free Vm", async () => {
    const traps: string[] = [];
    const computer = await addRunning("a", { trap: "integer-divide-by-zero" });
    computer.on("trap", ({ code, report }) => traps.push(`${code}: ${report.title}`));
    runTicks(2);
    expect(traps).toEqual(["integer-divide-by-zero: Division by zero"]);
    expect(computer.state).toMatchObject({ kind: "crashed", report: { title: "Division by zero" } });
    expect(vms.alive.size).toBe(0);
  });

  it("prints a character that was cut off by the exit", async () => {
    const computer = await addRunning("a", { bytes: [0xe2, 0x82] }, { exit: 3 });
    runTicks(2);
    expect(computer.console.text).toBe("\uFFFD");
    expect(computer.state).toEqual({ kind: "exited", exitCode: 3 });
  });
});

describe("a world without memory left", () => {
  const refuse = (): never => {
    throw new VmError("vm/out-of-memory", "Cannot create a memory for the program: the engine gives no more");
  };

  it("crashes a program that cannot start, in words, and tells the developer why", async () => {
    vms.create = refuse;
    const computer = await addRunning("a", { print: "never" });
    expect(computer.state).toMatchObject({
      kind: "crashed",
      report: { code: "vm/out-of-memory", title: "No memory left" },
    });
    expect(errors).toMatchObject([
      { error: { code: "vm/out-of-memory" }, where: 'computer "a": starting the program' },
    ]);
    world.runTick();
  });

  it("crashes a program that cannot go on, and no other", async () => {
    const computer = await addRunning("a", { print: "1" }, { print: "2" });
    const other = await addRunning("b", { print: "1" }, { print: "2" }, { print: "3" });
    world.runTick();
    const [first] = vms.alive;
    if (first !== undefined) first.runSlice = refuse;
    world.runTick();
    expect(computer.state).toMatchObject({ kind: "crashed", report: { code: "vm/out-of-memory" } });
    expect(other.console.text).toBe("12");
  });
});

describe("what devices do in the middle of a tick", () => {
  it("stops their own computer at the tick's end", async () => {
    const computer = await addRunning("a", open, { call: "device.probe.ask", args: [1, 0] }, { print: "never" });
    port.act = () => computer.stop();
    runTicks(4);
    expect(computer.state).toEqual({ kind: "off", hasProgram: true });
    expect(computer.console.text).toBe("open = 1\nask = 1\n");
    expect(vms.alive.size).toBe(0);
  });

  it("removes another computer at the tick's end, after its slice", async () => {
    await addRunning("a", open, { call: "device.probe.ask", args: [1, 0] });
    const other = await addRunning("b", { print: "1" }, { print: "2" }, { print: "3" });
    port.act = () => world.remove("b");
    runTicks(3);
    expect(other.console.text).toBe("12");
    expect(world.get("b")).toBeUndefined();
    expect(() => other.start()).toThrow(expect.objectContaining({ code: "computer/removed" }));
  });

  it("adds a computer, which has its first slice in the next tick", async () => {
    await addRunning("b", open, { call: "device.probe.ask", args: [1, 0] });
    let child: Computer | undefined;
    port.act = () => {
      child = world.add({ id: "c" });
      void child.load(fakeProgram({ print: "born" }));
    };
    runTicks(2);
    await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve));
    runTicks(1);
    expect(child?.console.text).toBe("born");
  });
});

describe("Computer", () => {
  it("goes through its states and tells each change once", async () => {
    const computer = world.add({ id: "a", devices: { probe: Probe.attach(port) } });
    const kinds: ComputerState["kind"][] = [];
    computer.on("state", ({ kind }) => kinds.push(kind));
    expect(computer.state).toEqual({ kind: "off", hasProgram: false });
    await computer.load(fakeProgram(open, { call: "device.probe.work", args: [1, 2] }, { exit: 0 }), { start: false });
    expect(computer.state).toEqual({ kind: "off", hasProgram: true });
    computer.start();
    computer.start();
    runTicks(5);
    computer.reset();
    computer.stop();
    expect(kinds).toEqual(["compiling", "off", "running", "waiting", "running", "exited", "running", "off"]);
    expect(vms.alive.size).toBe(0);
  });

  it("runs the program as soon as it is ready, unless told otherwise", async () => {
    const computer = await addRunning("a", { print: "1" });
    expect(computer.state).toEqual({ kind: "running" });
  });

  it("tells the device when the program that waits for it is stopped", async () => {
    const computer = await addRunning("a", open, { call: "device.probe.work", args: [1, 5] });
    runTicks(3);
    computer.stop();
    expect(port.log.at(-1)).toBe("cancel 3");
  });

  it("starts from the beginning after a reset, with an empty console and fresh handles", async () => {
    const computer = await addRunning("a", open, { spend: 100 });
    runTicks(2);
    expect(computer.gasUsed).toBe(101n);
    computer.reset();
    expect(computer.console.text).toBe("");
    expect(computer.gasUsed).toBe(0n);
    runTicks(1);
    expect(computer.console.text).toBe("open = 1\n");
  });

  it("keeps its program when the next one is refused", async () => {
    const computer = await addRunning("a", { print: "good" });
    await expect(computer.load(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({ code: "vm/module-malformed" });
    expect(computer.state).toEqual({ kind: "off", hasProgram: true });
    computer.start();
    runTicks(1);
    expect(computer.console.text).toBe("good");
  });

  it("lets the later of two loads win", async () => {
    const computer = world.add({ id: "a" });
    const first = computer.load(fakeProgram({ print: "first" }));
    const second = computer.load(fakeProgram({ print: "second" }));
    await expect(first).rejects.toMatchObject({ code: "computer/superseded" });
    await second;
    runTicks(1);
    expect(computer.console.text).toBe("second");
  });

  it("gives up a load that is stopped", async () => {
    const computer = world.add({ id: "a" });
    const load = computer.load(fakeProgram({ print: "never" }));
    computer.stop();
    await expect(load).rejects.toMatchObject({ code: "computer/superseded" });
    expect(computer.state).toEqual({ kind: "off", hasProgram: false });
  });

  it("refuses C without a compiler, generated names as sources, and a start without a program", async () => {
    const computer = world.add({ id: "a" });
    await expect(computer.load({ "main.c": "" })).rejects.toMatchObject({ code: "computer/no-compiler" });
    await expect(computer.load({ "devices.h": "" })).rejects.toMatchObject({ code: "computer/reserved-file" });
    expect(() => computer.start()).toThrow(expect.objectContaining({ code: "computer/no-program" }));
  });

  it("hands on what the player types", async () => {
    const computer = await addRunning("a", { print: "1" }, { print: "2" });
    computer.type("hello");
    runTicks(1);
    expect(computer.console.text).toBe("typed hello\n1");
  });
});

describe("ComputerWorld.add()", () => {
  it("refuses an id that is taken, and options out of range", () => {
    world.add({ id: "a" });
    expect(() => world.add({ id: "a" })).toThrow(expect.objectContaining({ code: "computer/duplicate-id" }));
    expect(() => world.add({ id: "" })).toThrow(RangeError);
    expect(() => world.add({ id: "b", gasPerTick: 0 })).toThrow(RangeError);
    expect(() => world.add({ id: "b", gasPerTick: 2 ** 30 })).toThrow(RangeError);
    expect(() => world.add({ id: "b", memoryPages: 0.5 })).toThrow(RangeError);
    expect(() => world.add({ id: "b", devices: { 'a"b': Probe.attach(port) } })).toThrow(TypeError);
    expect(world.computers).toHaveLength(1);
  });

  it("frees the id with the computer", () => {
    world.add({ id: "a" });
    world.remove("a");
    world.remove("a");
    expect(world.add({ id: "a" }).id).toBe("a");
  });

  it("gives two computers different dice", async () => {
    const seeds: unknown[] = [];
    const watched = new ComputerWorld({
      preparer: fakePreparer,
      vms: {
        create: (module, options) => {
          seeds.push(options.entropySeed);
          return vms.create(module, options);
        },
        restore: (module, snapshot, options) => vms.restore(module, snapshot, options),
      },
    });
    for (const id of ["a", "b"]) await watched.add({ id }).load(fakeProgram({ exit: 0 }));
    await watched.add({ id: "c", entropySeed: 7 }).load(fakeProgram({ exit: 0 }));
    expect(new Set(seeds).size).toBe(3);
    expect(seeds[2]).toBe(7);
  });
});
