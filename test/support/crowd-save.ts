// A save of many computers that share programs and pages of memory, the same each time.

import type { SavedComputer, SaveGame } from "gasworks/persistence";

import { Random } from "./random.ts";
import { sampleProgram, sampleSnapshot } from "./sample-save.ts";

const PAGE = 4_096;
const WASM_PAGE = 65_536;

/** @param seed - Others give other memories. */
export function crowdSave(computers: number, seed = 1): SaveGame {
  const random = new Random(seed);
  const programs = ["miner", "hauler", "guard"].map(sampleProgram).toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  // Pages that many have: what a library keeps in memory, say.
  const common = Array.from({ length: 5 }, () => noisePage(random));
  return {
    meta: { name: "Crowd", tick: 77, savedAt: "2026-01-02T03:04:05.000Z" },
    gasworksVersion: "0.1.0",
    mods: [],
    world: { seed },
    programs,
    computers: Array.from({ length: computers }, (_, index): SavedComputer => {
      const id = `c${String(index).padStart(4, "0")}`;
      const { hash } = random.pick(programs);
      if (random.chance(0.1)) return { id, programHash: null, snapshot: null, state: { power: "off" } };
      const memory = new Uint8Array(WASM_PAGE * random.between(1, 3));
      for (let left = random.below(6); left > 0; left--) {
        const page = random.chance(0.5) ? random.pick(common) : noisePage(random);
        memory.set(page, PAGE * random.below(memory.length / PAGE));
      }
      const snapshot = { ...sampleSnapshot(hash), memory, debt: index, stack: noisePage(random).slice(0, 40) };
      return { id, programHash: hash, snapshot, state: { console: `computer ${index}\n` } };
    }),
  };
}

/** Some words of noise in a page of zeros, as heaps look. */
function noisePage(random: Random): Uint8Array {
  const words = new Uint32Array(PAGE / 4);
  for (let left = 40; left > 0; left--) words[random.below(words.length)] = random.next();
  return new Uint8Array(words.buffer);
}
