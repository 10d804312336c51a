// What an action left behind must be the same in all ways.

import type { Snapshot } from "gasworks/vm";

import type { Instance } from "./prepare-for-script.ts";
import type { Ending, Way } from "./subject.ts";

/** What differs from the state and the gas of the run in one slice, in words. */
export function stateProblem(subjects: Instance["subjects"], way: Way, ending: Ending): string | undefined {
  const first = subjects["one-slice"];
  if (way === "one-slice") return undefined;
  if (!sameBytes(first.memory(), subjects[way].memory())) return "left another memory";
  if (way === "plain") return undefined;
  const { state, gasUsed } = subjects[way];
  // A slice that ends in a trap uses all of its gas.
  if (ending.kind === "returned" && gasUsed !== first.gasUsed) {
    return `used ${gasUsed} gas, in one slice ${first.gasUsed}`;
  }
  return rest(first.state) === rest(state) ? undefined : "left other globals or tables";
}

/** What remains of an ended program beside its memory and gas. */
function rest({ memory: _memory, gasUsed: _gasUsed, ...state }: Snapshot): string {
  return JSON.stringify(state, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  const [left, right] = [a, b].map(
    ({ buffer, byteOffset, length }) => new BigUint64Array(buffer, byteOffset, length / 8),
  );
  return (left as BigUint64Array).every((word, at) => word === right?.[at]);
}
