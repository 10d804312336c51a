// What the guests of `everything-guest.ts` come to, on any engine. One function, called in Node and in Chromium.

import { createVm, gas, restoreVm, type GuestModule } from "gasworks/vm";

import { prepareBoth } from "./both-backends.ts";

export interface EngineFacts {
  readonly exitCode: number;
  readonly gasUsed: string;
  readonly stateHash: string;
  /** Hash at a pause in the middle of recursion. */
  readonly pausedHash: string;
  /** Calls until the stack budget ran out, for each size of slice. */
  readonly depths: readonly number[];
}

export async function engineFacts(everything: Uint8Array, deep: Uint8Array): Promise<EngineFacts> {
  const [whole, diver] = [await prepareBoth(everything, {}), await prepareBoth(deep, {})];
  const facts = factsOf(whole.own, diver.own);
  const inArena = factsOf(whole.arena, diver.arena);
  if (JSON.stringify(inArena) !== JSON.stringify(facts)) throw new Error(`In an arena: ${JSON.stringify(inArena)}`);
  return facts;
}

function factsOf(module: GuestModule, deepModule: GuestModule): EngineFacts {
  let vm = createVm(module);
  for (let i = 0; i < 7; i++) vm.runSlice(gas(331));
  const pausedHash = vm.stateHash();
  vm = restoreVm(module, vm.snapshot());
  let result = vm.runSlice(gas(997));
  while (result.kind === "out-of-gas") result = vm.runSlice(gas(997));
  if (result.kind !== "exited") throw new Error(`The guest ${result.kind}`);

  const depths = [1_000_000, 5_000, 333].map((slice) => {
    const diver = createVm(deepModule);
    while (diver.runSlice(gas(slice)).kind === "out-of-gas");
    const { memory, status } = diver.snapshot();
    if (status.kind !== "trapped" || status.trap.code !== "stack-overflow") throw new Error(`The diver ${status.kind}`);
    return new DataView(memory.buffer).getUint32(0, true);
  });
  return { exitCode: result.exitCode, gasUsed: String(vm.gasUsed), stateHash: vm.stateHash(), pausedHash, depths };
}

/** Changes with the gas schedule and the instrumenter, never with the engine. */
export const EXPECTED_FACTS: EngineFacts = {
  exitCode: 64,
  gasUsed: "42259",
  pausedHash: "5cdc6230479da71bfbd764e13ab24ed6b3184aa6252df25c1895958080157395",
  stateHash: "d4fe4dfc0e226c48c93b47bc3ebeb740b8398e3f8ff2168874b07b4e2b81bd2b",
  depths: [2272, 2272, 2272],
};
