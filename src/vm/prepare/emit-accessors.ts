// Functions by which the host reads and writes the guest's globals.

import { ByteWriter } from "../binary/byte-writer.ts";
import { encodeOpcode } from "../binary/encode-instruction.ts";
import type { GuestType } from "../binary/guest-type.ts";
import { OP } from "../binary/opcodes.ts";
import type { FunctionType } from "../binary/read-module.ts";

/** Takes or gives a global as what can cross to JavaScript. */
export interface Accessor {
  readonly type: FunctionType;
  readonly body: ByteWriter;
}

/** Bits of floats cross to JavaScript as integers: through numbers, NaN payloads would be lost. */
const BITS: Readonly<
  Record<Exclude<GuestType, "v128">, { readonly carrier: GuestType; readonly out: number[]; readonly in: number[] }>
> = {
  i32: { carrier: "i32", out: [], in: [] },
  i64: { carrier: "i64", out: [], in: [] },
  f32: { carrier: "i32", out: [OP.i32ReinterpretF32], in: [OP.f32ReinterpretI32] },
  f64: { carrier: "i64", out: [OP.i64ReinterpretF64], in: [OP.f64ReinterpretI64] },
  funcref: { carrier: "funcref", out: [], in: [] },
};

export function globalGetter(index: number, type: GuestType): Accessor {
  if (type === "v128") return vectorGetter(index);
  const { carrier, out } = BITS[type];
  const body = new ByteWriter().u32(0).byte(OP.globalGet).u32(index);
  return { type: { params: [], results: [carrier] }, body: body.raw(...out, OP.end) };
}

export function globalSetter(index: number, type: GuestType): Accessor {
  if (type === "v128") return vectorSetter(index);
  const { carrier, in: convert } = BITS[type];
  const body = new ByteWriter().u32(0).raw(OP.localGet, 0, ...convert);
  return { type: { params: [carrier], results: [] }, body: body.byte(OP.globalSet).u32(index).byte(OP.end) };
}

/** A vector crosses as two integers, the lower half first. */
const HALVES: readonly GuestType[] = ["i64", "i64"];

function vectorGetter(index: number): Accessor {
  const body = new ByteWriter().u32(0);
  for (const half of [0, 1]) {
    body.byte(OP.globalGet).u32(index);
    body.raw(...encodeOpcode(OP.i64x2ExtractLane), half);
  }
  return { type: { params: [], results: HALVES }, body: body.byte(OP.end) };
}

function vectorSetter(index: number): Accessor {
  const body = new ByteWriter().u32(0).raw(OP.localGet, 0, ...encodeOpcode(OP.i64x2Splat));
  body.raw(OP.localGet, 1, ...encodeOpcode(OP.i64x2ReplaceLane), 1);
  return { type: { params: HALVES, results: [] }, body: body.byte(OP.globalSet).u32(index).byte(OP.end) };
}
