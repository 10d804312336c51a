// The tests of the contract that shipped devices keep. A device comes in by a file in `cases`; `-u` writes its file in
// `layouts`.

import { readdirSync } from "node:fs";

import type { AttachedDevice, TypedDevice } from "gasworks/computer";
import type { MemoryBackend } from "gasworks/vm";
import { describe, expect, it, vi } from "vitest";

import {
  CaseRun,
  JUNK,
  layoutOf,
  losingProgram,
  lossOf,
  namesOf,
  placesIn,
  statesIn,
  textsOf,
  type DeviceCase,
  type SavedStates,
} from "./device-contract.ts";

/** Two halves, because one file after the other would keep one core waiting. */
const HALVES = {
  /** What the world has. */
  things: new URL("cases/things/", import.meta.url),
  /** What the computer has. */
  parts: new URL("cases/parts/", import.meta.url),
};

/** The types of device that have a case. */
export function testedTypes(): string[] {
  return Object.values(HALVES).flatMap((folder) => readdirSync(folder).map((file) => file.replace(".ts", "")));
}

/** Declares all tests for all devices of one half. */
export async function testContracts(half: keyof typeof HALVES): Promise<void> {
  vi.setConfig({ testTimeout: 120_000 });
  for (const file of readdirSync(HALVES[half])) {
    const { deviceCase } = (await import(new URL(file, HALVES[half]).href)) as { readonly deviceCase: DeviceCase };
    describe(deviceCase.device.type, () => {
      testContract(deviceCase);
    });
  }
}

function testContract(deviceCase: DeviceCase): void {
  const { type } = deviceCase.device;
  const { device, programs, prints, ticks } = deviceCase;
  const members = [device.queries, device.commands, device.tasks].flatMap((each) => Object.keys(each));
  const tasks = Object.keys(device.tasks).filter((name) => !deviceCase.brief?.includes(name));

  it("has its layouts fixed: of structs, calls and saves", async () => {
    await expect(await layoutOf(deviceCase)).toMatchFileSnapshot(
      new URL(`layouts/${type}.txt`, import.meta.url).pathname,
    );
  });

  it("stands with all its members in the header, in the manual and among the completions", () => {
    const run = new CaseRun(deviceCase, "own");
    const { id, label } = run.place;
    const attached = run.world.get(id)?.devices[label];
    if (attached === undefined) throw new Error("no device");
    for (const [what, text] of Object.entries(textsOf(attached))) {
      for (const name of namesOf(device)) expect(text, what).toMatch(new RegExp(`\\b${name}\\b`, "u"));
    }
  });

  it("has every member used by the case's programs", () => {
    const sources = Object.values(programs).join("\n");
    const unused = members.filter((name) => !new RegExp(`\\b${type}_${name}(_start)?\\(`, "u").test(sources));
    expect(unused).toEqual([]);
    expect(Object.keys(deviceCase.calls).toSorted()).toEqual(members.toSorted());
  });

  it("refuses a save that no device has written, and is as it was", async () => {
    const saves = await differentSaves(deviceCase, "own");
    const target = await new CaseRun(deviceCase, "own").loadAll();
    target.runUntil(Math.floor(ticks / 2));
    const before = target.save();
    let refusals = 0;
    for (const bytes of saves) {
      for (let place = 0; place < forgeable(deviceCase, statesIn(bytes)).length; place++) {
        let path = "";
        for (const junk of JUNK) {
          const forged = target.restore(bytes, (states) => {
            const forging = forgeable(deviceCase, states)[place];
            path = forging?.path ?? "";
            forging?.put(junk);
          });
          const error: unknown = await forged.then(
            () => undefined,
            (reason: unknown) => reason,
          );
          if (error === undefined) {
            // What another run might have written is taken, and harms nobody but its own program.
            target.runUntil(target.world.tick + 3);
            await target.restore(before);
          } else {
            expect(error, `${path} = ${JSON.stringify(junk)}`).toMatchObject({ code: "computer/save-malformed" });
            refusals += 1;
          }
        }
        expect(target.save(), path).toEqual(before);
      }
    }
    const keeps = Object.keys(device.state).length > 0 || tasks.some((name) => device.tasks[name]?.shape.state);
    expect(refusals > 0).toBe(keeps);
  });

  describe.each<MemoryBackend>(["own", "arena"])("in memory of kind %s", (memory) => {
    const other: MemoryBackend = memory === "own" ? "arena" : "own";

    it("does what its programs tell", async () => {
      const run = await new CaseRun(deviceCase, memory).loadAll();
      run.runUntil(ticks);
      expect(run.errors).toEqual([]);
      const printed = run.world.computers.map(({ id, console }) => [id, console.text]);
      expect(Object.fromEntries(printed)).toEqual(prints);
      expect(run.world.computers.map(({ state }) => state.kind)).toEqual(Object.keys(programs).map(() => "exited"));
    });

    it("shows the same if its tasks are asked in every tick", async () => {
      const straight = await new CaseRun(deviceCase, memory).loadAll();
      straight.runUntil(ticks);
      const asked = await new CaseRun(deviceCase, memory).loadAll();
      while (asked.world.tick < ticks) {
        for (const { devices } of asked.world.computers) for (const device of Object.values(devices)) wake(device);
        asked.tick();
      }
      expect(asked.seen).toEqual(straight.seen);
    });

    it("goes on from a save of every tick, in the middle of every task, as if it had never been saved", async () => {
      const straight = await new CaseRun(deviceCase, memory).loadAll();
      const saves: Uint8Array[] = [];
      for (let tick = 0; tick < ticks; tick++) {
        saves.push(straight.save());
        straight.tick();
      }
      const end = straight.save();
      for (const [at, bytes] of saves.entries()) {
        const twin = new CaseRun(deviceCase, other);
        await twin.restore(bytes);
        expect(twin.save(), `loaded at tick ${at}`).toEqual(bytes);
        twin.runUntil(ticks);
        expect(twin.seen, `from tick ${at}`).toEqual(straight.seen);
        expect(twin.save(), `from tick ${at}`).toEqual(end);
      }
      const saved = new Set(saves.flatMap(pendingTasks));
      expect([...saved].toSorted()).toEqual(tasks.toSorted());
    });

    it("refuses a save of a later version, and goes on as it was", async () => {
      const { bytes, target, seen } = await atTwoTicks(deviceCase, memory);
      const { id, label } = target.place;
      const refused = target.restore(bytes, (states) => {
        const saved = deviceIn(states, id, label);
        saved.version += 1;
      });
      await expect(refused).rejects.toMatchObject({ code: "computer/device-version" });
      target.runUntil(ticks);
      expect(target.seen).toEqual(seen);
    });

    const losses: readonly [string, string | undefined][] = [
      ["calls that keep nobody waiting", undefined],
      ...tasks.map((name): [string, string] => [name, name]),
    ];

    it.each(losses)("answers ERR_GONE to %s when it is detached, and both sides hear of it", async (_what, task) => {
      const run = new CaseRun(deviceCase, memory);
      const { id, label } = run.place;
      await run.load(id, losingProgram(deviceCase, task));
      run.runUntil(2);
      if (task !== undefined) expect(pendingTasks(run.save())).toEqual([task]);
      run.world.get(id)?.detach(label);
      run.runUntil(8);
      expect(run.world.get(id)?.console.text).toBe(lossOf(deviceCase, task));
      expect(run.lost).toEqual([label]);
      expect(run.errors).toEqual([]);
    });

    it.each(losses)("answers ERR_GONE to %s in a world that is loaded without it", async (_what, task) => {
      const run = new CaseRun(deviceCase, memory);
      const { id, label } = run.place;
      await run.load(id, losingProgram(deviceCase, task));
      run.runUntil(2);
      const bytes = run.save();
      const without = new CaseRun(deviceCase, other);
      without.world.get(id)?.detach(label);
      without.lost.length = 0;
      await without.restore(bytes);
      without.runUntil(8);
      expect(without.world.get(id)?.console.text).toBe(lossOf(deviceCase, task));
      expect(without.lost).toEqual([label]);
      expect(without.errors).toEqual([]);
    });
  });
}

/** The functions of tasks that are under way in a save. */
/** Any device of the kit can be woken, whatever its type says of it. */
function wake(device: AttachedDevice): void {
  (device as TypedDevice<unknown, unknown>).wake();
}

function pendingTasks(bytes: Uint8Array): string[] {
  return statesIn(bytes).flatMap(({ state }) =>
    (state.power.run?.bank.tasks ?? []).filter(({ answer }) => answer === null).map((task) => task.function),
  );
}

/** Saves of a run, one for each set of tasks under way: together they say all that there is to forge. */
async function differentSaves(deviceCase: DeviceCase, memory: MemoryBackend): Promise<Uint8Array[]> {
  const run = await new CaseRun(deviceCase, memory).loadAll();
  const saves = new Map<string, Uint8Array>();
  for (let tick = 0; tick < deviceCase.ticks; tick++) {
    const bytes = run.save();
    saves.set(pendingTasks(bytes).join(), bytes);
    run.tick();
  }
  return [...saves.values()];
}

/** All that a save says of the device, and of the tasks of its computer. */
function forgeable(deviceCase: DeviceCase, states: readonly SavedStates[]) {
  const { id, label } = new CaseRun(deviceCase, "own").place;
  return states
    .filter((saved) => saved.id === id)
    .flatMap(({ state }) => [
      ...state.devices.filter((saved) => saved.label === label).map((saved) => saved.state),
      ...(state.power.run?.bank.tasks ?? []).flatMap((task) => task.state ?? []),
    ])
    .flatMap((part) => placesIn(part));
}

function deviceIn(states: readonly SavedStates[], id: string, label: string) {
  const saved = states.find((state) => state.id === id)?.state.devices.find((each) => each.label === label);
  if (saved === undefined) throw new Error(`The save has no device "${label}" of computer "${id}"`);
  return saved;
}

/** A save of the middle, a run that is further on, and what that run is to come to. */
async function atTwoTicks(deviceCase: DeviceCase, memory: MemoryBackend) {
  const target = await new CaseRun(deviceCase, memory).loadAll();
  const middle = Math.floor(deviceCase.ticks / 2);
  target.runUntil(middle);
  const bytes = target.save();
  target.runUntil(middle + 1);
  const straight = await new CaseRun(deviceCase, memory).loadAll();
  straight.runUntil(deviceCase.ticks);
  return { bytes, target, seen: straight.seen };
}
