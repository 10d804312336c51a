// Generated programs: the engine against an interpreter of our own that counts gas as docs/gas.md states it, against plain
// V8, and against itself, paused anywhere.

import { deserialize, serialize } from "node:v8";

import type { SavedProgram } from "gasworks/persistence";
import type { Snapshot } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { classifyTrap } from "../../src/vm/trap.ts";
import { BACKENDS, type BothBackends } from "../support/both-backends.ts";
import { MODULES, SEED, seeds, timeLimit } from "../support/fuzz-settings.ts";
import { generateModule, type GeneratedModule } from "../support/generate-module.ts";
import type { Interpreted } from "../support/interpret.ts";
import { Random } from "../support/random.ts";
import {
  endingOf,
  ONE_SLICE,
  prepareGenerated,
  runInterpreted,
  runPlain,
  runSliced,
  withoutNanBits,
  type Cut,
  type Ending,
} from "../support/run-generated.ts";
import { throughSave } from "../support/through-save.ts";

const MAX_STEPS = 400_000;
const SEQUENCES = 20;

/** A generated program and what it must do; `undefined` if it takes too long to interpret. */
interface Case {
  readonly seed: number;
  readonly program: GeneratedModule;
  readonly run: Interpreted;
  readonly expected: Ending;
}

function caseOf(seed: number): Case | undefined {
  const program = generateModule(seed);
  const run = runInterpreted(program.bytes, program.entry, MAX_STEPS);
  return run.kind === "too-long" ? undefined : { seed, program, run, expected: endingOf(run) };
}

/** Memory by its bytes' text, which compares fast and fails with a short message. */
function agree(found: Ending, expected: Ending, { seed, program }: Case, who: string): void {
  const where = firstDifference(found.memory, expected.memory);
  const facts = ({ trap, gas, exitCode, globals }: Ending): object => ({ trap, gas, exitCode, globals });
  // Each says what it knows.
  const known = Object.fromEntries(Object.keys(found.tables).map((index) => [index, expected.tables[Number(index)]]));
  expect(
    { ...facts(found), tables: found.tables, memoryDiffersAt: where },
    `${who} disagrees; replay with GASWORKS_SEED=${seed} (${program.summary})`,
  ).toEqual({ ...facts(expected), tables: known, memoryDiffersAt: undefined });
}

function firstDifference(a: Uint8Array, b: Uint8Array): number | undefined {
  if (a.length === b.length && Buffer.compare(a, b) === 0) return undefined;
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 ? a.length : at;
}

/** The module, or a failure that says which program it was. */
async function prepared({ seed, program }: Case): Promise<BothBackends> {
  try {
    return await prepareGenerated(program.bytes);
  } catch (cause) {
    throw new Error(`A valid program was refused; replay with GASWORKS_SEED=${seed} (${program.summary})`, { cause });
  }
}

describe(`generated programs (GASWORKS_SEED=${SEED})`, () => {
  it(
    "come to the same end, with the same gas, interpreted and in one slice, and in plain V8",
    async () => {
      const seen = { programs: 0, trapped: 0, plain: 0, globals: 0, tooLong: 0 };
      const started = performance.now();
      const isEnough = MODULES > 0 ? (): boolean => seen.programs >= MODULES : undefined;
      for (const seed of seeds(30, 100, isEnough)) {
        const found = caseOf(seed);
        if (found === undefined) {
          seen.tooLong++;
          continue;
        }
        const { program, run, expected } = found;
        const both = await prepared(found);
        for (const backend of BACKENDS) {
          agree(runSliced(both[backend], program.entry, ONE_SLICE), expected, found, `the engine (${backend})`);
        }
        seen.programs++;
        if (expected.trap !== undefined) seen.trapped++;
        // V8 chooses NaN bits itself, and has more stack, and no policy.
        if (run.hasMadeNan || run.hasMetPolicy || expected.trap === "stack-overflow") continue;
        seen.plain++;
        const plain = runPlain(program.bytes, program.entry, (error) => classifyTrap(error).code);
        const state = plain.isStarted ? expected : plain;
        if (plain.isStarted) seen.globals += plain.globals.length;
        agree(
          plain,
          {
            ...expected,
            gas: undefined,
            memory: state.memory,
            globals: plain.isStarted ? withoutNanBits(program.bytes, expected.globals) : [],
            tables: {},
          },
          found,
          "plain V8",
        );
      }
      const seconds = Math.round((performance.now() - started) / 1_000);
      console.log(
        `${seen.programs} programs in ${seconds} s, of them ${seen.trapped} trapped, ${seen.plain} also in plain V8 ` +
          `with ${seen.globals} globals; ${seen.tooLong} more ran too long`,
      );
      expect(seen.plain).toBeGreaterThan(seen.programs / 2);
      expect(seen.globals).toBeGreaterThan(seen.plain);
      expect(seen.tooLong).toBeLessThan(seen.programs / 10);
    },
    timeLimit(30, MODULES),
  );

  it(
    "come to the same end wherever they are paused, and whatever Vm they go on in",
    async () => {
      const seen = { programs: 0, pauses: 0, moves: 0 };
      for (const seed of seeds(15, 260)) {
        const found = caseOf(seed);
        // Programs that end at once have nowhere to pause.
        if (found === undefined || found.run.steps < 20) continue;
        const both = await prepared(found);
        const ways = waysOf({ hash: both.own.hash, wasm: found.program.bytes });
        for (let sequence = 0; sequence < SEQUENCES; sequence++) {
          const random = new Random(seed * 31 + sequence);
          const moveTo = random.pick([[both.own], [both.arena], [both.arena, both.own]]);
          const cut = { ...randomCut(random, found.run.gas, ways), moveTo };
          const ending = runSliced(random.pick([both.own, both.arena]), found.program.entry, cut);
          agree(ending, found.expected, found, `the engine, cut by sequence ${sequence},`);
          seen.pauses += ending.pauses;
          seen.moves += ending.moves;
        }
        seen.programs++;
      }
      console.log(
        `${seen.programs} programs × ${SEQUENCES} sequences, ${seen.pauses} pauses, ${seen.moves} moves to a new Vm`,
      );
      expect(seen.programs).toBeGreaterThanOrEqual(200);
    },
    timeLimit(30),
  );
});

type Way = (snapshot: Snapshot) => Snapshot;

function waysOf(program: SavedProgram): readonly Way[] {
  return [
    (snapshot) => structuredClone(snapshot),
    (snapshot) => deserialize(serialize(snapshot)) as Snapshot,
    (snapshot) => throughSave(program, snapshot),
  ];
}

/** Slices between a few and about sixty for a whole run, some tiny; every so often a move. */
function randomCut(random: Random, totalGas: number, ways: readonly Way[]): Cut {
  const least = Math.ceil(totalGas / 60);
  const most = least * random.pick([1, 3, 10, 30]);
  const moveChance = random.pick([0, 0.1, 0.5]);
  return {
    slice: () => (random.chance(0.1) ? random.between(1, 9) : random.between(least, most)) + (least > 1 ? 0 : 1),
    move: () => (random.chance(moveChance) ? random.pick(ways) : undefined),
  };
}
