import { ComputerWorld, defineDevice, generateAssemblyScript, i32, query, type Computer } from "gasworks/computer";
import { describe, expect, it, vi } from "vitest";

import { compileAssemblyScript } from "../../support/assembly-script.ts";
import { Probe } from "../../support/probe-device.ts";

vi.setConfig({ testTimeout: 60_000 });

async function run(main: string, entropySeed = 1): Promise<Computer> {
  const devices = { tap: Probe.attach({ log: [] }) };
  const world = new ComputerWorld();
  const computer = world.add({ id: "a", devices, gasPerTick: 1_000_000, entropySeed });
  await computer.load(await compileAssemblyScript({ ...generateAssemblyScript(devices), "main.ts": main }));
  for (let tick = 0; tick < 20 && computer.state.kind !== "exited"; tick++) world.runTick();
  return computer;
}

describe("generateAssemblyScript()", () => {
  it("declares what is attached, and nothing else", () => {
    const modules = generateAssemblyScript({ left: Probe.attach({ log: [] }), right: Probe.attach({ log: [] }) });
    expect(Object.keys(modules)).toEqual(["gasworks.ts", "devices.ts"]);
    expect(modules["devices.ts"]).toMatchInlineSnapshot(`
      "// The devices of this computer. Generated from its wiring.

      export { abort, seed } from "./gasworks";

      /**
       * Writes down what is asked of it.
       *
       * Attached to this computer: "left", "right".
       */
      export type probe_t = i32;

      /** The lower side. */
      export const PROBE_LOW: i32 = 0;

      /** The upper side. */
      export const PROBE_HIGH: i32 = 7;

      // @ts-ignore: decorator
      @external("device.probe", "open")
      declare function _probe_open(name: usize): i32;

      /**
       * Opens the probe that is attached under a name.
       *
       * @param name Its name, as a string
       * @return a handle for the other calls, or ERR_NO_DEVICE
       */
      export function probe_open(name: string): probe_t {
        return _probe_open(changetype<usize>(String.UTF8.encode(name, true)));
      }

      /**
       * Opens one probe after the other, in the order of their names.
       *
       * @param index Which one, from 0
       * @return a handle for the other calls, or ERR_NO_DEVICE behind the last one
       */
      // @ts-ignore: decorator
      @external("device.probe", "at")
      export declare function probe_at(index: i32): i32;

      /**
       * Answers what it was given, plus one.
       *
       * @param n Any number
       * @return the sum; negative on an error
       */
      // @ts-ignore: decorator
      @external("device.probe", "ask")
      export declare function probe_ask(probe: probe_t, n: i32): i32;

      /**
       * Takes one of each type.
       *
       * @param side A side
       * @param count At least 1
       * @param wide At most 100
       * @param part 0 to 1
       * @return 0; negative on an error
       */
      // @ts-ignore: decorator
      @external("device.probe", "check")
      export declare function probe_check(probe: probe_t, side: i32, count: u32, wide: i64, part: f32): i32;

      /**
       * Works for some ticks.
       *
       * @param ticks How many
       * @return the ticks; negative on an error
       */
      // @ts-ignore: decorator
      @external("device.probe", "work")
      export declare function probe_work(probe: probe_t, ticks: i32): i32;

      /**
       * Starts probe_work and goes on at once.
       *
       * @param ticks How many
       * @return a task for task_wait, task_poll and task_cancel; ERR_BUSY if there are too many
       */
      // @ts-ignore: decorator
      @external("device.probe", "work_start")
      export declare function probe_work_start(probe: probe_t, ticks: i32): i32;
      "
    `);
  });

  it("gives each argument its type", async () => {
    const computer = await run(`
      import { exit, print, error_text, ERR_BAD_ARGUMENT } from "./gasworks";
      import { PROBE_HIGH, probe_ask, probe_check, probe_open, probe_work } from "./devices";

      export function _start(): void {
        const probe = probe_open("tap");
        print([probe_ask(probe, -2), probe_check(probe, PROBE_HIGH, 1, 99, 0.5), probe_work(probe, 3)].join(" "));
        const error = probe_check(probe, PROBE_HIGH, 0, 99, 0.5);
        print((error == ERR_BAD_ARGUMENT).toString() + " " + error_text(error));
        print(error_text(probe_open("none")));
        exit(7);
      }`);
    expect(computer.console.text).toBe(
      "-1 0 3\ntrue An argument is outside the range that the call allows.\n" +
        "No device of this type is attached under that name.\n",
    );
    expect(computer.state).toMatchObject({ kind: "exited", exitCode: 7 });
  });

  it("says on the console why a program failed, and where", async () => {
    const computer = await run(`
      import { print } from "./gasworks";
      const list: i32[] = [];
      export function _start(): void {
        print("before");
        list.pop();
      }`);
    expect(computer.console.text).toMatch(/^before\nArray is empty at ~lib\/array\.ts:\d+:\d+\n/);
    expect(computer.state).toMatchObject({ kind: "crashed", report: { code: "unreachable" } });
  });

  it("lets programs roll dice, the same with the same seed", async () => {
    const dice = `
      import { print } from "./gasworks";
      export function _start(): void {
        for (let i = 0; i < 5; i++) print((Math.random() * 1000).toString());
      }`;
    const [first, again, other] = [await run(dice, 1), await run(dice, 1), await run(dice, 2)];
    expect(first.console.text.split("\n")).toHaveLength(6);
    expect(again.console.text).toBe(first.console.text);
    expect(other.console.text).not.toBe(first.console.text);
  });

  it("renames arguments whose names mean something in AssemblyScript and nothing in C", async () => {
    const names =
      "abstract any arguments as async await boolean catch class constructor debugger declare delete eval export extends " +
      "finally from function get implements import in instanceof interface is keyof let module namespace new never null " +
      "number object of package private protected public readonly set string super symbol this throw try type typeof " +
      "undefined unknown usize var with yield i32 f64 select load";
    // C has "typeof" since C23, so no device has such an argument.
    const queries = names
      .split(" ")
      .filter((name) => name !== "typeof")
      .map((name) => {
        const shape = { doc: "Asks.", args: { [name]: i32("Anything") }, returns: "0", cost: 1 };
        return [`ask_${name}`, query(shape, () => 0)] as const;
      });
    const Oracle = defineDevice({ type: "oracle", doc: "Knows.", queries: Object.fromEntries(queries) });
    const modules = generateAssemblyScript({ oracle: Oracle.attach({}) });
    const calls = queries.map(([name]) => `oracle_${name}(0, 1);`);
    const imports = queries.map(([name]) => `oracle_${name}`).join(", ");
    const main = `import { ${imports} } from "./devices"; export function _start(): void { ${calls.join("\n")} }`;
    expect((await compileAssemblyScript({ ...modules, "main.ts": main })).length).toBeGreaterThan(1_000);
  });
});
