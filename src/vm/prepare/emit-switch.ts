// The functions by which the host changes the computer that an instance in an arena runs: they put the program's globals
// into a place in the arena that no program reaches, and take another computer's from one.

import { ByteWriter } from "../binary/byte-writer.ts";
import { encodeOpcode } from "../binary/encode-instruction.ts";
import type { GuestType } from "../binary/guest-type.ts";
import { OP } from "../binary/opcodes.ts";
import type { FunctionType, Global } from "../binary/read-module.ts";
import { BASE_GLOBAL, CAUSE_GLOBAL, LIMIT_GLOBAL } from "./protocol.ts";

/** A global in the place where a computer's are kept, and where in it, in bytes. */
interface KeptGlobal {
  readonly index: number;
  readonly type: Exclude<GuestType, "funcref">;
  readonly offset: number;
}

const LOADS = { i32: [0x28], i64: [0x29], f32: [0x2a], f64: [0x2b], v128: encodeOpcode(OP.v128Load) } as const;
const STORES = { i32: [0x36], i64: [0x37], f32: [0x38], f64: [0x39], v128: encodeOpcode(OP.v128Store) } as const;

/** References cannot be kept in a memory: programs that have any get an instance for each computer. */
function keptGlobals(globals: readonly Global[]): { readonly kept: readonly KeptGlobal[]; readonly bytes: number } {
  let bytes = 0;
  const kept = globals.flatMap(({ type, isMutable }, index): KeptGlobal[] => {
    if (!isMutable || type === "funcref") return [];
    const offset = bytes;
    bytes += type === "v128" ? 16 : 8;
    return [{ index, type, offset }];
  });
  return { kept, bytes };
}

/** Room for a computer's globals, in bytes. */
export function keptBytes(globals: readonly Global[]): number {
  return keptGlobals(globals).bytes;
}

interface SwitchFunction {
  readonly type: FunctionType;
  readonly body: ByteWriter;
}

/** (where to): puts the globals there. */
export function switchOut(globals: readonly Global[]): SwitchFunction {
  const body = new ByteWriter().u32(0);
  for (const { index, type, offset } of keptGlobals(globals).kept) {
    body.raw(OP.localGet, 0, OP.globalGet).u32(index);
    body
      .raw(...STORES[type])
      .u32(0)
      .u32(offset);
  }
  return { type: { params: ["i32"], results: [] }, body: body.byte(OP.end) };
}

/** (where from, base, limit): takes the globals from there, and says where the memory is. */
export function switchIn(globals: readonly Global[]): SwitchFunction {
  const body = new ByteWriter().u32(0);
  for (const { index, type, offset } of keptGlobals(globals).kept) {
    body.raw(OP.localGet, 0, ...LOADS[type]);
    body.u32(0).u32(offset).byte(OP.globalSet).u32(index);
  }
  const own = globals.length;
  body.raw(OP.localGet, 1, OP.globalSet).u32(own + BASE_GLOBAL);
  body.raw(OP.localGet, 2, OP.globalSet).u32(own + LIMIT_GLOBAL);
  body.raw(OP.i32Const, 0, OP.globalSet).u32(own + CAUSE_GLOBAL);
  return { type: { params: ["i32", "i32", "i32"], results: [] }, body: body.byte(OP.end) };
}
