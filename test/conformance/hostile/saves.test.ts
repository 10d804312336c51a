// Damaged and forged saves: each is refused with a code, or is a save that is written back as it was read. What it holds is
// refused with a code as well, or runs.

import { readFileSync } from "node:fs";

import { canonicalSave, decodeSave, encodeSave, SaveError, type SaveGame } from "gasworks/persistence";
import { createVm, gas, inspectVm, prepareModule, restoreVm, VmError, type GuestModule } from "gasworks/vm";
import { beforeAll, describe, expect, it } from "vitest";

import { crowdSave } from "../../support/crowd-save.ts";
import { IS_LONG, SAVES, SEED, seeds, timeLimit } from "../../support/fuzz-settings.ts";
import { mutateSave } from "../../support/hostile/mutate-save.ts";
import { Random } from "../../support/random.ts";
import { sampleSave } from "../../support/sample-save.ts";

/** `npm test` makes so many batches; `npm run fuzz` goes on as long as asked, or until it has made so many saves. */
const BATCHES = 30;
const BATCH = 100;
const SECONDS = 8;
/** No mutant may take longer. */
const MOST_MS = 4_000;
const SLICE = 2_000;

interface Base {
  readonly bytes: Uint8Array;
  readonly canonical: Uint8Array;
}

const baseOf = (save: SaveGame): Base => {
  const bytes = encodeSave(save);
  return { bytes, canonical: canonicalSave(bytes) };
};

const RUNNING = new URL("../../fixtures/saves/format-1-running.gws", import.meta.url);
const running = baseOf(decodeSave(readFileSync(RUNNING)));
const bases: readonly Base[] = [baseOf(sampleSave()), baseOf(crowdSave(5)), baseOf(crowdSave(34)), running];
let module: GuestModule;

beforeAll(async () => {
  const [program] = decodeSave(running.bytes).programs;
  if (program === undefined) throw new Error("The golden save has lost its program");
  module = await prepareModule(program.wasm, { wasi: true });
});

/** What becomes of the bytes: a code, or the save. Whatever else is thrown passes through and fails the test. */
function read(bytes: Uint8Array): SaveGame | string {
  const outcome = readUnwatched(bytes);
  if ("polluted" in {} || Object.keys(Object.prototype).length > 0) {
    throw new Error("The prototype of all objects was changed");
  }
  return outcome;
}

function readUnwatched(bytes: Uint8Array): SaveGame | string {
  try {
    return decodeSave(bytes);
  } catch (error) {
    if (error instanceof SaveError) return error.code;
    throw error;
  }
}

function flipped(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = bytes.slice(0, random.chance(0.1) ? random.below(bytes.length) : bytes.length);
  for (let left = random.between(1, 8); left > 0 && changed.length > 0; left--) {
    changed[random.below(changed.length)] = random.below(256);
  }
  return changed;
}

/** Runs what the save holds of the real program. */
function outcomeOf({ computers }: SaveGame): string {
  const snapshot = computers.find(({ programHash }) => programHash === module.hash)?.snapshot;
  if (snapshot == null) return "accepted";
  try {
    using vm = restoreVm(module, snapshot);
    inspectVm(vm);
    return `accepted, ${vm.runSlice(gas(SLICE)).kind}`;
  } catch (error) {
    if (error instanceof VmError) return error.code;
    throw error;
  }
}

/** Goes through mutants as long as the settings say, and counts what became of them. */
function count(salt: number, makeOutcome: (random: Random) => string): ReadonlyMap<string, number> {
  const outcomes = new Map<string, number>();
  let [slowest, made] = [0, 0];
  const isEnough = SAVES > 0 ? (): boolean => made >= SAVES : undefined;
  for (const seed of IS_LONG || SAVES > 0 ? seeds(SECONDS, BATCHES, isEnough) : seeds(0, BATCHES)) {
    const random = new Random(seed ^ salt);
    for (let index = 0; index < BATCH; index++, made++) {
      const began = performance.now();
      let outcome: string;
      try {
        outcome = makeOutcome(random);
      } catch (error) {
        throw new Error(`GASWORKS_SEED=${seed}, mutant ${index}`, { cause: error });
      }
      slowest = Math.max(slowest, performance.now() - began);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  }
  const counts = [...outcomes].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([what, times]) => `${what} ${times}`);
  if (IS_LONG || SAVES > 0) console.log(`${made} saves, the slowest ${slowest.toFixed(0)} ms: ${counts.join(", ")}`);
  expect(slowest).toBeLessThan(MOST_MS);
  return outcomes;
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

describe("damaged saves", () => {
  it("are refused at every cut and for every bit", () => {
    const { bytes } = bases[0] as Base;
    const whole = bytes.slice();
    const accepted: string[] = [];
    for (let at = 0; at < bytes.length; at++) {
      if (typeof read(bytes.subarray(0, at)) !== "string") accepted.push(`cut at ${at}`);
      for (let bit = 1; bit < 256; bit *= 2) {
        if (typeof read(bytes.with(at, (bytes[at] as number) ^ bit)) !== "string") accepted.push(`bit ${bit} of ${at}`);
      }
    }
    expect(accepted).toEqual([]);
    expect(bytes).toEqual(whole);
  });

  it(
    `are refused, or are what they were; seeds from ${SEED}`,
    () => {
      const outcomes = count(0xda4a6ed, (random) => {
        const base = random.pick(bases);
        const from = random.chance(0.5) ? base.bytes : base.canonical;
        const save = read(flipped(from, random));
        if (typeof save === "string") return save;
        if (!isEqual(encodeSave(save, { compress: false }), base.canonical))
          throw new Error("Another state was accepted");
        return "the same";
      });
      expect([...outcomes.keys()]).toContain("save/corrupt");
      expect([...outcomes.keys()]).toContain("save/truncated");
    },
    timeLimit(SECONDS, SAVES / 10),
  );
});

describe("forged saves", () => {
  it(
    `are refused, or written back as they were read; seeds from ${SEED}`,
    () => {
      const bystander = { with: createVm(module, { entropySeed: 1 }), without: createVm(module, { entropySeed: 1 }) };
      const outcomes = count(0xf046ed, (random) => {
        const { canonical } = random.pick(bases);
        const bytes = mutateSave(canonical, random);
        const before = random.chance(0.05) ? bytes.slice() : bytes;
        const save = read(bytes);
        if (!isEqual(before, bytes)) throw new Error("Reading has changed the bytes");
        if (typeof save === "string") return save;
        if (!isEqual(encodeSave(save, { compress: false }), canonicalSave(bytes))) {
          throw new Error("Something of the save was lost or changed");
        }
        return outcomeOf(save);
      });
      const total = [...outcomes.values()].reduce((sum, times) => sum + times, 0);
      for (const outcome of [
        "save/malformed",
        "save/too-large",
        "save/newer-version",
        "accepted",
        "vm/snapshot-malformed",
      ]) {
        expect(outcomes.get(outcome) ?? 0, outcome).toBeGreaterThan(total / 2_000);
      }
      const [disturbed, alone] = [bystander.with, bystander.without].map((vm) => {
        vm.runSlice(gas(SLICE));
        return vm.stateHash();
      });
      expect(disturbed).toBe(alone);
    },
    timeLimit(SECONDS, SAVES / 10),
  );
});
