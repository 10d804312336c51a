// The trap codes that a script's words for a trap stand for. Ours are only as fine as every engine can tell.

import type { TrapCode } from "gasworks/vm";

import { describeEnding, type Ending } from "./subject.ts";

/** By the beginning of the text. */
const CODES: readonly (readonly [string, readonly TrapCode[]])[] = [
  ["unreachable", ["unreachable"]],
  ["out of bounds memory access", ["memory-out-of-bounds"]],
  ["out of bounds table access", ["table-out-of-bounds"]],
  ["undefined element", ["table-out-of-bounds"]],
  ["uninitialized element", ["indirect-call"]],
  ["indirect call type mismatch", ["indirect-call"]],
  ["integer divide by zero", ["integer-divide-by-zero"]],
  ["integer overflow", ["integer-overflow", "invalid-conversion"]],
  ["invalid conversion to integer", ["invalid-conversion"]],
  ["call stack exhausted", ["stack-overflow"]],
];

/** What is wrong with an ending that should be a trap of that text, in words. */
export function trapProblem(ending: Ending, text: string): string | undefined {
  const codes = CODES.find(([start]) => text.startsWith(start))?.[1];
  if (codes === undefined) return `expected the trap "${text}", which is unknown here`;
  if (ending.kind === "trapped" && codes.includes(ending.code)) return undefined;
  return `ended in ${describeEnding(ending)}, expected "${text}"`;
}
