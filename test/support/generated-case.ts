// A generated program, what it must do, and whether somebody did it.

import { expect } from "vitest";

import type { BothBackends } from "./both-backends.ts";
import { generateModule, type GeneratedModule } from "./generate-module.ts";
import type { Interpreted } from "./interpret.ts";
import { endingOf, prepareGenerated, runInterpreted, type Ending } from "./run-generated.ts";

const MAX_STEPS = 400_000;
/** A generated program and what it must do; `undefined` if it takes too long to interpret. */
export interface Case {
  readonly seed: number;
  readonly program: GeneratedModule;
  readonly run: Interpreted;
  readonly expected: Ending;
}

export function caseOf(seed: number): Case | undefined {
  const program = generateModule(seed);
  const run = runInterpreted(program.bytes, program.entry, MAX_STEPS);
  return run.kind === "too-long" ? undefined : { seed, program, run, expected: endingOf(run) };
}

/** Memory by its bytes' text, which compares fast and fails with a short message. */
export function agree(found: Ending, expected: Ending, { seed, program }: Case, who: string): void {
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
export async function prepared({ seed, program }: Case): Promise<BothBackends> {
  try {
    return await prepareGenerated(program.bytes);
  } catch (cause) {
    throw new Error(`A valid program was refused; replay with GASWORKS_SEED=${seed} (${program.summary})`, { cause });
  }
}
