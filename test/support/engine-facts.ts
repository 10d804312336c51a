// What the guests of `everything-guest.ts` come to, on any engine. One function, called in Node and in Chromium.

import { createVm, gas, prepareModule, restoreVm } from "gasworks/vm";

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
  const module = await prepareModule(everything, {});
  let vm = createVm(module);
  for (let i = 0; i < 7; i++) vm.runSlice(gas(331));
  const pausedHash = vm.stateHash();
  vm = restoreVm(module, vm.snapshot());
  let result = vm.runSlice(gas(997));
  while (result.kind === "out-of-gas") result = vm.runSlice(gas(997));
  if (result.kind !== "exited") throw new Error(`The guest ${result.kind}`);

  const deepModule = await prepareModule(deep, {});
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
  gasUsed: "42047",
  pausedHash: "836f2e350431419db9143039f31c9d0f9dc0c3a2bc586e4113302063b74f41e7",
  stateHash: "bf9c87d614c2f35832a9aaf2837cb792cda0a46157ca880fe8d2840b150bf721",
  depths: [3946, 3946, 3946],
};
