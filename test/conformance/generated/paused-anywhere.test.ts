// Generated programs against themselves, paused anywhere.

import { deserialize, serialize } from "node:v8";

import type { SavedProgram } from "gasworks/persistence";
import type { Snapshot } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { SEED, seeds, timeLimit } from "../../support/fuzz-settings.ts";
import { agree, caseOf, prepared } from "../../support/generated-case.ts";
import { Random } from "../../support/random.ts";
import { runSliced, type Cut } from "../../support/run-generated.ts";
import { throughSave } from "../../support/through-save.ts";

const SEQUENCES = 20;

describe(`generated programs (GASWORKS_SEED=${SEED})`, () => {
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
