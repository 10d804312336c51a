// Commands: answered in the slice, applied at the end of the tick, in one order, and never in a save.

import {
  command,
  ComputerWorld,
  defineDevice,
  DEVICE_ERRORS,
  generateDevicePage,
  generateHeaders,
  i32,
  i64,
  query,
  type Computer,
  type DeviceDeclaration,
  type DeviceDefinition,
} from "gasworks/computer";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";

import { fakeCall, fakePreparer, fakeProgram, FakeVms, type FakeStep } from "../../support/fake-vms.ts";
import { Probe } from "../../support/probe-device.ts";

interface LeverPort {
  readonly id: string;
  readonly log: string[];
}

const args = { n: i32("0 to 9; 7 breaks the lever", { min: 0, max: 9 }) };

function pull(port: LeverPort, name: string, n: number): void {
  if (n === 7) throw new Error("broken");
  port.log.push(`${port.id} ${name} ${n}`);
}

const Lever: DeviceDefinition<LeverPort> = defineDevice<LeverPort>({
  type: "lever",
  doc: "A lever.",
  queries: {
    count: query({ doc: "Counts the pulls.", returns: "how many", cost: 1 }, (port) => port.log.length),
  },
  commands: {
    late: command({ doc: "Pulls it late.", args, cost: 5, priority: 3 }, (port, { n }) => pull(port, "late", n)),
    early: command({ doc: "Pulls it early.", args, cost: 5, priority: -2 }, (port, { n }) => pull(port, "early", n)),
    pull: command({ doc: "Pulls it.", args, cost: 5 }, (port, { n }) => pull(port, "pull", n)),
  },
});

let log: string[];
let errors: { readonly error: unknown; readonly where: string }[];

beforeEach(() => {
  log = [];
  errors = [];
});

function createWorld(): ComputerWorld {
  return new ComputerWorld({
    preparer: fakePreparer,
    vms: new FakeVms(),
    onError: (error, where) => errors.push({ error, where }),
  });
}

function add(world: ComputerWorld, id: string, pulls = log): Computer {
  return world.add({
    id,
    devices: { lever: Lever.attach({ id, log: pulls }), probe: Probe.attach({ log: pulls }) },
  });
}

const open: FakeStep = { call: "device.lever.open", text: "lever" };
const call = (name: string, n: number): FakeStep => ({ call: `device.lever.${name}`, args: [1, n] });

async function run(world: ComputerWorld, id: string, ...steps: readonly FakeStep[]): Promise<Computer> {
  const computer = add(world, id);
  await computer.load(fakeProgram(open, ...steps));
  return computer;
}

describe("a command", () => {
  it("is answered with 0 at once, and seen by all programs in the next tick only", async () => {
    const world = createWorld();
    const a = await run(world, "a", call("pull", 1), { call: "device.lever.count", args: [1] });
    const b = await run(
      world,
      "b",
      { call: "device.lever.count", args: [1] },
      { call: "device.lever.count", args: [1] },
    );
    for (let tick = 0; tick < 3; tick++) world.runTick();
    expect(a.console.text).toBe("open = 1\npull = 0\ncount = 1\n");
    expect(b.console.text).toBe("open = 1\ncount = 0\ncount = 1\n");
  });

  it("is applied before the tasks of the same tick", async () => {
    const world = createWorld();
    const work = { call: "device.probe.work", args: [1, 1] };
    const a = add(world, "a");
    await a.load(fakeProgram({ call: "device.probe.open", text: "probe" }, work));
    await run(world, "b", call("pull", 2));
    world.runTick();
    world.runTick();
    expect(log).toEqual(["start 1", "b pull 2", "tick 1"]);
  });

  it.each<[string, readonly number[], number]>([
    ["an argument out of range", [1, 10], DEVICE_ERRORS.badArgument.value],
    ["a handle that was never given", [2, 1], DEVICE_ERRORS.badHandle.value],
  ])("answers %s with an error and is not applied", async (_what, callArgs, answer) => {
    const world = createWorld();
    const a = await run(world, "a", { call: "device.lever.pull", args: callArgs });
    world.runTick();
    world.runTick();
    expect(a.console.text).toBe(`open = 1\npull = ${answer}\n`);
    expect(log).toEqual([]);
  });

  it("answers that its device is gone after a load without it", async () => {
    const world = createWorld();
    await run(world, "a", call("pull", 1), call("pull", 2));
    world.runTick();
    world.runTick();
    const next = createWorld();
    const other = next.add({ id: "a", devices: { other: Lever.attach({ id: "a", log }) } });
    await next.restore(world.capture());
    next.runTick();
    expect(other.console.text).toContain(`pull = ${DEVICE_ERRORS.gone.value}\n`);
    expect(log).toEqual(["a pull 1"]);
  });

  it("ends only its own program with host-error if it throws, and names device and command", async () => {
    const world = createWorld();
    const broken = await run(world, "a", call("pull", 7));
    const other = await run(world, "b", call("pull", 1), call("pull", 2));
    for (let tick = 0; tick < 3; tick++) world.runTick();
    expect(broken.state).toMatchObject({ kind: "crashed", report: { code: "host-error" } });
    expect(errors).toEqual([{ error: new Error("broken"), where: 'computer "a": applying lever.pull of "lever"' }]);
    expect(other.state).toEqual({ kind: "running" });
    expect(log).toEqual(["b pull 1", "b pull 2"]);
  });

  it("is applied if its program has ended in the same tick, which stays as it ended if that throws", async () => {
    const vms = new FakeVms();
    const world = new ComputerWorld({
      preparer: fakePreparer,
      vms,
      onError: (error, where) => errors.push({ error, where }),
    });
    const a = add(world, "a");
    await a.load(fakeProgram(open));
    const lever = vms.devices.find(({ type }) => type.importModule === "device.lever");
    world.runTick();
    // The call of a slice that ends with the program: here made just before it.
    for (const n of [7, 1]) lever?.handle(fakeCall("pull", [1, n]));
    world.runTick();
    expect(a.state).toEqual({ kind: "exited", exitCode: 0 });
    expect(errors).toHaveLength(1);
    expect(log).toEqual(["a pull 1"]);
  });

  it("answers busy beyond 256 in a tick, and takes more in the next", async () => {
    const vms = new FakeVms();
    const world = new ComputerWorld({
      preparer: fakePreparer,
      vms,
    });
    const answers: unknown[] = [];
    const act = (): void => {
      const lever = vms.devices.find(({ type }) => type.importModule === "device.lever");
      const handle = Number(lever?.handle(fakeCall("open", [0], "lever")));
      for (let n = 0; n < 257; n++) answers.push(lever?.handle(fakeCall("pull", [handle, 1])));
    };
    const a = world.add({
      id: "a",
      devices: { probe: Probe.attach({ log: [], act }), lever: Lever.attach({ id: "a", log }) },
    });
    const ask = { call: "device.probe.ask", args: [1, 0] };
    await a.load(fakeProgram({ call: "device.probe.open", text: "probe" }, ask, ask));
    world.runTick();
    world.runTick();
    expect(answers).toEqual([...Array<number>(256).fill(0), DEVICE_ERRORS.busy.value]);
    expect(log).toHaveLength(256);
    world.runTick();
    expect(log).toHaveLength(512);
  });
});

describe("the commands of a tick", () => {
  const priorities: Readonly<Record<string, number>> = { early: -2, pull: 0, late: 3 };
  const calls = fc.array(fc.tuple(fc.constantFrom("early", "pull", "late"), fc.integer({ min: 0, max: 6 })), {
    minLength: 6,
    maxLength: 6,
  });
  const worlds = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1, maxLength: 3 }), calls), {
    selector: ([id]) => id,
    minLength: 1,
    maxLength: 5,
  });

  it("are applied in the order of the ids where slices run in another one", async () => {
    const world = new ComputerWorld({ preparer: fakePreparer, vms: new FakeVms(), gasPerOwner: 1_000 });
    const slices: string[] = [];
    const ask = { call: "device.probe.ask", args: [1, 0] };
    const openProbe = { call: "device.probe.open", text: "probe" };
    const openLever = { call: "device.lever.open", text: "lever" };
    const pulls = Array.from({ length: 4 }, () => ({ call: "device.lever.pull", args: [2, 1] }));
    for (const id of ["a", "b", "c"]) {
      const port = { log: [], act: () => slices.push(id) };
      const devices = { probe: Probe.attach(port), lever: Lever.attach({ id, log }) };
      const computer = world.add({ id, owner: "me", devices });
      await computer.load(fakeProgram(openProbe, openLever, ...pulls, ask, ask));
    }
    for (let tick = 0; tick < 8; tick++) world.runTick();
    expect(slices.join("")).toBe("abcbca");
    expect(log).toEqual(Array.from({ length: 4 }, () => ["a pull 1", "b pull 1", "c pull 1"]).flat());
  });

  it("are applied by priority, id and call, whatever the order of adding, and the same after a save", async () => {
    await fc.assert(
      fc.asyncProperty(worlds, fc.integer({ min: 1, max: 6 }), async (computers, savedAt) => {
        log = [];
        const world = createWorld();
        for (const [id, steps] of computers) await run(world, id, ...steps.map(([name, n]) => call(name, n)));
        const ordered = computers.toSorted(([a], [b]) => (a < b ? -1 : 1));
        const expected = Array.from({ length: 6 }, (_, tick) =>
          ordered
            .map(([id, steps]) => ({ id, name: steps[tick]?.[0] ?? "", n: steps[tick]?.[1] }))
            .toSorted((a, b) => (priorities[a.name] ?? 0) - (priorities[b.name] ?? 0))
            .map(({ id, name, n }) => `${id} ${name} ${n}`),
        ).flat();
        for (let tick = 0; tick < savedAt; tick++) world.runTick();
        const save = world.capture();
        const before = [...log];
        while (world.tick < 7) world.runTick();
        expect(log).toEqual(expected);

        // Nothing of the save is applied again, and nothing is missing.
        const later: string[] = [];
        const next = createWorld();
        for (const [id] of computers) add(next, id, later);
        await next.restore(save);
        while (next.tick < 7) next.runTick();
        expect([...before, ...later]).toEqual(expected);
        expect(next.capture()).toEqual(world.capture());
      }),
      { numRuns: 30 },
    );
  });
});

describe("declaring commands", () => {
  const shape = { doc: "Does it.", cost: 1 };
  const lamp: DeviceDeclaration<object> = { type: "lamp", doc: "A lamp." };

  it.each<[string, DeviceDeclaration<object>]>([
    ["a priority that is no integer", { ...lamp, commands: { go: command({ ...shape, priority: 0.5 }, () => {}) } }],
    [
      "a call that is command and query",
      {
        ...lamp,
        commands: { go: command(shape, () => {}) },
        queries: { go: query({ ...shape, returns: "0" }, () => 0) },
      },
    ],
    ["a command named open", { ...lamp, commands: { open: command(shape, () => {}) } }],
    [
      "a command that costs less than nothing",
      { ...lamp, commands: { go: command({ ...shape, cost: -1 }, () => {}) } },
    ],
  ])("refuses %s", (_what, declaration) => {
    expect(() => defineDevice(declaration)).toThrow(TypeError);
  });

  it("gives handlers the types of the arguments, and refuses other ones", () => {
    const wide = { ...shape, args: { n: i64("Any number") } };
    const right = command(wide, (_port: object, { n }) => void (n satisfies bigint));
    // @ts-expect-error -- an i64 is a bigint, not a number
    const wrong = command(wide, (_port: object, given: { readonly n: number }) => void given.n);
    // @ts-expect-error -- it has no such argument
    const missing = command(wide, (_port: object, given) => void given.m);
    expect([right, wrong, missing].map(({ kind }) => kind)).toEqual(["command", "command", "command"]);
  });

  it("stands in the manual, which says when it happens", () => {
    expect(generateDevicePage(Lever)).toContain(
      "Pulls it. The program goes on at once; it happens at the end of the tick.",
    );
  });

  it("stands in the C header with its words", () => {
    expect(generateHeaders({ lever: Lever.attach({ id: "a", log: [] }) })["devices.h"]).toContain(
      [
        "/**",
        " * Pulls it.",
        " *",
        " * @param n 0 to 9; 7 breaks the lever",
        " * @return 0; negative on an error",
        " */",
        '__attribute__((import_module("device.lever"), import_name("pull")))',
        "int lever_pull(lever_t lever, int n);",
      ].join("\n"),
    );
  });
});
