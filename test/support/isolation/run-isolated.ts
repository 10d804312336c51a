// Programs, generated and damaged, each run twice in the same slot of an arena with different bytes around it: nothing
// around may change, and nothing that the program does may depend on it. Those that only use their memory must also do what
// they do on plain V8, and trap where it traps.

import { prepareModule, VmError, type GuestModule } from "gasworks/vm";

import { generateModule } from "../generate-module.ts";
import { mutateModule } from "../mutate-module.ts";
import { Random } from "../random.ts";
import { GENERATED_POLICY } from "../run-generated.ts";
import { generateAccesses } from "./generate-accesses.ts";
import { digestOf, runInSlot, SLOT_PAGES, type SlotEnding, type SlotRun } from "./slot-run.ts";

export interface IsolationCounts {
  /** Of the general generator; of the one for memory; damaged copies that are still programs. */
  programs: number;
  accesses: number;
  damaged: number;
  refused: number;
  /** Runs that ended in a trap because of an address. */
  outOfBounds: number;
  moves: number;
  slices: number;
}

export function noCounts(): IsolationCounts {
  return { programs: 0, accesses: 0, damaged: 0, refused: 0, outOfBounds: 0, moves: 0, slices: 0 };
}

const POLICY = { ...GENERATED_POLICY, limits: { memoryPages: SLOT_PAGES } };
const SECRETS = [0xa5, 0x3c];
/** Damaged copies of each generated program, and programs of the other generator. */
const COPIES = 2;
const ACCESSES = 12;

/**
 * Runs the program of a seed, and damaged copies of it.
 *
 * @throws {Error} with the seed of what reached outside.
 */
export async function runIsolated(seed: number, counts: IsolationCounts): Promise<void> {
  const { bytes, entry } = generateModule(seed);
  counts.programs++;
  await runTwice(bytes, { entry, seed, counts });
  for (let copy = 1; copy <= COPIES; copy++) {
    const damaged = mutateModule(bytes, new Random(seed * 8 + copy));
    const run = await runTwice(damaged, { entry, seed, copy, counts });
    if (run === undefined) counts.refused++;
    else counts.damaged++;
  }
  for (let copy = 1; copy <= ACCESSES; copy++) {
    const program = generateAccesses(new Random(seed * 16 + copy));
    const run = await runTwice(program, { entry: "main", seed, copy: -copy, counts });
    if (run === undefined) throw new Error(`Access program ${copy} of seed ${seed} was refused`);
    counts.accesses++;
    const plain = runPlainly(program);
    if (run.ending !== undefined && !isSame(run.ending, plain)) {
      const found = JSON.stringify(run.ending);
      throw new Error(
        `Access program ${copy} of seed ${seed} came to ${found}, in plain V8 to ${JSON.stringify(plain)}`,
      );
    }
  }
}

/** What plain V8 makes of a program. */
function runPlainly(bytes: Uint8Array<ArrayBuffer>): SlotEnding {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  let how: string;
  try {
    how = `exited ${String((exports["main"] as () => unknown)())}`;
  } catch (error) {
    how = String(error);
  }
  const memory = new Uint8Array((exports["memory"] as WebAssembly.Memory).buffer);
  const globals = Object.keys(exports)
    .filter((name) => /^g\d/.test(name))
    .map((name) => String((exports[name] as WebAssembly.Global).value));
  return { how, bytes: memory.length, digest: digestOf(memory), globals };
}

/** Both may stop at an address, each in its own words. */
function isSame(found: SlotEnding, plain: SlotEnding): boolean {
  const isOutside = /out of bounds/.test(plain.how);
  const how = isOutside ? /unreachable, cause [04]$/.test(found.how) : found.how.startsWith(plain.how);
  return how && JSON.stringify({ ...found, how: "" }) === JSON.stringify({ ...plain, how: "" });
}

interface Subject {
  readonly entry: string;
  readonly seed: number;
  readonly copy?: number;
  readonly counts: IsolationCounts;
}

/** Nothing if it is no program at all. */
async function runTwice(bytes: Uint8Array, { entry, seed, copy = 0, counts }: Subject): Promise<SlotRun | undefined> {
  const who = `The program of seed ${seed}${copy === 0 ? "" : `, damaged copy or access program ${copy},`}`;
  const module = await prepared(bytes, who);
  if (module === undefined || !module.entries.includes(entry)) return undefined;
  const runs = SECRETS.map((secret) => runInSlot(module, entry, { secret, random: new Random(seed ^ copy) }));
  for (const { violation } of runs)
    if (violation !== undefined) throw new Error(`${who} reached outside: ${violation}`);
  const [first, second] = runs;
  if (first?.seen !== second?.seen) {
    throw new Error(`${who} saw what is around it: "${first?.seen}" and "${second?.seen}"`);
  }
  counts.moves += first?.moves ?? 0;
  counts.slices += first?.slices ?? 0;
  // A failed check is an unreachable without a cause.
  if (first?.seen.includes("unreachable, cause 0") === true) counts.outOfBounds++;
  return first;
}

async function prepared(bytes: Uint8Array, who: string): Promise<GuestModule | undefined> {
  try {
    return await prepareModule(bytes, POLICY, { memory: "arena" });
  } catch (error) {
    if (error instanceof VmError && error.code !== "vm/not-verified") return undefined;
    throw new Error(`${who} could not be prepared`, { cause: error });
  }
}
