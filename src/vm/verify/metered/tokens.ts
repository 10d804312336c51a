// What the checker knows of a value on the operand stack. Almost all are the guest's and of no interest; the others are
// steps of the few ways in which gas, stack budget and stored frames may be used.

import { OP } from "../opcodes.ts";
import type { SlotAddress } from "../slot/slot-access.ts";

export type Token =
  /** The guest's: any value; one just read from a local; a constant; the canonical NaN. */
  | { readonly kind: "any" }
  | { readonly kind: "local"; readonly local: number }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "nan" }
  /** The gas counter, and a constant. */
  | { readonly kind: "gas"; readonly change: number }
  /** What a call gave back; what a host function, or the host, left in the global; what says to rebuild a frame. */
  | { readonly kind: "returned-gas" | "loaded-gas" | "sentinel" }
  /** The stack budget that is left. */
  | { readonly kind: "budget" }
  /** What is to be done at a function's start: 0 to store a frame, else the number of a place plus one. */
  | { readonly kind: "entered" }
  /** The number of a stored frame's place, plus one, less a constant; the function that it belongs to. */
  | { readonly kind: "place"; readonly less: number }
  | { readonly kind: "callee" }
  /** Says which values a frame has; one of its values. */
  | { readonly kind: "mask"; readonly mask: bigint }
  | { readonly kind: "masks" | "restored" }
  /** The words of the frames that are stored here; what to return behind a stored frame. */
  | { readonly kind: "words" | "biased-gas" }
  /** Where the computer's slot begins, and an address in it. */
  | SlotAddress
  | { readonly kind: "test"; readonly test: Test };

/**
 * `spent`: gas < 0. `entry`: gas or stack budget < 0. `near`: the counter is not the sentinel. `paused`: a function was
 * entered without gas, and not to rebuild a frame.
 */
export type Test = "spent" | "entry" | "near" | "paused";

export const ANY: Token = { kind: "any" };
export const NAN: Token = { kind: "nan" };
export const BUDGET: Token = { kind: "budget" };
export const GAS: Token = { kind: "gas", change: 0 };

export function isGuests({ kind }: Token): boolean {
  return kind === "any" || kind === "local" || kind === "constant" || kind === "nan";
}

/** What an operation gives for operands of which one is ours; `undefined` if there is no such way. */
export function combine(opcode: number, a: Token, b: Token | undefined): Token | undefined {
  if (opcode === OP.i32Eqz && a.kind === "entered") return { kind: "test", test: "paused" };
  if (b?.kind !== "constant") return undefined;
  if (a.kind === "gas") {
    if (opcode === OP.i32Sub) return { kind: "gas", change: a.change - b.value };
    if (opcode === OP.i32Add) return { kind: "gas", change: a.change + b.value };
    if (a.change !== 0) return undefined;
    if (opcode === OP.i32LtS && b.value === 0) return { kind: "test", test: "spent" };
    if (opcode === OP.i32Shl && b.value === 1) return { kind: "test", test: "near" };
  }
  if (a.kind === "place" && a.less === 0 && opcode === OP.i32Sub && b.value >= 0)
    return { kind: "place", less: b.value };
  return undefined;
}
