// From a place in the instrumented code to the instruction of the original that it was made of: where a program trapped, in
// its own terms. Only instructions that may trap are in the list; and the beginning of each function, so that none lends
// its places to the next.

import { ByteReader } from "../binary/byte-reader.ts";
import { ByteWriter } from "../binary/byte-writer.ts";
import type { Instruction } from "../binary/instructions.ts";
import type { CostClass } from "../binary/opcodes.ts";

/** The places of one function. */
export interface FunctionPlaces {
  /** Of its body, in the instrumented module. */
  readonly start: number;
  /** Offset in the body, offset in the original module; ascending by the first. */
  readonly own: readonly number[];
}

/** Pairs of offsets, each as the difference to the one before, as LEB128. */
export function encodePlaces(functions: readonly FunctionPlaces[]): Uint8Array {
  const out = new ByteWriter();
  let [at, origin] = [0, 0];
  const add = (nextAt: number, nextOrigin: number): void => {
    out.u32(nextAt - at).s32(nextOrigin - origin);
    [at, origin] = [nextAt, nextOrigin];
  };
  for (const { start, own } of functions) {
    add(start, 0);
    for (let index = 0; index < own.length; index += 2) add(start + (own[index] ?? 0), own[index + 1] ?? 0);
  }
  return out.take().slice();
}

/**
 * The instruction of the original that a place in the instrumented code is of.
 *
 * @param offset - In the instrumented module's bytes.
 * @returns its offset in the original module's bytes; `undefined` if the place is of none.
 */
export function originOf(places: Uint8Array, offset: number): number | undefined {
  const reader = new ByteReader(places);
  let [at, origin] = [0, 0];
  while (reader.offset < places.length) {
    const nextAt = at + reader.u32();
    if (nextAt > offset) break;
    at = nextAt;
    origin += reader.s32();
  }
  return origin === 0 ? undefined : origin;
}

/** Costs of instructions that trap on some operands, or call what may. */
const TRAPPING: ReadonlySet<CostClass> = new Set<CostClass>([
  "memory",
  "conversion",
  "division",
  "call",
  "call-indirect",
  "bulk",
  "table",
  "table-write",
]);

/** Whether an instruction is one whose place is kept. */
export function mayTrap({ info }: Pick<Instruction, "info">): boolean {
  return TRAPPING.has(info.cost);
}
