// Runs guests of tests to their end, in slices, with a cap and an account of what was seen.

import {
  createVm,
  gas,
  prepareModule,
  restoreVm,
  type GuestModule,
  type ImportPolicy,
  type SliceResult,
  type Snapshot,
  type VmOptions,
} from "gasworks/vm";

/** How a run is cut. */
export interface RunOptions extends VmOptions {
  /** Gas of each slice; the last one repeats. @defaultValue one slice of the largest size */
  readonly slices?: readonly number[];
  /** Moves the state to a new Vm after every so many slices. @defaultValue never */
  readonly moveEvery?: number;
  /** Modules of the Vms that the moves go to, in turn: the same program, prepared in other ways. @defaultValue the same */
  readonly moveTo?: readonly GuestModule[];
  /** What happens to the state on such a move. @defaultValue nothing */
  readonly carry?: (snapshot: Snapshot) => Snapshot;
}

export interface RunOutcome {
  readonly result: SliceResult;
  readonly stdout: string;
  readonly stderr: string;
  readonly gasUsed: bigint;
  readonly stateHash: string;
  readonly slices: number;
  /** Slices that ran and were paused; the others only paid debts. */
  readonly pauses: number;
}

const LARGEST = 2 ** 30 - 1;

/** A run that takes more is stuck. */
const MAX_SLICES = 2_000_000;

/** Prepares and runs to the end. */
export async function runGuest(bytes: Uint8Array, policy: ImportPolicy, options: RunOptions = {}): Promise<RunOutcome> {
  return runModule(await prepareModule(bytes, policy), options);
}

/** Runs to the end, or until the guest waits for a device. */
export function runModule(module: GuestModule, options: RunOptions = {}): RunOutcome {
  const {
    slices = [LARGEST],
    moveEvery = Infinity,
    moveTo = [module],
    carry = (snapshot) => snapshot,
    ...vmOptions
  } = options;
  const output: Record<1 | 2, Uint8Array[]> = { 1: [], 2: [] };
  const given: VmOptions = { stdio: { write: (stream, bytes) => output[stream].push(bytes) }, ...vmOptions };
  let pauses = 0;
  let vm = createVm(module, given);
  for (let count = 1; count <= MAX_SLICES; count++) {
    const result = vm.runSlice(gas(slices[Math.min(count, slices.length) - 1] ?? LARGEST));
    if (result.kind !== "out-of-gas") {
      const text = (stream: 1 | 2): string => Buffer.concat(output[stream]).toString();
      return {
        result,
        stdout: text(1),
        stderr: text(2),
        gasUsed: vm.gasUsed,
        stateHash: vm.stateHash(),
        slices: count,
        pauses,
      };
    }
    if (result.gasUsed > 0) pauses++;
    if (count % moveEvery === 0) {
      const snapshot = carry(vm.snapshot());
      vm.dispose();
      vm = restoreVm(moveTo[(count / moveEvery) % moveTo.length] as GuestModule, snapshot, given);
    }
  }
  throw new Error(`The guest did not end within ${MAX_SLICES} slices; it used ${vm.gasUsed} gas`);
}
