// Paused generated programs whose stack was damaged: they are refused, or go on as some program would, and never break out.

import { createHash } from "node:crypto";

import { VmError, type Snapshot } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { decodeFrames, encodeFrames } from "../../src/vm/run/frame-codec.ts";
import type { Frame, FrameValue } from "../../src/vm/run/frames.ts";
import { SEED, seeds, timeLimit } from "../support/fuzz-settings.ts";
import { generateModule } from "../support/generate-module.ts";
import { Random } from "../support/random.ts";
import { BACKENDS } from "../support/both-backends.ts";
import { ONE_SLICE, prepareGenerated, runSliced, type SlicedEnding } from "../support/run-generated.ts";

const ROUNDS = 12;
const MAX_SLICES = 200;

/** Ends a run that goes on and on: a changed loop variable may do that. */
class EnoughSlices extends Error {}

function damageBytes(stack: Uint8Array, random: Random): Uint8Array {
  const damaged = stack.slice();
  for (let flips = random.between(1, 3); flips > 0; flips--) {
    const at = random.below(damaged.length);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << random.below(8));
  }
  return damaged;
}

/** Other bits in values of the right types: what a forger would do who knows the format. */
function damageValues(stack: Uint8Array, random: Random): Uint8Array {
  const change = (value: FrameValue): FrameValue =>
    random.chance(0.2) ? { ...value, bits: value.bits ^ (1n << BigInt(random.below(32))) } : value;
  const frames = decodeFrames(stack).map((frame): Frame => ({
    ...frame,
    locals: new Map([...frame.locals].map(([index, value]) => [index, change(value)])),
    operands: frame.operands.map((operand) => (operand === undefined ? undefined : change(operand))),
  }));
  return encodeFrames(frames);
}

/** Frames moved, doubled or dropped. */
function damageChain(stack: Uint8Array, random: Random): Uint8Array {
  const frames = decodeFrames(stack);
  const [from, to] = [random.below(frames.length), random.below(frames.length + 1)];
  const moved = frames.slice(from, from + random.between(1, 3));
  if (random.chance(0.5)) frames.splice(from, moved.length);
  frames.splice(to, 0, ...moved);
  return encodeFrames(frames);
}

/** What tells two runs apart; memories are hashed, as comparing them number by number takes long. */
function factsOf(run: SlicedEnding | undefined): unknown {
  const { memory, ...facts } = run ?? { memory: new Uint8Array() };
  return { ...facts, memory: createHash("sha256").update(memory).digest("hex") };
}

describe("generated programs with a damaged stack", () => {
  it(
    `are refused or go on within their gas; seeds from ${SEED}`,
    async () => {
      const outcomes = new Map<string, number>();
      for (const seed of seeds(6, 20)) {
        const { bytes, entry } = generateModule(seed);
        const both = await prepareGenerated(bytes);
        const random = new Random(seed ^ 0x5a5a);
        for (let round = 0; round < ROUNDS; round++) {
          const damage = random.pick([damageBytes, damageValues, damageChain]);
          const module = both[random.pick(BACKENDS)];
          const first = random.between(1, 60);
          let slices = 0;
          const slice = (): number => {
            if (++slices > MAX_SLICES) throw new EnoughSlices();
            return slices === 1 ? first : 5_000;
          };
          const move = (): ((snapshot: Snapshot) => Snapshot) | undefined =>
            slices === 1 ? (snapshot) => ({ ...snapshot, stack: damage(snapshot.stack, random) }) : undefined;
          let outcome: string;
          try {
            const { trap, moves } = runSliced(module, entry, { slice, move });
            outcome = moves === 0 ? "untouched" : trap === undefined ? "exited" : "trapped";
          } catch (error) {
            if (error instanceof EnoughSlices) outcome = "goes on";
            else if (error instanceof VmError) outcome = error.code;
            else throw new Error(`GASWORKS_SEED=${seed}, round ${round}, ${damage.name}`, { cause: error });
          }
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        }
        // Whatever was tried before, the program itself runs as ever.
        const anew = runSliced((await prepareGenerated(bytes)).own, entry, ONE_SLICE);
        for (const backend of BACKENDS) {
          const again = runSliced(both[backend], entry, ONE_SLICE);
          expect(factsOf(again), `GASWORKS_SEED=${seed}, ${backend}`).toEqual(factsOf(anew));
        }
      }
      const codes = [...outcomes.keys()].filter((outcome) => outcome.startsWith("vm/"));
      expect(codes).toEqual(["vm/snapshot-malformed"]);
      expect(outcomes.get("exited")).toBeGreaterThan(0);
    },
    timeLimit(6),
  );
});
