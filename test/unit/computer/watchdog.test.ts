// A program that crashes is started again a few times, whatever happens in between, and then no more.

import { ComputerWorld, type Computer, type ComputersSave, type RestartOptions } from "gasworks/computer";
import type { JsonValue } from "gasworks/persistence";
import { describe, expect, it } from "vitest";

import { fakePreparer, fakeProgram, FakeVms, type FakeStep } from "../../support/fake-vms.ts";
import { seeds } from "../../support/fuzz-settings.ts";
import { playBothWays } from "../../support/random-world.ts";

const CRASHES: readonly FakeStep[] = [{ print: "boot " }, { trap: "unreachable" }];

interface Setup {
  readonly world: ComputerWorld;
  readonly computer: Computer;
  readonly told: string[];
}

function wire(restarts?: RestartOptions): Setup {
  const world = new ComputerWorld({ preparer: fakePreparer, vms: new FakeVms() });
  const computer = world.add({ id: "a", ...(restarts === undefined ? {} : { restarts }) });
  const told: string[] = [];
  computer.on("watchdog", ({ kind, restarts: count }) => told.push(`${world.tick} ${kind} ${count}`));
  computer.on("trap", () => told.push(`${world.tick} trap`));
  return { world, computer, told };
}

async function crashing(restarts?: RestartOptions, ...steps: readonly FakeStep[]): Promise<Setup> {
  const setup = wire(restarts);
  await setup.computer.load(fakeProgram(...(steps.length === 0 ? CRASHES : steps)));
  return setup;
}

function runTicks(world: ComputerWorld, count: number): void {
  for (let tick = 0; tick < count; tick++) world.runTick();
}

describe("a computer with restarts", () => {
  it("starts a crashed program again after some ticks, so often and no more, and says so", async () => {
    const { world, computer, told } = await crashing({ most: 2, afterTicks: 5 });
    runTicks(world, 2);
    expect(computer.state).toMatchObject({ kind: "crashed", restart: { kind: "planned", tick: 6 } });
    runTicks(world, 200);
    // The programs run in the ticks 0, 6 and 12, and crash in the ones behind.
    expect(told).toEqual(["2 trap", "7 restarted 1", "8 trap", "13 restarted 2", "14 trap", "14 gave-up 2"]);
    expect(computer.state).toMatchObject({ kind: "crashed", restart: { kind: "given-up", restarts: 2 } });
    expect(computer.console.text).toBe("boot boot boot ");
  });

  it("leaves a crashed program by default, and says nothing of restarts", async () => {
    const { world, computer, told } = await crashing();
    runTicks(world, 100);
    expect(told).toEqual(["2 trap"]);
    expect(Object.keys(computer.state)).toEqual(["kind", "report"]);
  });

  it("forgets restarts that are long ago", async () => {
    const { world, told } = await crashing(
      { most: 1, afterTicks: 4, withinTicks: 3 },
      ...CRASHES.slice(0, 1),
      { spend: 1 },
      { spend: 1 },
      { trap: "unreachable" },
    );
    runTicks(world, 100);
    expect(told.filter((line) => line.includes("gave-up"))).toEqual([]);
    expect(told.filter((line) => line.includes("restarted 1")).length).toBeGreaterThan(10);
    const counting = await crashing({ most: 1, afterTicks: 4, withinTicks: Infinity });
    runTicks(counting.world, 100);
    expect(counting.told.at(-1)).toContain("gave-up 1");
  });

  it("counts from 0 again when it is started by hand", async () => {
    const { world, computer, told } = await crashing({ most: 1, afterTicks: 3 });
    for (const again of [() => computer.start(), () => computer.reset(), () => computer.start()]) {
      runTicks(world, 50);
      expect(told.splice(0).at(-1)).toContain("gave-up 1");
      again();
      expect(computer.state).toEqual({ kind: "running" });
    }
  });

  it("starts nothing that was stopped, started or loaded meanwhile, or has ended by itself", async () => {
    for (const act of ["stop", "start", "load"] as const) {
      const { world, computer, told } = await crashing({ most: 3, afterTicks: 10 });
      runTicks(world, 3);
      if (act === "load") await computer.load(fakeProgram({ exit: 0 }));
      else computer[act]();
      told.length = 0;
      runTicks(world, 8);
      expect(
        told.filter((line) => line.includes("restarted")),
        act,
      ).toEqual([]);
    }
    const { world, told } = await crashing({ most: 3, afterTicks: 1 }, { exit: 1 });
    runTicks(world, 20);
    expect(told).toEqual([]);
  });

  it("starts nothing in the place of an earlier program that was gone back to", async () => {
    const { world, computer, told } = wire({ most: 3, afterTicks: 5 });
    const steps = Array.from({ length: 10 }, () => ({ spend: 1 }));
    await computer.load(fakeProgram({ print: "first " }, ...steps, { print: "last" }, { exit: 0 }));
    runTicks(world, 2);
    await computer.load(fakeProgram(...CRASHES), { hot: true });
    runTicks(world, 3);
    expect(computer.state).toMatchObject({ kind: "crashed", restart: { kind: "planned" } });
    computer.goBack();
    told.length = 0;
    runTicks(world, 30);
    expect(told).toEqual([]);
    expect(computer.console.text).toBe("first boot last");
  });

  it("goes on counting and waiting after a save", async () => {
    const options = { most: 2, afterTicks: 5 };
    const reference = await crashing(options);
    runTicks(reference.world, 30);
    for (let ticks = 0; ticks <= 16; ticks++) {
      const before = await crashing(options);
      runTicks(before.world, ticks);
      const after = wire(options);
      const save = structuredClone(before.world.capture());
      await after.world.restore(save);
      expect(after.world.capture()).toEqual(save);
      expect(after.computer.state).toEqual(before.computer.state);
      runTicks(after.world, 30 - ticks);
      expect([...before.told, ...after.told]).toEqual(reference.told);
      expect(after.world.capture()).toEqual(reference.world.capture());
    }
  });

  it("restarts nothing after a load without restarts, and refuses what is no state of a watchdog", async () => {
    const before = await crashing({ most: 2, afterTicks: 5 });
    runTicks(before.world, 3);
    const save = before.world.capture();
    const without = wire();
    await without.world.restore(save);
    runTicks(without.world, 30);
    expect(without.told).toEqual([]);
    const forge = (changes: Record<string, JsonValue>): ComputersSave => ({
      ...save,
      computers: save.computers.map((saved) => ({ ...saved, state: { ...(saved.state as object), ...changes } })),
    });
    for (const watchdog of [
      null,
      { restarts: [-1], verdict: null },
      { restarts: [], verdict: { kind: "soon" } },
      { restarts: [] },
    ]) {
      await expect(before.world.restore(forge({ watchdog }))).rejects.toMatchObject({
        code: "computer/save-malformed",
      });
    }
    // A plan to restart what has not crashed.
    await before.world.restore(forge({ power: { kind: "exited", exitCode: 0 } }));
    runTicks(before.world, 30);
    expect(before.computer.state).toEqual({ kind: "exited", exitCode: 0 });
  });

  it("can be told only sensible numbers", () => {
    const world = new ComputerWorld();
    for (const restarts of [
      { most: -1 },
      { most: 101 },
      { most: 0.5 },
      { most: 1, afterTicks: 0 },
      { most: 1, afterTicks: Infinity },
      { most: 1, withinTicks: 0 },
    ]) {
      expect(() => world.add({ id: "a", restarts })).toThrow(RangeError);
    }
  });

  it("shows and saves the same whether it is looked at in every tick, and wherever its memory is", async () => {
    let restartCount = 0;
    for (const seed of seeds(4, 3)) {
      const restarts = { most: 2, afterTicks: 3, withinTicks: 60 };
      const options = { seed, ticks: 200, computers: 12, computer: () => ({ restarts, gasPerTick: 4_000 }) };
      const { seen, looked } = await playBothWays(options);
      expect(seen, `seed ${seed}`).toEqual(looked);
      restartCount += seen.filter((line) => line.includes("watchdog restarted")).length;
    }
    expect(restartCount).toBeGreaterThan(4);
  });
});
