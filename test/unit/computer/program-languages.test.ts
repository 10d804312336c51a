// The program of docs/modding.md in C, AssemblyScript and WAT, as it stands there: the same calls of the same device, in
// both kinds of memory, saved at every tick. The oracle is the run that was never saved.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { ComputerWorld, generateAssemblyScript, type Computer, type MemoryChoice } from "gasworks/computer";
import { decodeSave, encodeSave } from "gasworks/persistence";
import { beforeAll, describe, expect, it, vi } from "vitest";

import { Drill, type DrillPort } from "virtual:modding/drill.ts";
import { sharedCompiler } from "../../../bench/compile-freestanding.ts";
import { compileAssemblyScript } from "../../support/assembly-script.ts";
import { watGuest } from "../../support/guest.ts";
import { blocks } from "../../support/markdown.ts";
import { ROOT } from "../../support/source-files.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const [, text = ""] = readFileSync(join(ROOT, "docs", "modding.md"), "utf8").split("## A program in any language");

/** The first block of a language. */
function block(language: string): string {
  const [found] = blocks(text, language);
  if (found === undefined) throw new Error(`docs/modding.md has no ${language}`);
  return found;
}

class Site {
  readonly hole: DrillPort = { depth: 0, gear: 1 };
  readonly world: ComputerWorld;
  readonly computer: Computer;
  readonly devices = { drill: Drill.attach(this.hole) };

  constructor(memory: MemoryChoice) {
    this.world = new ComputerWorld({ compiler: sharedCompiler, memory });
    this.computer = this.world.add({ id: "driller", gasPerTick: 400, devices: this.devices });
  }

  facts(): unknown {
    const { state, console, gasUsed } = this.computer;
    return { tick: this.world.tick, hole: { ...this.hole }, state, text: console.text, gasUsed };
  }

  save(): Uint8Array {
    const { tick, programs, computers } = this.world.capture();
    const meta = { name: "half", tick, savedAt: "2026-01-01T00:00:00.000Z" };
    return encodeSave({ meta, world: { ...this.hole }, programs, computers });
  }

  async load(bytes: Uint8Array): Promise<void> {
    const { meta, world, programs, computers } = decodeSave(bytes);
    Object.assign(this.hole, world);
    await this.world.restore({ tick: meta.tick, programs, computers });
  }
}

const OUTPUT = "gear 1: 05 m\ngear 2: 10 m\ngear 3: 15 m\n";

const PROGRAMS: readonly [string, (site: Site) => Promise<Uint8Array | Record<string, string>>][] = [
  ["C", () => Promise.resolve({ "main.c": block("c") })],
  [
    "AssemblyScript",
    ({ devices }) => compileAssemblyScript({ ...generateAssemblyScript(devices), "main.ts": block("assemblyscript") }),
  ],
  ["WAT", () => watGuest(block("wat"))],
];

describe.each(PROGRAMS)("a program in %s", (_language, compile) => {
  const reference: unknown[] = [];
  const saves: Uint8Array[] = [];

  beforeAll(async () => {
    const site = new Site("own");
    await site.computer.load(await compile(site));
    for (;;) {
      reference.push(site.facts());
      saves.push(site.save());
      if (site.computer.state.kind === "exited" || reference.length > 200) break;
      site.world.runTick();
    }
  });

  it("drills, waits and prints the same as in the other languages", () => {
    expect(reference.at(-1)).toMatchObject({
      hole: { depth: 15, gear: 3 },
      state: { kind: "exited", exitCode: 0 },
      text: OUTPUT,
    });
    const waits = reference.filter((facts) => (facts as { state: { function?: string } }).state.function === "bore");
    expect(waits.length).toBeGreaterThan(3);
  });

  it.each(["own", "arena"] as const)("goes on from a save of every tick, in memory of kind %s", async (memory) => {
    const site = new Site(memory);
    for (const [tick, bytes] of saves.entries()) {
      await site.load(bytes);
      expect(site.facts()).toEqual(reference[tick]);
      for (let next = tick + 1; next < reference.length; next++) {
        site.world.runTick();
        expect(site.facts()).toEqual(reference[next]);
      }
    }
  });
});
