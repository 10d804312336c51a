// States that a program goes through, on any engine.

import { createVm, gas, prepareModule, restoreVm, type MemoryBackend } from "gasworks/vm";

/** Data, so that it can be kept in a file: `fixtures/state-facts.json` holds what every engine must say. */
export interface StateFacts {
  readonly gasUsed: string;
  /** State hashes by what they are of: pauses, and the end. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** The programs of `fixtures/guests` whose states are held still, and how they are compiled. */
export const STATE_PROGRAMS = { forth: "-O1", jumps: "-O1", ray: "-O2" } as const;

const SLICE = gas(10_007);
const HASHED_PAUSES = [1, 5, 20, 60];

/** Runs a program in slices of one size, moving it to a new Vm behind each hash. */
export async function stateFacts(wasm: Uint8Array, memory: MemoryBackend): Promise<StateFacts> {
  const module = await prepareModule(wasm, { wasi: true, setjmp: true }, { memory });
  const hashes: Record<string, string> = {};
  let vm = createVm(module);
  for (let pause = 1; vm.runSlice(SLICE).kind === "out-of-gas"; pause++) {
    if (!HASHED_PAUSES.includes(pause)) continue;
    hashes[`pause ${pause}`] = vm.stateHash();
    vm = restoreVm(module, vm.snapshot());
  }
  hashes["end"] = vm.stateHash();
  return { gasUsed: String(vm.gasUsed), hashes };
}
