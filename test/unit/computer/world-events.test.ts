// What a world tells of all its computers at once, and where errors of the game's own go.

import {
  command,
  ComputerWorld,
  defineDevice,
  i32,
  type Computer,
  type ComputerWorldOptions,
  type DeviceDefinition,
  type ErrorReport,
  type WorldEvents,
} from "gasworks/computer";
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from "vitest";

import { fakePreparer, fakeProgram, FakeVms, type FakeStep } from "../../support/fake-vms.ts";
import { Probe, type ProbePort } from "../../support/probe-device.ts";

const Lever: DeviceDefinition<null> = defineDevice<null>({
  type: "lever",
  doc: "A lever that breaks.",
  commands: {
    pull: command({ doc: "Pulls it.", args: { n: i32("Any number") }, cost: 5 }, () => {
      throw new Error("broken lever");
    }),
  },
});

let port: ProbePort;
beforeEach(() => {
  port = { log: [] };
});

function createWorld(options: ComputerWorldOptions = {}): ComputerWorld {
  return new ComputerWorld({ preparer: fakePreparer, vms: new FakeVms(), ...options });
}

async function addRunning(world: ComputerWorld, id: string, ...steps: readonly FakeStep[]): Promise<Computer> {
  const computer = world.add({ id, devices: { left: Probe.attach(port), brake: Lever.attach(null) } });
  await computer.load(fakeProgram(...steps));
  return computer;
}

function runTicks(world: ComputerWorld, count: number): void {
  for (let tick = 0; tick < count; tick++) world.runTick();
}

const openProbe: FakeStep = { call: "device.probe.open", text: "left" };
const openLever: FakeStep = { call: "device.lever.open", text: "brake" };

describe("ComputerWorld.on()", () => {
  it("tells the events of all computers with the computer, in the order in which they happened", async () => {
    const world = createWorld();
    const told: string[] = [];
    world.on("tick", ({ tick }) => told.push(`tick ${tick}`));
    world.on("output", ({ computer, stream, text }) => told.push(`${computer.id} ${stream} ${text}`));
    world.on("exit", ({ computer, exitCode }) => told.push(`${computer.id} exit ${exitCode}`));
    world.on("trap", ({ computer, code, report }) => told.push(`${computer.id} ${code}: ${report.title}`));
    await addRunning(world, "b", { print: "hello" }, { exit: 3 });
    await addRunning(world, "a", { trap: "integer-divide-by-zero" });
    runTicks(world, 2);
    expect(told).toEqual([
      "a integer-divide-by-zero: Division by zero",
      "b stdout hello",
      "tick 1",
      "b exit 3",
      "tick 2",
    ]);
  });

  it("hears of computers that are added later, until it is ended", async () => {
    const world = createWorld();
    const kinds: string[] = [];
    const end = world.on("state", ({ computer, kind }) => kinds.push(`${computer.id} ${kind}`));
    const computer = await addRunning(world, "late");
    expect(kinds).toEqual(["late compiling", "late running"]);
    end();
    end();
    computer.stop();
    expect(kinds).toHaveLength(2);
  });

  it("knows the payload of each event", () => {
    const world = createWorld();
    world.on("exit", ({ computer, exitCode }) => void (computer.id + exitCode.toFixed()));
    // @ts-expect-error -- an exit has no code of a trap
    world.on("exit", ({ code }) => void code);
    // @ts-expect-error -- a tick is of no computer
    world.on("tick", ({ computer }) => void computer);
    // @ts-expect-error -- no such event
    expect(world.on("exits", () => {})).toBeTypeOf("function");
  });

  it("is called after the computer's own listeners", async () => {
    const world = createWorld();
    const told: string[] = [];
    world.on("output", () => told.push("world"));
    const computer = await addRunning(world, "a", { print: "1" });
    computer.on("output", () => told.push("computer"));
    world.runTick();
    expect(told).toEqual(["computer", "world"]);
  });

  it("hears nothing more once the world is disposed of, also of what has just happened", async () => {
    const world = createWorld();
    const told: string[] = [];
    const all: (keyof WorldEvents)[] = ["output", "state", "tick"];
    for (const event of all) {
      world.on(event, () => {
        told.push(event);
        if (event === "output") world.dispose();
      });
    }
    await addRunning(world, "a", { print: "1" });
    told.length = 0;
    world.runTick();
    expect(told).toEqual(["output"]);
  });
});

describe("the event wait", () => {
  it("tells each time a program begins to wait, with the device's name if it is one", async () => {
    const world = createWorld();
    const waits: string[] = [];
    const sleep: FakeStep = { call: "gasworks.sleep_ticks", args: [2] };
    const computer = await addRunning(
      world,
      "a",
      openProbe,
      { call: "device.probe.work", args: [1, 3] },
      sleep,
      sleep,
      { call: "device.probe.work", args: [1, 0] },
    );
    computer.on("wait", ({ device, function: name }) => waits.push(`${world.tick} ${device} ${name}`));
    world.on("wait", ({ computer: { id }, device, function: name }) => waits.push(`${id} ${device} ${name}`));
    runTicks(world, 12);
    expect(waits).toEqual([
      "2 left work",
      "a left work",
      "5 undefined sleep_ticks",
      "a undefined sleep_ticks",
      "7 undefined sleep_ticks",
      "a undefined sleep_ticks",
    ]);
  });

  it("is not told again of a wait that comes back with a save", async () => {
    const world = createWorld();
    await addRunning(world, "a", openProbe, { call: "device.probe.work", args: [1, 9] });
    runTicks(world, 3);
    const save = world.capture();
    const waits: unknown[] = [];
    world.on("wait", (wait) => waits.push(wait));
    await world.restore(save);
    runTicks(world, 2);
    expect(world.get("a")?.state.kind).toBe("waiting");
    expect(waits).toEqual([]);
  });
});

describe("the event error", () => {
  /** What is thrown where nobody catches it. */
  let rethrown: MockInstance<typeof queueMicrotask>;
  beforeEach(() => {
    rethrown = vi.spyOn(globalThis, "queueMicrotask").mockImplementation(() => {});
  });
  afterEach(() => rethrown.mockRestore());

  it("names computer, device and member of what a device throws", async () => {
    const world = createWorld();
    const reports: ErrorReport[] = [];
    world.on("error", (report) => reports.push(report));
    port.act = (what) => {
      if (/^(ask|tick|cancel)/.test(what)) throw new Error(what);
    };
    const work: FakeStep = { call: "device.probe.work", args: [1, 5] };
    const asking = await addRunning(world, "asking", openProbe, { call: "device.probe.ask", args: [1, 7] });
    const pulling = await addRunning(world, "pulling", openLever, { call: "device.lever.pull", args: [1, 7] });
    const working = await addRunning(world, "working", openProbe, work);
    runTicks(world, 2);
    const device = { type: "probe", label: "left" };
    expect(reports).toEqual([
      {
        error: new Error("ask 7"),
        where: 'computer "asking": probe.ask of "left"',
        computer: asking,
        device: { type: "probe", label: "left" },
        member: "ask",
      },
      {
        error: new Error("broken lever"),
        where: 'computer "pulling": applying lever.pull of "brake"',
        computer: pulling,
        device: { type: "lever", label: "brake" },
        member: "pull",
      },
      {
        error: new Error("tick 5"),
        where: 'computer "working": probe.work of "left"',
        computer: working,
        device,
        member: "work",
      },
    ]);
    port.act = (what) => {
      if (what.startsWith("cancel")) throw new Error(what);
    };
    reports.length = 0;
    working.start();
    runTicks(world, 2);
    working.stop();
    expect(reports).toEqual([
      {
        error: new Error("cancel 4"),
        where: 'computer "working": canceling probe.work of "left"',
        computer: working,
        device,
        member: "work",
      },
    ]);
    expect(rethrown).not.toHaveBeenCalled();
  });

  it("names the computer whose listener throws, and the tick goes on", async () => {
    const world = createWorld();
    const reports: ErrorReport[] = [];
    world.on("error", (report) => reports.push(report));
    const computer = await addRunning(world, "a", { print: "1" }, { print: "2" });
    const throws = (): void => {
      throw new Error("bad listener");
    };
    computer.on("output", throws);
    world.on("output", throws);
    world.onTick(throws);
    world.runTick();
    const error = new Error("bad listener");
    const report = { error, where: "listener", computer };
    expect(reports).toEqual([report, report, { error, where: "listener" }]);
    expect(computer.console.text).toBe("1");
  });

  it("is told beside onError, which is told the same", async () => {
    const calls: unknown[][] = [];
    const world = createWorld({ onError: (...call) => calls.push(call) });
    const reports: ErrorReport[] = [];
    world.on("error", (report) => reports.push(report));
    const computer = await addRunning(world, "a", openLever, { call: "device.lever.pull", args: [1, 7] });
    runTicks(world, 2);
    const source = { computer, device: { type: "lever", label: "brake" }, member: "pull" };
    const where = 'computer "a": applying lever.pull of "brake"';
    expect(calls).toEqual([[new Error("broken lever"), where, source]]);
    expect(reports).toEqual([{ error: new Error("broken lever"), where, ...source }]);
  });

  it("keeps errors from being rethrown; without a listener they are", async () => {
    const world = createWorld();
    const end = world.on("error", () => {});
    const computer = await addRunning(world, "a", { print: "1" }, { print: "2" });
    computer.on("output", ({ text }) => {
      throw new Error(`bad listener ${text}`);
    });
    world.runTick();
    expect(rethrown).not.toHaveBeenCalled();
    end();
    world.runTick();
    expect(rethrown).toHaveBeenCalledOnce();
    expect(rethrown.mock.lastCall?.[0]).toThrow("bad listener 2");
  });

  it("tells what a listener of it throws to onError and not to itself", async () => {
    const calls: string[] = [];
    const world = createWorld({ onError: (error, where) => calls.push(`${where}: ${String(error)}`) });
    let told = 0;
    world.on("error", () => {
      told += 1;
      throw new Error("worse");
    });
    world.onTick(() => {
      throw new Error("bad");
    });
    world.runTick();
    expect(told).toBe(1);
    expect(calls).toEqual(["listener: Error: bad", "listener of error: Error: worse"]);
  });
});
