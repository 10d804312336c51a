// How deep the guests of `stack-guests.ts` come, on any engine and thread.

import { createVm, gas, restoreVm, type Device, type GuestModule, type SliceResult, type VmOptions } from "gasworks/vm";

import { BACKENDS, prepareBoth } from "./both-backends.ts";
import { STACK_SHAPES } from "./stack-guests.ts";

/** Gas of a slice, and whether each slice runs in a new Vm. */
const CUTS: readonly (readonly [slice: number, moves: boolean])[] = [
  [2 ** 30 - 1, false],
  [30_011, false],
  [200_003, true],
];

/** What ended a guest, and the calls that it had reached: once for each kind of memory and each way of cutting the run. */
export type StackFact = readonly string[];

/** What every engine must say, for each guest: the trap of the stack budget, at the same call. */
export const EXPECTED_STACK_FACTS: Readonly<Record<string, StackFact>> = Object.fromEntries(
  STACK_SHAPES.map(({ name, depth }) => [name, BACKENDS.flatMap(() => CUTS.map(() => `stack-overflow at ${depth}`))]),
);

const STACK_DEVICE: Device = {
  type: {
    importModule: "device.stack",
    functions: { look: { params: ["i32"], results: ["i32"], cost: 1, mayWait: false } },
  },
  handle: ({ args }) => lookFrom(40, Number(args[0])),
};

/** A handler that takes some frames itself. */
function lookFrom(frames: number, value: number): number {
  return frames === 0 ? value & 1 : lookFrom(frames - 1, value);
}

/**
 * @param under - JavaScript frames to put below every slice.
 * @returns For each guest what it came to: equal strings on every engine.
 */
export async function stackFacts(
  guests: Readonly<Record<string, Uint8Array>>,
  under: number = 0,
): Promise<Record<string, StackFact>> {
  const facts: Record<string, StackFact> = {};
  for (const [name, wasm] of Object.entries(guests)) {
    const { own, arena } = await prepareBoth(wasm, { devices: [STACK_DEVICE.type] });
    facts[name] = [...depthsOf(own, under), ...depthsOf(arena, under)];
  }
  return facts;
}

function depthsOf(module: GuestModule, under: number): StackFact {
  return CUTS.map(([slice, moves]) => {
    const errors: string[] = [];
    const options: VmOptions = { devices: [STACK_DEVICE], onHostError: (error) => void errors.push(String(error)) };
    let vm = createVm(module, options);
    let result: SliceResult;
    do {
      if (moves) vm = restoreVm(module, vm.snapshot(), options);
      result = beneath(under, () => vm.runSlice(gas(slice)));
    } while (result.kind === "out-of-gas");
    const depth = new DataView(vm.snapshot().memory.buffer).getUint32(0, true);
    const end = result.kind === "trapped" ? result.trap.code : result.kind;
    return [`${end} at ${depth}`, ...errors].join(", ");
  });
}

/** Calls with that many frames of JavaScript below. */
function beneath<Result>(frames: number, action: () => Result): Result {
  return frames === 0 ? action() : beneath(frames - 1, action);
}
