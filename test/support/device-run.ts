// A program in C on a computer with devices and a bit of game behind them; and the claim that saving leaves no trace.

import { ComputerWorld, type AttachedDevice, type Computer } from "gasworks/computer";
import { decodeSave, encodeSave, type JsonValue } from "gasworks/persistence";
import { expect } from "vitest";

import { sharedCompiler } from "../../bench/compile-freestanding.ts";
import { sharedPreparer } from "./shared-preparer.ts";

/** The game's side of a test. */
export interface Site {
  readonly devices: Readonly<Record<string, AttachedDevice>>;
  /** What a save of the game holds. */
  save(): JsonValue;
  load(saved: JsonValue): void;
  /** What happens in the game before a tick. @defaultValue nothing */
  act?(tick: number): void;
}

/** One computer with its site. */
export class DeviceRun<S extends Site = Site> {
  readonly site: S;
  readonly world: ComputerWorld;
  readonly computer: Computer;
  readonly errors: unknown[] = [];

  constructor(site: S) {
    this.site = site;
    this.world = new ComputerWorld({
      compiler: sharedCompiler,
      preparer: sharedPreparer,
      onError: (error) => this.errors.push(error),
    });
    this.computer = this.world.add({ id: "one", gasPerTick: 200_000, devices: site.devices });
  }

  /** @param program - The lines of `main`; `devices.h`, `stdio.h` and `gasworks.h` are there. */
  static async start<S extends Site>(site: S, program: string): Promise<DeviceRun<S>> {
    const run = new DeviceRun(site);
    const includes = '#include <stdio.h>\n#include "gasworks.h"\n#include "devices.h"\n';
    await run.computer.load({ "main.c": `${includes}int main(void) {\n${program}\nreturn 0;\n}\n` });
    return run;
  }

  get text(): string {
    return this.computer.console.text;
  }

  tick(ticks = 1): void {
    for (let count = 0; count < ticks; count++) {
      this.site.act?.(this.world.tick);
      this.world.runTick();
    }
  }

  save(): Uint8Array {
    const { tick, programs, computers } = this.world.capture();
    const meta = { name: "", tick, savedAt: "" };
    return encodeSave({ meta, world: this.site.save(), programs, computers, mods: [] });
  }

  async load(bytes: Uint8Array): Promise<void> {
    const { meta, world, programs, computers } = decodeSave(bytes);
    this.site.load(world);
    await this.world.restore({ tick: meta.tick, programs, computers });
  }
}

/**
 * Runs a program for so many ticks, and goes on from a save of every tick of it in another game: each time the last save,
 * which holds the program with its memory, its devices and the game, has to be the same in every byte.
 *
 * @returns the run that was never saved.
 */
export async function expectSeamless<S extends Site>(
  make: () => S,
  { program, ticks }: { readonly program: string; readonly ticks: number },
): Promise<DeviceRun<S>> {
  const straight = await DeviceRun.start(make(), program);
  const saves: Uint8Array[] = [];
  for (let tick = 0; tick < ticks; tick++) {
    saves.push(straight.save());
    straight.tick();
  }
  const end = straight.save();
  expect(straight.errors).toEqual([]);
  for (const [at, bytes] of saves.entries()) {
    const other = new DeviceRun(make());
    await other.load(bytes);
    other.tick(ticks - at);
    expect(other.text, `from tick ${at}`).toBe(straight.text);
    expect(other.save(), `from tick ${at}`).toEqual(end);
  }
  return straight;
}
