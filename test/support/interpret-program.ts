// Runs C programs in the interpreter, with as much of WASI preview 1 as they use. Costs are those of docs/gas.md.

import { interpret, type HostResult, type Interpreted } from "./interpret.ts";
import type { Bits } from "./operate.ts";

export interface InterpretedProgram extends Interpreted {
  readonly stdout: string;
  readonly exitCode: number;
}

const CALL_COST = 50;
const ERRNO = { success: 0, badf: 8, spipe: 70 };
const CHARACTER_DEVICE = 2;
const RIGHTS = { read: 2n, write: 64n };
const MEMORY_PAGES = 64;
const MAX_STEPS = 30_000_000;

/** Runs `_start` of a program with the C library, without arguments. */
export function interpretProgram(bytes: Uint8Array): InterpretedProgram {
  const printed: Uint8Array[] = [];
  let exitCode = 0;
  const host = (field: string, args: readonly Bits[], memory: Uint8Array): HostResult => {
    if (field !== "proc_exit") return wasiCall(field, args.map(Number), { view: new DataView(memory.buffer), printed });
    exitCode = Number(args[0]) | 0;
    return { cost: CALL_COST, result: undefined, ends: true };
  };
  const run = interpret(bytes, "_start", { host, memoryPages: MEMORY_PAGES, maxSteps: MAX_STEPS });
  return { ...run, stdout: Buffer.concat(printed).toString(), exitCode };
}

/** What `entry` of a freestanding kernel prints, at no cost. */
export function interpretKernel(bytes: Uint8Array): Interpreted & { readonly printed: readonly number[] } {
  const printed: number[] = [];
  const host = (_field: string, [number = 0]: readonly Bits[]): HostResult => {
    printed.push(Number(number) | 0);
    return { cost: 0, result: undefined };
  };
  const run = interpret(bytes, "entry", { host, memoryPages: MEMORY_PAGES, maxSteps: MAX_STEPS });
  return { ...run, printed };
}

function wasiCall(
  field: string,
  [a = 0, b = 0, c = 0, d = 0]: readonly number[],
  { view, printed }: { readonly view: DataView<ArrayBufferLike>; readonly printed: Uint8Array[] },
): HostResult {
  const isStream = a <= 2;
  const done = (result: number, moved = 0): HostResult => ({ cost: CALL_COST + moved, result });
  switch (field) {
    case "args_sizes_get":
    case "environ_sizes_get":
      view.setUint32(a, 0, true);
      view.setUint32(b, 0, true);
      return done(ERRNO.success);
    case "args_get":
    case "environ_get":
      return done(ERRNO.success);
    case "fd_close":
      return done(isStream ? ERRNO.success : ERRNO.badf);
    case "fd_seek":
      return done(isStream ? ERRNO.spipe : ERRNO.badf);
    case "fd_fdstat_get":
      if (!isStream) return done(ERRNO.badf);
      new Uint8Array(view.buffer, b, 24).fill(0);
      view.setUint8(b, CHARACTER_DEVICE);
      view.setBigUint64(b + 8, a === 0 ? RIGHTS.read : RIGHTS.write, true);
      return done(ERRNO.success);
    case "fd_write": {
      let moved = 0;
      for (let at = b; at < b + 8 * c; at += 8) {
        const length = view.getUint32(at + 4, true);
        printed.push(new Uint8Array(view.buffer, view.getUint32(at, true), length).slice());
        moved += length;
      }
      view.setUint32(d, moved, true);
      return done(ERRNO.success, moved + 8 * c);
    }
    default:
      throw new Error(`The interpreter's WASI has no ${field}`);
  }
}
