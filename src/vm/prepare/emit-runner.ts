// The function by which the host runs one of the guest's.

import { ByteWriter } from "../binary/byte-writer.ts";
import { OP } from "../binary/opcodes.ts";
import type { FunctionType } from "../binary/read-module.ts";
import { STACK_BUDGET } from "./frame-weight.ts";
import { GAS_IN_GLOBAL, THRESHOLD } from "./protocol.ts";

export interface RunnerParts {
  /** The guest's function, as the original has it. */
  readonly type: FunctionType;
  /** Its metered form in the output, and the form that only rebuilds frames, if there is one. */
  readonly fast: number;
  readonly resume: number | undefined;
  /** Index of the global `gas`. */
  readonly gasGlobal: number;
  readonly typeIndex: (type: FunctionType) => number;
}

/** Runs a function with the gas of `gin`, and leaves what is left in `gas`. Gives the exit code, if it has one. */
export function runnerFunction({ type, fast, resume, gasGlobal, typeIndex }: RunnerParts): {
  readonly type: FunctionType;
  readonly body: ByteWriter;
} {
  const gasIn = gasGlobal + GAS_IN_GLOBAL;
  const code = new ByteWriter().u32(0);
  const call = (target: number): unknown =>
    code.byte(OP.globalGet).u32(gasIn).byte(OP.i32Const).s32(STACK_BUDGET).byte(OP.call).u32(target);
  if (resume === undefined) call(fast);
  else {
    code.byte(OP.globalGet).u32(gasIn).byte(OP.i32Const).s32(THRESHOLD).byte(OP.i32LtS).byte(OP.if);
    code.s32(typeIndex({ params: [], results: [...type.results, "i32"] }));
    call(resume);
    code.byte(OP.else);
    call(fast);
    code.byte(OP.end);
  }
  code.byte(OP.globalSet).u32(gasGlobal);
  // One i32 is an exit code; anything else means nothing to a host.
  const isExitCode = type.results.length === 1 && type.results[0] === "i32";
  if (!isExitCode) for (const _ of type.results) code.byte(OP.drop);
  return { type: { params: [], results: isExitCode ? ["i32"] : [] }, body: code.byte(OP.end) };
}
