// Prepared programs with damaged bytes. Most are no longer what the instrumenter writes, and the verifier rejects them; what
// it accepts is run, beside another Vm, and must keep to its gas and leave that Vm alone.

import { createVm, gas, prepareModule, type GuestModule, type Vm, type VmOptions } from "gasworks/vm";

import { verifyModule } from "../../../dist/src/vm/verify/index.js";
import { generateModule } from "../generate-module.ts";
import { Random } from "../random.ts";
import { GENERATED_POLICY, mixerDevice } from "../run-generated.ts";
import { prepareUnverified } from "./prepare-unverified.ts";
import type { Prepared } from "./prepared-code.ts";

export interface MutantCounts {
  tried: number;
  rejected: number;
  /** Accepted, but no valid module: the engine refuses it. */
  invalid: number;
  /** Accepted and run. */
  run: number;
}

const SLICE = 2_000;
const SLICES = 12;
/** A stretch, what a host function may declare, and the largest growth of these programs. */
const OVERSHOOT = 16_384 + 1_000 + 64 * 8_192;

interface Base {
  readonly entry: string;
  readonly prepared: Prepared;
  readonly module: GuestModule;
}

/** Runs `count` mutants from a seed. @throws {Error} with the seed of the mutant that broke a promise. */
export async function runByteMutants(seed: number, count: number): Promise<MutantCounts> {
  const counts: MutantCounts = { tried: 0, rejected: 0, invalid: 0, run: 0 };
  let base = await makeBase(seed);
  for (let at = 0; at < count; at++) {
    if (at % 50 === 49) base = await makeBase(seed + at);
    const bytes = damage(base.prepared.bytes, new Random(seed + at));
    counts.tried++;
    if (verifyModule(bytes, base.prepared.state, base.prepared.claims) !== undefined) {
      counts.rejected++;
      continue;
    }
    if (!WebAssembly.validate(bytes)) {
      counts.invalid++;
      continue;
    }
    counts.run++;
    try {
      runBeside(base, { ...base.module, compiled: new WebAssembly.Module(bytes) });
    } catch (error) {
      throw new Error(`The mutant of seed ${seed + at} broke a promise`, { cause: error });
    }
  }
  return counts;
}

async function makeBase(seed: number): Promise<Base> {
  const { bytes, entry } = generateModule(seed);
  return {
    entry,
    prepared: prepareUnverified(bytes, GENERATED_POLICY),
    module: await prepareModule(bytes, GENERATED_POLICY),
  };
}

/** One to three bytes changed: bits, small steps, or any value. */
export function damage(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const damaged = Uint8Array.from(bytes);
  for (let left = random.between(1, 3); left > 0; left--) {
    const at = random.between(8, damaged.length - 1);
    const byte = damaged[at] as number;
    damaged[at] = random.weighted([
      [3, byte ^ (1 << random.below(8))],
      [3, byte + random.between(-3, 3)],
      [1, random.below(256)],
    ]);
  }
  return damaged;
}

function runBeside(base: Base, mutant: GuestModule): void {
  const options = (): VmOptions => ({ entry: base.entry, devices: [mixerDevice()] });
  const bystander = createVm(base.module, options());
  bystander.runSlice(gas(SLICE));
  const before = bystander.stateHash();
  const vm = createVm(mutant, options());
  for (let slice = 1; slice <= SLICES && canRun(vm); slice++) {
    vm.runSlice(gas(SLICE));
    if (vm.gasUsed > BigInt(slice * SLICE + OVERSHOOT)) throw new Error(`It used ${vm.gasUsed} gas in ${slice} slices`);
  }
  vm.dispose();
  if (bystander.stateHash() !== before) throw new Error("Another Vm is not what it was");
  if (canRun(bystander)) bystander.runSlice(gas(SLICE));
  bystander.dispose();
}

function canRun({ state }: Vm): boolean {
  return state === "ready" || state === "paused";
}
