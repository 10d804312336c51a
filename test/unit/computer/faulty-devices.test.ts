// Devices that fail in every way, in every handler: only the program that called them ends, the developer is told which
// device and which member it was, and the tick goes on. Devices that call back into the world do not see it half done.

import {
  command,
  ComputerError,
  ComputerWorld,
  defineDevice,
  done,
  pending,
  port,
  query,
  task,
  u32,
  type Computer,
  type ErrorReport,
} from "gasworks/computer";
import { beforeAll, describe, expect, it } from "vitest";

import { watGuest } from "../../support/guest.ts";
import { hashOf } from "../../support/hash-save.ts";

/** Called in each handler; what it gives back is the handler's answer, if it is not `undefined`. */
interface FaultyPort {
  act: (member: Member) => unknown;
}

type Member =
  | "ask"
  | "set"
  | "work.start"
  | "work.tick"
  | "work.cancel"
  | "registers.read"
  | "registers.write"
  | "attach"
  | "detach"
  | "suspend"
  | "resume";

const Faulty = defineDevice(
  {
    type: "faulty",
    doc: "Fails.",
    port: port<FaultyPort>(),
    registers: { in: { now: u32("Something") }, out: { wish: u32("Something") } },
  },
  {
    queries: {
      ask: query({ doc: "Asks.", gives: { n: u32("A number") }, returns: "0", cost: 1 }, ({ act }) =>
        given(act("ask"), { n: 1 }),
      ),
    },
    commands: { set: command({ doc: "Sets.", cost: 1 }, ({ act }) => void act("set")) },
    tasks: {
      work: task(
        { doc: "Works.", returns: "0", cost: 1, state: { left: u32("Ticks") } },
        {
          start: ({ act }) => given(act("work.start"), pending({ left: 2 })),
          tick: ({ act }, { left }) => given(act("work.tick"), left === 0 ? done(0) : pending({ left: left - 1 })),
          cancel: ({ act }) => void act("work.cancel"),
        },
      ),
    },
    registers: {
      read: ({ act }) => given(act("registers.read"), { now: 1 }),
      write: ({ act }) => void act("registers.write"),
    },
    lifecycle: {
      attach: ({ act }) => void act("attach"),
      detach: ({ act }) => void act("detach"),
      suspend: ({ act }) => void act("suspend"),
      resume: ({ act }) => void act("resume"),
    },
  },
);

/** Handlers may give anything: their types are the compiler's business. */
function given<T>(answer: unknown, otherwise: T): T {
  return answer === undefined ? otherwise : (answer as T);
}

/** Calls every member, over some ticks. */
const CALLER = `(module
  (import "gasworks" "yield_tick" (func $yield (result i32)))
  (import "gasworks" "task_cancel" (func $cancel (param i32) (result i32)))
  (import "device.faulty" "open" (func $open (param i32) (result i32)))
  (import "device.faulty" "map" (func $map (param i32 i32) (result i32)))
  (import "device.faulty" "ask" (func $ask (param i32 i32) (result i32)))
  (import "device.faulty" "set" (func $set (param i32) (result i32)))
  (import "device.faulty" "work" (func $work (param i32) (result i32)))
  (import "device.faulty" "work_start" (func $start (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "it\\00")
  (func (export "_start")
    (drop (call $open (i32.const 0)))
    (drop (call $map (i32.const 1) (i32.const 64)))
    (drop (call $yield))
    (loop $again
      (i32.store (i32.const 68) (i32.add (i32.load (i32.const 68)) (i32.const 1)))
      (drop (call $ask (i32.const 1) (i32.const 128)))
      (drop (call $set (i32.const 1)))
      (drop (call $cancel (call $start (i32.const 1))))
      (drop (call $work (i32.const 1)))
      (br $again))))`;

const COUNTER = `(module (memory (export "memory") 1) (func (export "_start") (loop $again
  (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1))) (br $again))))`;

let programs: { readonly caller: Uint8Array; readonly counter: Uint8Array };

beforeAll(async () => {
  programs = { caller: await watGuest(CALLER), counter: await watGuest(COUNTER) };
});

interface Scene {
  readonly world: ComputerWorld;
  readonly caller: Computer;
  readonly device: FaultyPort;
  readonly reports: ErrorReport[];
}

async function scene(): Promise<Scene> {
  const device: FaultyPort = { act: () => undefined };
  const world = new ComputerWorld();
  const reports: ErrorReport[] = [];
  world.on("error", (report) => reports.push(report));
  const caller = world.add({ id: "b", gasPerTick: 2_000, devices: { it: Faulty.attach(device) } });
  await caller.load(programs.caller);
  for (const id of ["a", "c"]) await world.add({ id, gasPerTick: 2_000 }).load(programs.counter);
  return { world, caller, device, reports };
}

function othersOf({ world }: Scene): string {
  return hashOf(world.capture().computers.filter(({ id }) => id !== "b"));
}

const TICKS = 8;
let quiet: Promise<string> | undefined;

/** What the others are after {@link TICKS} ticks beside a device that does not fail. */
function quietly(): Promise<string> {
  return (quiet ??= scene().then((alone) => {
    for (let tick = 0; tick < TICKS; tick++) alone.world.runTick();
    expect(alone.reports).toEqual([]);
    expect(alone.caller.state.kind).toMatch(/running|waiting/);
    return othersOf(alone);
  }));
}

/** JavaScript throws anything. */
function thrown(value: unknown): Error {
  return value as Error;
}

const THROWN: Readonly<Record<string, () => never>> = {
  "throws an Error": () => {
    throw new Error("broken");
  },
  "throws null": () => {
    throw thrown(null);
  },
  "throws a text": () => {
    throw thrown("broken");
  },
  "throws a Proxy whose every trap throws": () => {
    const refuse = (): never => {
      throw new Error("do not touch");
    };
    const traps = Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((name) => [name, refuse]));
    throw thrown(new Proxy({}, traps));
  },
  "calls itself until the stack is full": function deeper(): never {
    return (deeper as () => never)();
  },
};

const ANSWERED: Readonly<Record<string, (world: ComputerWorld) => unknown>> = {
  "answers a Promise": () => Promise.resolve(0),
  "answers NaN": () => Number.NaN,
  "answers 2^40": () => 2 ** 40,
  "answers a text": () => "0",
  "answers null": () => null,
  "answers a symbol": () => Symbol("0"),
  "answers bytes for which there is no buffer": () => new Uint8Array(4),
  "answers an object whose getters run a tick": (world) => ({
    get n() {
      return world.runTick();
    },
    get kind() {
      return world.runTick();
    },
  }),
  "answers a state that is not as declared": () => pending({ left: -1 }),
  "answers a Proxy whose every trap throws": () =>
    new Proxy({}, { get: THROWN["throws an Error"] as () => never, ownKeys: THROWN["throws an Error"] as () => never }),
};

const CALLED: readonly Member[] = [
  "ask",
  "set",
  "work.start",
  "work.tick",
  "work.cancel",
  "registers.read",
  "registers.write",
];
const ANSWERING: readonly Member[] = ["ask", "work.start", "work.tick", "registers.read"];

describe.each(CALLED)("a device whose %s", (member) => {
  const ways = Object.entries({ ...THROWN, ...(ANSWERING.includes(member) ? ANSWERED : {}) });

  it.each(ways)("%s ends its program, and nothing else", async (_way, fail) => {
    const faulty = await scene();
    const { world, caller, device, reports } = faulty;
    world.runTick();
    device.act = (called) => (called === member ? fail(world) : undefined);
    for (let tick = 1; tick < TICKS; tick++) world.runTick();
    expect(caller.state).toMatchObject({ kind: "crashed", report: { code: "host-error" } });
    expect(reports[0]).toMatchObject({
      computer: caller,
      device: { type: "faulty" },
      member: member.startsWith("work.") ? "work" : member,
    });
    // What it has started is canceled, which may fail as well.
    expect(reports.length).toBeLessThanOrEqual(2);
    expect(othersOf(faulty)).toBe(await quietly());
  });
});

describe.each(["attach", "detach", "suspend", "resume"] as const)("a device whose %s", (member) => {
  it.each(Object.entries(THROWN))("%s is reported, and nothing else", async (_way, fail) => {
    const faulty = await scene();
    const { world, caller, device, reports } = faulty;
    world.runTick();
    const save = world.capture();
    device.act = (called) => (called === member ? fail() : undefined);
    await world.restore(save);
    for (let tick = 1; tick < TICKS; tick++) world.runTick();
    caller.detach("it");
    caller.attach("it", Faulty.attach(device));
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({ computer: caller, device: { type: "faulty", label: "it" }, member });
    expect(othersOf(faulty)).toBe(await quietly());
  });
});

/** What a handler may try; those that cannot be done from there say so at once. */
const REENTRIES: Readonly<Record<string, (scene: Scene) => unknown>> = {
  "runTick()": ({ world }) => world.runTick(),
  "capture()": ({ world }) => world.capture(),
  "captureEach()": ({ world }) => [...world.captureEach().computers],
  "attach()": ({ caller, device }) => caller.attach("other", Faulty.attach({ act: device.act })),
  "restore()": ({ world }) => void world.restore({ tick: 1, programs: [], computers: [] }).catch(() => {}),
  "load()": ({ caller }) => void caller.load(programs.caller).catch(() => {}),
  "start()": ({ caller }) => caller.start(),
  "stop()": ({ caller }) => caller.stop(),
  "reset()": ({ caller }) => caller.reset(),
  "goBack()": ({ caller }) => caller.canGoBack && caller.goBack(),
  "detach()": ({ caller }) => caller.detach("it"),
  "remove()": ({ world }) => world.remove("b"),
  "type()": ({ caller }) => caller.type("x"),
};
const REFUSED: ReadonlySet<string> = new Set(["runTick()", "capture()", "captureEach()", "attach()"]);
const MEMBERS: readonly Member[] = [...CALLED, "detach", "suspend", "resume"];

describe.each(MEMBERS)("from inside %s", (member) => {
  it.each(Object.entries(REENTRIES))("%s is refused, or done afterwards", async (name, reenter) => {
    const busy = await scene();
    const { world, caller, device, reports } = busy;
    world.runTick();
    let outcome: unknown;
    let depth = 0;
    let deepest = 0;
    const lost: string[] = [];
    caller.on("device-lost", ({ label }) => lost.push(label));
    device.act = (called) => {
      if (called !== member || outcome !== undefined) return undefined;
      depth += 1;
      deepest = Math.max(deepest, depth);
      outcome = "done";
      try {
        reenter(busy);
      } catch (error) {
        outcome = error instanceof ComputerError ? error.code : error;
      }
      depth -= 1;
      return undefined;
    };
    const restored = member === "suspend" || member === "resume" ? world.restore(world.capture()) : undefined;
    await restored;
    for (let tick = 1; tick < TICKS - 1; tick++) world.runTick();
    if (member === "detach") caller.detach("it");
    await Promise.resolve();
    expect(outcome).toBe(REFUSED.has(name) ? "computer/inside-tick" : "done");
    expect(deepest).toBe(1);
    expect(lost.length).toBeLessThanOrEqual(1);
    expect(reports).toEqual([]);
    // A restore of an empty save empties the others, too.
    if (name !== "restore()") {
      world.runTick();
      expect(othersOf(busy)).toBe(await quietly());
    }
    expect(() => world.runTick()).not.toThrow();
  });
});
