// `setjmp` and `longjmp` as a program imports them. The Vm itself answers them: it has the call stack, which a jump cuts.
// `toolchain/sdk` has the header; docs/rationale.md says why it is done like this.

import type { HostFunctionType } from "../device/device.ts";

export const JUMP_IMPORT_MODULE = "gasworks.jump";

/** Gas of a jump on top of the call itself, the same for both. */
const JUMP_COST = 300;

/** Further gas for each frame on the stack, and for each value that it keeps: all are stored and rebuilt, as at a pause. */
export const JUMP_COST_PER_FRAME = 40;
export const JUMP_COST_PER_VALUE = 2;

const FUNCTIONS: Readonly<Record<string, HostFunctionType>> = {
  /** Writes the number of the place into the four bytes at the address, and gives 0; the value of a jump, if it comes back. */
  setjmp: { params: ["i32"], results: ["i32"], cost: JUMP_COST, mayWait: true },
  /** Goes to the place of that number, with that value; with 1 instead of 0. */
  longjmp: { params: ["i32", "i32"], results: [], cost: JUMP_COST, mayWait: true },
};

/** Type of a function that jumps, or `undefined` if there is none of that name. */
export function jumpFunctionType(name: string): HostFunctionType | undefined {
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
}

/** Whether a call of an import can come back once more than it was made. */
export function returnsTwice(imported: { readonly module: string; readonly field: string } | undefined): boolean {
  return imported?.module === JUMP_IMPORT_MODULE && imported.field === "setjmp";
}
