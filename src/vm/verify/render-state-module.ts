// Writes the module that stores frames as it must be for what a prepared module imports of it, to be compared byte by byte.
// Its memory and pointer are the realm's; a frame is its values in the order of types, then its word. References lie in a
// table of the program's own, and a frame holds their places there.

import { OP, VECTORS } from "./opcodes.ts";
import { F32, F64, FUNCREF, HEADER, I32, I64, V128, type Signature } from "./read-prepared.ts";
import { Rejection } from "./rejection.ts";

/** A function of the state module, as the prepared module imports it. */
export interface StateImport extends Signature {
  readonly field: string;
}

const BY_NAME: Readonly<Record<string, number>> = { i: I32, l: I64, f: F32, d: F64, v: V128, r: FUNCREF };
const SIZE: Readonly<Record<number, number>> = { [I32]: 4, [I64]: 8, [F32]: 4, [F64]: 8, [V128]: 16, [FUNCREF]: 4 };
const LOAD: Readonly<Record<number, readonly number[]>> = {
  [I32]: [OP.i32Load],
  [I64]: [OP.i64Load],
  [F32]: [OP.f32Load],
  [F64]: [OP.f64Load],
  [V128]: onVector(OP.v128Load),
  [FUNCREF]: [OP.i32Load],
};
const STORE: Readonly<Record<number, readonly number[]>> = {
  [I32]: [OP.i32Store],
  [I64]: [OP.i64Store],
  [F32]: [OP.f32Store],
  [F64]: [OP.f64Store],
  [V128]: onVector(OP.v128Store),
};
const ZERO: Readonly<Record<number, readonly number[]>> = {
  [I32]: [OP.i32Const, 0],
  [I64]: [OP.i64Const, 0],
  [F32]: [OP.f32Const, 0, 0, 0, 0],
  [F64]: [OP.f64Const, 0, 0, 0, 0, 0, 0, 0, 0],
  [V128]: [...onVector(OP.v128Const), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  [FUNCREF]: [OP.refNull, FUNCREF],
};
const ORDER = [I32, I64, F32, F64, V128, FUNCREF];

/** @param placeBits - How many bits of a word are its place; behind them is the function. */
export function renderStateModule(imports: readonly StateImport[], placeBits: number): Uint8Array {
  const types: number[][] = [];
  const hasReferences = imports.some(({ field }) => field === "r");
  const own: Signature[] = [{ params: [I32, I32, I32], results: [I32] }];
  if (hasReferences) own.push({ params: [FUNCREF], results: [I32] });
  const functions = [...own, ...imports];
  const indices = functions.map(({ params, results }) => {
    const bytes = [0x60, ...u32(params.length), ...params, ...u32(results.length), ...results];
    const known = types.findIndex((type) => type.join() === bytes.join());
    return known >= 0 ? known : types.push(bytes) - 1;
  });
  const exports = imports.map(({ field }, at) => [...name(field), 0, ...u32(at + own.length)]);
  const memory = [...name("s"), ...name("m"), 2, 0, 1];
  const pointer = [...name("s"), ...name("p"), 3, I32, 1];
  const references = [...name("s"), ...name("r"), 1, FUNCREF, 0, 0];
  const count = [...name("s"), ...name("c"), 3, I32, 1];
  const mask = hasReferences ? 2 : 1;
  const bodies = imports.map((found, at) => sized(bodyOf(found, at, mask)));
  return Uint8Array.from([
    ...HEADER,
    ...section(1, vector(types)),
    ...section(2, [hasReferences ? 4 : 2, ...memory, ...pointer, ...(hasReferences ? [...references, ...count] : [])]),
    ...section(3, vector(indices.map(u32))),
    ...section(6, [1, I64, 1, OP.i64Const, 0, OP.end]),
    ...section(7, vector(exports)),
    ...section(10, vector([sized(finish(placeBits)), ...(hasReferences ? [sized(keep())] : []), ...bodies])),
  ]);
}

/** @param mask - The global that holds the mask. */
function bodyOf({ field, params, results }: StateImport, at: number, mask: number): number[] {
  const taken = BY_NAME[field];
  if (field === "p")
    return [0, ...movePointer(-4), OP.globalGet, 0, OP.i32Load16U, 1, 0, OP.i32Const, 1, OP.i32Add, OP.end];
  if (field === "k") return [0, OP.globalGet, 0, OP.i32Const, 2, OP.i32Sub, OP.i32Load16U, 1, 0, OP.end];
  if (field === "m") return [0, OP.localGet, 0, OP.globalSet, mask, OP.end];
  if (taken !== undefined) return restore(taken, mask);
  return save(params, results.length > 0, at);
}

/** Whether the lowest bit of the mask is set decides if there is a value; the mask moves on. */
function restore(type: number, mask: number): number[] {
  const next = [OP.globalGet, mask, OP.localTee, 0, OP.i64Const, 1, OP.i64ShrS, OP.globalSet, mask];
  const isThere = [OP.localGet, 0, OP.i32WrapI64, OP.i32Const, 1, OP.i32And, OP.if, type];
  const take = [...movePointer(-(SIZE[type] as number)), OP.globalGet, 0, ...(LOAD[type] as readonly number[]), 0, 0];
  if (type === FUNCREF) take.push(OP.tableGet, 0);
  return [1, 1, I64, ...next, ...isThere, ...take, OP.else, ...(ZERO[type] as number[]), OP.end, OP.end];
}

function save(params: readonly number[], isLast: boolean, at: number): number[] {
  const values = isLast ? params.slice(2) : params;
  const isInOrder = values.every((type, i) => i === 0 || ORDER.indexOf(type) >= ORDER.indexOf(values[i - 1] as number));
  if (!isInOrder) throw new Rejection(`import ${at} of the state module stores values in another order`, 0);
  let offset = 0;
  const code: number[] = [0];
  values.forEach((type, i) => {
    const value = [OP.localGet, ...u32(i + params.length - values.length)];
    if (type === FUNCREF) code.push(...saveReference(value, offset));
    else code.push(OP.globalGet, 0, ...value, ...(STORE[type] as readonly number[]), 0, ...u32(offset));
    offset += SIZE[type] as number;
  });
  if (!isLast) return [...code, ...movePointer(offset), OP.end];
  return [...code, OP.localGet, 0, OP.localGet, 1, OP.i32Const, ...s32(offset), OP.call, 0, OP.end];
}

/** (word, gas, bytes of values): puts the word behind the values, and gives what to return. */
function finish(placeBits: number): number[] {
  const isUnwinding = [OP.localGet, 1, OP.i32Const, ...s32(-(2 ** 29)), OP.i32LtS];
  const origin = [OP.localGet, 0, OP.i32Const, placeBits, OP.i32ShrU, OP.i32Const, 16, OP.i32Shl];
  const place = [OP.localGet, 0, OP.i32Const, ...s32(2 ** placeBits - 1), OP.i32And];
  const behind = [OP.globalGet, 0, OP.localGet, 2, OP.i32Add, OP.localTee, 2];
  const store = [...behind, ...origin, ...place, OP.i32Or, ...isUnwinding, OP.i32Sub, OP.i32Store, 0, 0];
  const movePast = [OP.localGet, 2, OP.i32Const, 4, OP.i32Add, OP.globalSet, 0];
  return [
    0,
    ...store,
    ...movePast,
    OP.localGet,
    1,
    OP.i32Const,
    0,
    OP.i32Const,
    ...s32(2 ** 30),
    ...isUnwinding,
    OP.select,
    OP.i32Sub,
    OP.end,
  ];
}

/** Its place in the table goes into the frame. */
function saveReference(value: readonly number[], offset: number): number[] {
  return [OP.globalGet, 0, ...value, OP.call, 1, OP.i32Store, 0, ...u32(offset)];
}

/** (reference): puts it into the next place of the table, which is doubled if it is full; gives the place. */
function keep(): number[] {
  const [size, grow] = [
    [0xfc, 16, 0],
    [0xfc, 15, 0],
  ] as const;
  const isFull = [OP.globalGet, 1, ...size, OP.i32GeU];
  const double = [OP.refNull, FUNCREF, ...size, ...grow, OP.drop];
  const put = [OP.globalGet, 1, OP.localGet, 0, OP.tableSet, 0];
  const count = [OP.globalGet, 1, OP.i32Const, 1, OP.i32Add, OP.globalSet, 1];
  const place = [OP.globalGet, 1, OP.i32Const, 1, OP.i32Sub];
  return [0, ...isFull, OP.if, 0x40, ...double, OP.end, ...put, ...count, ...place, OP.end];
}

function movePointer(by: number): number[] {
  return [OP.globalGet, 0, OP.i32Const, ...s32(by), OP.i32Add, OP.globalSet, 0];
}

/** The bytes of an opcode behind the prefix. */
function onVector(opcode: number): number[] {
  return [0xfd, ...u32(opcode - VECTORS)];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...sized(content)];
}

function sized(content: readonly number[]): number[] {
  return [...u32(content.length), ...content];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...u32(items.length), ...items.flat()];
}

function name(text: string): number[] {
  return sized([...new TextEncoder().encode(text)]);
}

function u32(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...u32(value >>> 7)];
}

function s32(value: number): number[] {
  const isLast = value >= -64 && value < 64;
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...s32(value >> 7)];
}
