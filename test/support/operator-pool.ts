// The instructions that a random body can pick from, with what they take and give.

import { OPCODES, PREFIX_FD, type Opcode } from "../../src/vm/binary/opcodes.ts";
import type { ValueType } from "./encode-module.ts";

export const VALUE_TYPES: readonly ValueType[] = ["i32", "i64", "f32", "f64"];
export const ALL_TYPES: readonly ValueType[] = [...VALUE_TYPES, "funcref"];
const LETTERS: Readonly<Record<string, ValueType>> = { i: "i32", l: "i64", f: "f32", d: "f64", r: "funcref" };

/** An instruction without immediates that gives one value. */
export interface Operator {
  readonly code: readonly number[];
  readonly params: readonly ValueType[];
  readonly result: ValueType;
  readonly name: string;
}

function signatureOf({ signature = ">" }: Opcode): { params: ValueType[]; result: ValueType | undefined } {
  const [params = "", result = ""] = signature.split(">");
  return { params: [...params].map((letter) => LETTERS[letter] as ValueType), result: LETTERS[result] };
}

/** Without those on vectors, which the interpreter does not have. */
const ALL = [...OPCODES]
  .filter(([opcode]) => opcode < PREFIX_FD)
  .map(([opcode, info]) => ({ opcode, info, ...signatureOf(info) }));
export const OPERATORS: readonly Operator[] = ALL.flatMap(({ opcode, info, params, result }) =>
  info.immediate === "none" && result !== undefined && info.name !== "ref.is_null"
    ? [{ code: opcode > 0xff ? [0xfc, opcode - 0xfc00] : [opcode], params, result, name: info.name }]
    : [],
);

/** Names of those that trap on some operands. */
export const CAN_TRAP = /^i\d\d\.(div|rem|trunc_f)/;

/** A load or a store. */
export type Access = (typeof ALL)[number];

export const ACCESSES: readonly Access[] = ALL.filter(({ info }) => info.immediate === "memory-access");
