// Programs prepared for an arena, with damaged bytes or instructions. What the verifier still accepts is run in a slot, twice, with
// different bytes around it: none of them may change, and nothing that is seen of the program may depend on them.

import { prepareModule, type GuestModule } from "gasworks/vm";

import { verifyModule } from "../../../dist/src/vm/verify/index.js";
import { generateModule } from "../generate-module.ts";
import { generateAccesses } from "../isolation/generate-accesses.ts";
import { runInSlot, SLOT_PAGES, STOPPED, type SlotRun } from "../isolation/slot-run.ts";
import { Random } from "../random.ts";
import { GENERATED_POLICY } from "../run-generated.ts";
import { damage, type MutantCounts } from "./byte-mutants.ts";
import { damageCode } from "./damage-code.ts";
import { prepareUnverified } from "./prepare-unverified.ts";
import { copyOf, hasSection, putTogether, takeApart, type Prepared, type PreparedCode } from "./prepared-code.ts";

const POLICY = { ...GENERATED_POLICY, limits: { memoryPages: SLOT_PAGES } };
const SECRETS = [0xa5, 0x3c];
const MUTANTS_OF_ONE = 50;
/** The section without which nothing is taken from data segments. */
const DATA_COUNT = 12;

interface Base {
  readonly entry: string;
  readonly prepared: Prepared;
  readonly code: PreparedCode;
  readonly module: GuestModule;
}

/** @throws {Error} with the seed of the mutant that reached outside. */
export function runByteMutantsInSlots(seed: number, count: number): Promise<MutantCounts> {
  return runMutants(seed, count, ({ prepared }, random) => ({ ...prepared, bytes: damage(prepared.bytes, random) }));
}

/** The same of programs that are damaged instruction by instruction. @throws {Error} likewise. */
export function runCodeMutantsInSlots(seed: number, count: number): Promise<MutantCounts> {
  return runMutants(seed, count, ({ prepared, code }, random) => {
    const damaged = copyOf(code);
    damageCode(damaged, random);
    return putTogether(damaged, prepared);
  });
}

async function runMutants(
  seed: number,
  count: number,
  mutate: (base: Base, random: Random) => Prepared,
): Promise<MutantCounts> {
  const counts: MutantCounts = { tried: 0, rejected: 0, invalid: 0, run: 0 };
  let base: Base | undefined;
  for (let at = 0; at < count; at++) {
    if (base === undefined || at % MUTANTS_OF_ONE === 0) base = await makeBase(seed + at);
    const mutant = mutate(base, new Random(seed + at));
    const bytes = Uint8Array.from(mutant.bytes);
    counts.tried++;
    if (verifyModule(bytes, mutant.state, mutant.claims) !== undefined) counts.rejected++;
    else if (
      WebAssembly.validate(bytes) &&
      exportsOf(new WebAssembly.Module(bytes)) === exportsOf(base.module.compiled)
    ) {
      counts.run++;
      try {
        runAmongSecrets(base, new WebAssembly.Module(bytes), seed + at);
      } catch (error) {
        throw new Error(`The mutant of seed ${seed + at} reached outside`, { cause: error });
      }
    } else counts.invalid++;
  }
  return counts;
}

/** The names by which the host finds its functions. */
function exportsOf(module: WebAssembly.Module): string {
  return WebAssembly.Module.exports(module)
    .map(({ name }) => name)
    .join();
}

/** In turns, a program of each generator. */
async function makeBase(seed: number): Promise<Base> {
  const isGeneral = new Random(seed).chance(0.5);
  const { bytes, entry } = isGeneral
    ? generateModule(seed)
    : { bytes: generateAccesses(new Random(seed)), entry: "main" };
  const prepared = prepareUnverified(bytes, POLICY, "arena");
  return {
    entry,
    prepared,
    code: takeApart(prepared),
    module: await prepareModule(bytes, POLICY, { memory: "arena" }),
  };
}

function runAmongSecrets({ entry, module, prepared }: Base, compiled: WebAssembly.Module, seed: number): void {
  const runs = SECRETS.map((secret) => runInSlot({ ...module, compiled }, entry, { secret, random: new Random(seed) }));
  for (const { violation } of runs) {
    if (violation !== undefined && !isOfSegments(violation, prepared)) throw new Error(violation);
  }
  const [first, second] = runs as [SlotRun, SlotRun];
  if (first.seen !== second.seen) throw new Error(`It saw what is around it: "${first.seen}" and "${second.seen}"`);
}

/** The sizes that a program believes its tables and segments to have may be damaged; the engine knows them. */
function isOfSegments(violation: string, { bytes }: Prepared): boolean {
  const isOfMemory = /memory access/.test(violation);
  return violation.startsWith(STOPPED) && (!isOfMemory || hasSection(bytes, DATA_COUNT));
}
