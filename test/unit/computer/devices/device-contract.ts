// What every shipped device keeps to, whatever it does: one function, called once for each. Programs are real C.

import {
  completionsOf,
  ComputerWorld,
  DEVICE_ERRORS,
  generateDevicePage,
  generateHeaders,
  type AttachedDevice,
  type DeviceFace,
  type ScalarFields,
} from "gasworks/computer";
import { decodeSave, encodeSave, type JsonValue } from "gasworks/persistence";
import type { MemoryBackend } from "gasworks/vm";
import { expect } from "vitest";

import { sharedCompiler } from "../../../../bench/compile-freestanding.ts";
import { sharedPreparer } from "../../../support/shared-preparer.ts";

/** The game's side of a case: things that devices belong to. */
export interface DeviceSite {
  /** By computer, then by the name under which the device is attached. */
  readonly computers: Readonly<Record<string, Readonly<Record<string, AttachedDevice>>>>;
  /** What the game does before a tick. @defaultValue nothing */
  act?(tick: number, world: ComputerWorld): void;
  /** Everything of the game that matters, as it goes into a save. */
  save(): JsonValue;
  /** Takes over what {@link DeviceSite.save} gave; called before the computers are restored. */
  load(saved: JsonValue): void;
}

/** One shipped device with all that is needed to see it keep the contract. */
export interface DeviceCase {
  readonly device: DeviceFace;
  createSite(): DeviceSite;
  /** C by computer. Together they use every member, and have each task under way between two ticks. */
  readonly programs: Readonly<Record<string, string>>;
  /** What they print, by computer. */
  readonly prints: Readonly<Record<string, string>>;
  /** Ticks until they have ended. */
  readonly ticks: number;
  /** Declarations in C that {@link DeviceCase.calls} use. @defaultValue none */
  readonly locals?: string;
  /** Tasks that end in the tick in which they start, so that no save can be made in the middle. @defaultValue none */
  readonly brief?: readonly string[];
  /** In C, one call of each member with the handle `device`. Those of tasks must keep waiting for three ticks. */
  readonly calls: Readonly<Record<string, string>>;
}

/** Compiled once for both kinds of memory and all tests. */
const compiled = new Map<string, Promise<Uint8Array>>();

/** A case's world in one kind of memory. */
export class CaseRun {
  readonly site: DeviceSite;
  readonly world: ComputerWorld;
  readonly errors: unknown[] = [];
  /** Devices of which the game was told that they were lost. */
  readonly lost: string[] = [];
  readonly #case: DeviceCase;

  constructor(deviceCase: DeviceCase, memory: MemoryBackend) {
    this.#case = deviceCase;
    this.site = deviceCase.createSite();
    this.world = new ComputerWorld({ memory, preparer: sharedPreparer, onError: (error) => this.errors.push(error) });
    this.world.on("device-lost", ({ label }) => this.lost.push(label));
    for (const [id, devices] of Object.entries(this.site.computers)) {
      this.world.add({ id, gasPerTick: 200_000, devices });
    }
  }

  /** The first computer that has the device, and the name under which it has it. */
  get place(): { readonly id: string; readonly label: string } {
    for (const [id, devices] of Object.entries(this.site.computers)) {
      const found = Object.entries(devices).find(([, { definition }]) => definition === this.#case.device);
      if (found !== undefined) return { id, label: found[0] };
    }
    throw new Error(`Cannot test the device "${this.#case.device.type}": the site has none`);
  }

  /** Loads the case's own programs. */
  async loadAll(): Promise<this> {
    for (const [id, source] of Object.entries(this.#case.programs)) await this.load(id, source);
    return this;
  }

  async load(id: string, source: string): Promise<void> {
    const computer = this.world.get(id);
    if (computer === undefined) throw new Error(`Cannot load into computer "${id}": the site has none of that id`);
    const sources = { "main.c": source, ...computer.headers };
    const key = JSON.stringify(sources);
    const wasm = compiled.get(key) ?? compile(sources);
    compiled.set(key, wasm);
    await computer.load(await wasm);
  }

  tick(): void {
    this.site.act?.(this.world.tick, this.world);
    this.world.runTick();
  }

  runUntil(tick: number): void {
    while (this.world.tick < tick) this.tick();
  }

  save(): Uint8Array {
    const { tick, programs, computers } = this.world.capture();
    const meta = { name: "", tick, savedAt: "" };
    return encodeSave({ meta, world: this.site.save(), programs, computers, mods: [] });
  }

  /**
   * Does nothing if it is refused.
   *
   * @param forge - Changes what the save says before it is restored.
   */
  async restore(bytes: Uint8Array, forge: (states: readonly SavedStates[]) => void = () => {}): Promise<void> {
    const { meta, world, programs, computers } = decodeSave(bytes);
    const forged = computers.map((computer) => ({ ...computer, state: structuredClone(computer.state) }));
    forge(forged as unknown as readonly SavedStates[]);
    const before = this.site.save();
    this.site.load(world as JsonValue);
    try {
      await this.world.restore({ tick: meta.tick, programs, computers: forged });
    } catch (error) {
      this.site.load(before);
      throw error;
    }
  }

  /** All that can be seen from outside. */
  get seen(): unknown {
    return {
      game: this.site.save(),
      errors: this.errors,
      computers: this.world.computers.map(({ id, state, console, gasUsed }) => [id, state, console.text, gasUsed]),
    };
  }
}

/** Of a computer's state in a save, what a contract forges and looks at. */
export interface SavedStates {
  readonly id: string;
  readonly state: {
    readonly devices: { label: string; type: string; version: number; state: Record<string, JsonValue> }[];
    readonly power: {
      readonly kind: string;
      readonly run?: {
        readonly bank: {
          readonly blocked: JsonValue;
          readonly tasks: { function: string; state: Record<string, JsonValue> | null; answer: number | null }[];
        };
      };
    };
  };
}

/** What a save says of each computer. */
export function statesIn(bytes: Uint8Array): readonly SavedStates[] {
  return decodeSave(bytes).computers as unknown as readonly SavedStates[];
}

/**
 * A program that makes calls when its device is gone, and tells what it got and what it heard of.
 *
 * @param task - The one to wait in when that happens. @defaultValue all that keep nobody waiting are called afterwards
 */
export function losingProgram(deviceCase: DeviceCase, task?: string): string {
  const { device, locals = "", calls } = deviceCase;
  const { type } = device;
  const made = task === undefined ? answeredAtOnce(deviceCase) : [task];
  return `
#include <stdio.h>
#include "devices.h"
int main(void) {
  ${locals}
  ${type}_t device = ${type}_at(0);
  ${task === undefined ? "sleep_ticks(3);" : ""}
  ${made.map((name) => `printf("${name} %d\\n", ${calls[name]});`).join("\n  ")}
  event_t event;
  do event_wait(&event, -1); while (event.type != EVENT_DEVICE_LOST);
  printf("%d %d\\n", event.device == device, ${type}_at(0));
  return 0;
}
`;
}

/** What {@link losingProgram} prints. */
export function lossOf(deviceCase: DeviceCase, task?: string): string {
  const { gone, noDevice } = DEVICE_ERRORS;
  const made = task === undefined ? answeredAtOnce(deviceCase) : [task];
  return [...made.map((name) => `${name} ${gone.value}\n`), `1 ${noDevice.value}\n`].join("");
}

/** Every name that a program may use of a device, as C has it. */
export function namesOf(device: DeviceFace): string[] {
  const { type, queries, commands, tasks, events, constants, registers } = device;
  return [
    `${type}_t`,
    `${type}_open`,
    `${type}_at`,
    ...(registers.layout.size > 0 ? [`${type}_map`, `${type}_registers_t`] : []),
    ...[queries, commands, tasks].flatMap((each) => Object.keys(each)).map((name) => `${type}_${name}`),
    ...Object.keys(tasks).map((name) => `${type}_${name}_start`),
    ...[...Object.keys(events), ...Object.keys(constants)].map((name) => `${type}_${name}`.toUpperCase()),
    ...structsOf(device).map(([name]) => `${name}_t`),
  ];
}

/** Where the names of a device stand: each text is one that players or their tools read. */
export function textsOf(device: AttachedDevice): Readonly<Record<string, string>> {
  const { definition } = device;
  return {
    "the C header": generateHeaders({ it: device })["devices.h"] ?? "",
    "the manual": generateDevicePage(definition),
    completions: completionsOf({ it: device })
      .map(({ name }) => name)
      .join("\n"),
  };
}

/** All that a compiled program and a save rely on, in words: a change of it breaks them. */
export async function layoutOf(deviceCase: DeviceCase): Promise<string> {
  const { device } = deviceCase;
  const run = new CaseRun(deviceCase, "own");
  const { id } = run.place;
  await run.load(id, layoutProgram(device));
  run.runUntil(30);
  const { functions } = device.deviceType;
  const saved = await richestState(deviceCase);
  return [
    `device ${device.type}, version ${device.version}`,
    "",
    "calls",
    ...Object.entries(functions).map(
      ([name, { params, results }]) => `  ${name}(${params.join(", ")}) ${results.join()}`,
    ),
    "",
    "constants, events, structs with their sizes and offsets",
    ...Object.entries(device.constants).map(([name, { value }]) => `  ${name} ${value}`),
    run.world.get(id)?.console.text ?? "",
    "in a save",
    JSON.stringify(saved, null, 2),
    "",
  ].join("\n");
}

/** What a forged save may hold in the place of any value. */
export const JUNK: readonly JsonValue[] = [null, -1, 1e300, "no such thing \u0000", [[1]], { a: 1 }];

/** Each value in a JSON tree, but of lists only the first, with the way to replace it. */
export function placesIn(tree: JsonValue, path = ""): { readonly path: string; put(value: JsonValue): void }[] {
  if (typeof tree !== "object" || tree === null) return [];
  const parts = tree as Record<string, JsonValue>;
  const names = Object.keys(parts).slice(0, Array.isArray(tree) ? 1 : undefined);
  return names.flatMap((name) => [
    { path: `${path}.${name}`, put: (other: JsonValue) => void (parts[name] = other) },
    ...placesIn(parts[name] ?? null, `${path}.${name}`),
  ]);
}

function answeredAtOnce({ device, brief = [] }: DeviceCase): string[] {
  return [...[device.queries, device.commands].flatMap((each) => Object.keys(each)), ...brief];
}

async function compile(sources: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const { wasm, diagnostics } = await sharedCompiler.compile(sources);
  expect(wasm, JSON.stringify(diagnostics, null, 2)).toBeDefined();
  return wasm ?? new Uint8Array();
}

/** The structs of a device: their names without `_t`, and their members. */
function structsOf({ type, queries, tasks, events, registers }: DeviceFace): [name: string, fields: string[]][] {
  const declared: [string, ScalarFields][] = [
    ...Object.entries({ ...queries, ...tasks }).map(([name, { shape }]): [string, ScalarFields] => [
      `${type}_${name}`,
      shape.gives ?? {},
    ]),
    [`${type}_registers`, { ...registers.in, ...registers.out }],
    ...Object.entries(events).map(([name, { payload = {} }]): [string, ScalarFields] => [`${type}_${name}`, payload]),
  ];
  return declared
    .map(([name, fields]): [string, string[]] => [name, Object.keys(fields)])
    .filter(([, fields]) => fields.length > 0);
}

/** Prints what the compiler makes of the header. */
function layoutProgram(device: DeviceFace): string {
  const { type, events } = device;
  const prints = [
    ...Object.keys(events).map((name) => `printf("  ${name} %d\\n", ${`${type}_${name}`.toUpperCase()});`),
    ...structsOf(device).flatMap(([name, fields]) => [
      `printf("  ${name}_t %zu\\n", sizeof(${name}_t));`,
      ...fields.map((field) => `printf("    ${field} %zu\\n", offsetof(${name}_t, ${field}));`),
    ]),
  ];
  return `#include <stddef.h>\n#include <stdio.h>\n#include "devices.h"\nint main(void) { ${prints.join("\n")} return 0; }\n`;
}

/** What a save says of the device and its tasks when it says most. */
async function richestState(deviceCase: DeviceCase): Promise<JsonValue> {
  const run = await new CaseRun(deviceCase, "own").loadAll();
  const { id, label } = run.place;
  const states = new Map<string, JsonValue>();
  const keep = (name: string, state: JsonValue): void => {
    const known = JSON.stringify(states.get(name) ?? null);
    if (JSON.stringify(state).length > known.length) states.set(name, state);
  };
  for (let tick = 0; tick <= deviceCase.ticks; tick++) {
    const { state } = statesIn(run.save()).find((saved) => saved.id === id) as SavedStates;
    keep("state", state.devices.find((device) => device.label === label)?.state ?? {});
    for (const task of state.power.run?.bank.tasks ?? []) keep(task.function, task.state);
    run.tick();
  }
  return Object.fromEntries(states);
}
