// The module that stores frames, and takes them back value by value. It imports the state memory and its pointer, which all
// Vms of a realm share (`../run/state-memory.ts`); the guest reaches neither.
//
// A shape is how many i32, i64, f32, f64, v128 and references a frame has. References lie in a table beside the memory; a frame
// has their places there. A stored frame is those values in that order, then a word: original function index << 16 | number of the point. The deepest frame is stored first.
//
//   <n>  one for each shape: takes the word in short, the gas counter and the values, gives the counter to return with. A
//        counter that says that a callee is unwinding lowers the word by one; any other is biased. Pieces of a frame that
//        come before its last one take values only, and give nothing. In short, the function index is just above as many
//        bits as the numbers of points take in this program, which makes for short constants.
//   p    the number of the point of the frame that is rebuilt next, plus one; from here on its values are next
//   k    the function of that frame, whose word is still to be read
//   m    says which of the values that are asked for next the frame has, by bits from the lowest; the highest goes for all
//        that follow
//   i, l, f, d, v, r  the last value, if the frame has it; else zero, or null

import { ByteWriter } from "../binary/byte-writer.ts";
import { STORED_SIZES, TYPE_BYTES, type GuestType } from "../binary/guest-type.ts";
import { encodeOpcode } from "../binary/encode-instruction.ts";
import { EMPTY_BLOCK, OP } from "../binary/opcodes.ts";
import { BIAS, THRESHOLD } from "./protocol.ts";
import type { FunctionType } from "../binary/read-module.ts";
import { writeType } from "../binary/write-module.ts";

export type Shape = readonly [i32: number, i64: number, f32: number, f64: number, v128: number, funcref: number];

export const STATE_TYPES: readonly GuestType[] = ["i32", "i64", "f32", "f64", "v128", "funcref"];
const TYPE_SIZES: readonly number[] = STATE_TYPES.map((type) => STORED_SIZES[type]);
const REFERENCE = 5;
const LOADS = [[0x28], [0x29], [0x2a], [0x2b], encodeOpcode(OP.v128Load), [0x28]];
const STORES = [[0x36], [0x37], [0x38], [0x39], encodeOpcode(OP.v128Store)];
const RESTORE_NAMES = ["i", "l", "f", "d", "v", "r"];

/** Bytes of a stored frame's values. */
export function shapeBytes(shape: Shape): number {
  return shape.reduce((sum, count, at) => sum + count * (TYPE_SIZES[at] as number), 0);
}

/** The types of a shape's values, in order. */
export function shapeTypes(shape: Shape): GuestType[] {
  return shape.flatMap((count, at) => Array.from({ length: count }, () => STATE_TYPES[at] as GuestType));
}

/** A piece of a frame, as the state module stores it. */
export interface StoredShape {
  readonly shape: Shape;
  /** Whether the frame's word comes behind these values. */
  readonly isLast: boolean;
}

/** What the state module exports, in this order; names are short because each is written twice. */
export interface StateFunction {
  readonly name: string;
  readonly type: FunctionType;
  readonly body: ByteWriter;
}

/** What a program needs of its state module. */
export interface StateNeeds {
  readonly shapes: readonly StoredShape[];
  /** Types of the values that its frames have. */
  readonly types: ReadonlySet<GuestType>;
  readonly hasTable: boolean;
}

/** Which function of the state module does what. */
export function saveName(shape: number): string {
  return String(shape);
}

export function restoreName(type: GuestType): string {
  return RESTORE_NAMES[STATE_TYPES.indexOf(type)] as string;
}

/** What it imports: the memory, where in it the stored frames end, and, if frames have any, the references and their number. */
export const STATE = { module: "s", memory: "m", pointer: "p", references: "r", referenceCount: "c" } as const;

export const POP = "p";
export const PEEK = "k";
export const MASK = "m";

export function stateFunctions({ shapes, types, hasTable }: StateNeeds): StateFunction[] {
  const toWord: FunctionType = { params: [], results: ["i32"] };
  return [
    { name: POP, type: toWord, body: popBody() },
    ...(hasTable ? [{ name: PEEK, type: toWord, body: peekBody() }] : []),
    ...(types.size > 0 ? [{ name: MASK, type: { params: ["i64" as const], results: [] }, body: maskBody(types) }] : []),
    ...STATE_TYPES.flatMap((type) =>
      types.has(type)
        ? [{ name: restoreName(type), type: { params: [], results: [type] }, body: restoreBody(type, types) }]
        : [],
    ),
    ...shapes.map((stored, at) => ({ name: saveName(at), type: saveType(stored), body: saveBody(stored) })),
  ];
}

function saveType({ shape, isLast }: StoredShape): FunctionType {
  const values = shapeTypes(shape);
  return isLast ? { params: ["i32", "i32", ...values], results: ["i32"] } : { params: values, results: [] };
}

/** @param idBits - How many bits the numbers of points take. */
export function stateModule(functions: readonly StateFunction[], idBits: number): Uint8Array<ArrayBuffer> {
  const types = new Map<string, number>();
  const typeSection = new ByteWriter();
  const typeOf = (type: FunctionType): number => {
    const bytes = new ByteWriter();
    writeType(bytes, type);
    const key = bytes.take().join();
    let index = types.get(key);
    if (index === undefined) {
      index = types.size;
      types.set(key, index);
      typeSection.bytes(bytes.take());
    }
    return index;
  };
  const hasReferences = functions.some(({ name }) => name === restoreName("funcref"));
  const count = functions.length;
  const own = hasReferences ? 2 : 1;
  const indices = new ByteWriter().u32(own + count).u32(typeOf(FINISH_TYPE));
  const exports = new ByteWriter().u32(count);
  const code = new ByteWriter().u32(own + count).sized(finishBody(idBits));
  if (hasReferences) {
    indices.u32(typeOf(KEEP_TYPE));
    code.sized(keepBody());
  }
  functions.forEach(({ name, type, body }, at) => {
    indices.u32(typeOf(type));
    exports
      .name(name)
      .byte(0)
      .u32(own + at);
    code.sized(body);
  });
  const imports = new ByteWriter()
    .u32(hasReferences ? 4 : 2)
    .name(STATE.module)
    .name(STATE.memory)
    .raw(2, 0)
    .u32(1);
  imports.name(STATE.module).name(STATE.pointer).raw(3, TYPE_BYTES.i32, 1);
  if (hasReferences) {
    imports.name(STATE.module).name(STATE.references).raw(1, TYPE_BYTES.funcref, 0, 0);
    imports.name(STATE.module).name(STATE.referenceCount).raw(3, TYPE_BYTES.i32, 1);
  }
  const mask = new ByteWriter().u32(1).raw(TYPE_BYTES.i64, 1, I64_CONST, 0, OP.end);
  const out = new ByteWriter().raw(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  out.byte(1).sized(new ByteWriter().u32(types.size).bytes(typeSection.take()));
  out.byte(2).sized(imports).byte(3).sized(indices).byte(6).sized(mask).byte(7).sized(exports).byte(10).sized(code);
  return out.take().slice();
}

const FINISH_FUNCTION = 0;
const KEEP_FUNCTION = 1;
const POINTER_GLOBAL = 0;
const COUNT_GLOBAL = 1;
const I64_CONST = 0x42;
const I64_SHR_S = 0x87;
const I32_WRAP_I64 = 0xa7;

/** Moves the pointer by a constant. */
function movePointer(out: ByteWriter, by: number): ByteWriter {
  out.byte(OP.globalGet).u32(POINTER_GLOBAL).byte(OP.i32Const).s32(by).byte(OP.i32Add);
  return out.byte(OP.globalSet).u32(POINTER_GLOBAL);
}

function popBody(): ByteWriter {
  const out = movePointer(new ByteWriter().u32(0), -4).byte(OP.globalGet).u32(POINTER_GLOBAL);
  return out.raw(I32_LOAD16_U, 1, 0, OP.i32Const, 1, OP.i32Add, OP.end);
}

const I32_LOAD16_U = 0x2f;

function peekBody(): ByteWriter {
  const out = new ByteWriter().u32(0).byte(OP.globalGet).u32(POINTER_GLOBAL).byte(OP.i32Const).s32(2).byte(OP.i32Sub);
  return out.raw(I32_LOAD16_U, 1, 0, OP.end);
}

/** The one global that is not imported comes behind those that are. */
function maskGlobal(types: ReadonlySet<GuestType>): number {
  return types.has("funcref") ? COUNT_GLOBAL + 1 : COUNT_GLOBAL;
}

function maskBody(types: ReadonlySet<GuestType>): ByteWriter {
  return new ByteWriter().u32(0).raw(OP.localGet, 0, OP.globalSet, maskGlobal(types), OP.end);
}

function restoreBody(type: GuestType, types: ReadonlySet<GuestType>): ByteWriter {
  const mask = maskGlobal(types);
  const at = STATE_TYPES.indexOf(type);
  const out = new ByteWriter().u32(1).u32(1).byte(TYPE_BYTES.i64);
  out.raw(OP.globalGet, mask, OP.localTee, 0, I64_CONST, 1, I64_SHR_S, OP.globalSet, mask);
  out.raw(OP.localGet, 0, I32_WRAP_I64, OP.i32Const, 1, OP.i32And, OP.if, TYPE_BYTES[type]);
  movePointer(out, -(TYPE_SIZES[at] as number))
    .byte(OP.globalGet)
    .u32(POINTER_GLOBAL);
  out.raw(...(LOADS[at] as number[]), 0, 0);
  if (at === REFERENCE) out.raw(OP.tableGet, 0);
  out.byte(OP.else);
  return out.raw(...ZERO[type], OP.end, OP.end);
}

/** Instructions that push zero, or null. */
export const ZERO: Readonly<Record<GuestType, readonly number[]>> = {
  i32: [OP.i32Const, 0],
  i64: [I64_CONST, 0],
  f32: [0x43, 0, 0, 0, 0],
  f64: [0x44, 0, 0, 0, 0, 0, 0, 0, 0],
  v128: [...encodeOpcode(OP.v128Const), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  funcref: [OP.refNull, TYPE_BYTES.funcref],
};

function saveBody({ shape, isLast }: StoredShape): ByteWriter {
  const out = new ByteWriter().u32(0);
  let offset = 0;
  let param = isLast ? 2 : 0;
  shape.forEach((count, type) => {
    for (let i = 0; i < count; i++) {
      if (type === REFERENCE) saveReference(out, offset, param++);
      else {
        out.byte(OP.globalGet).u32(POINTER_GLOBAL).byte(OP.localGet).u32(param++);
        out
          .raw(...(STORES[type] as number[]))
          .u32(0)
          .u32(offset);
      }
      offset += TYPE_SIZES[type] as number;
    }
  });
  if (!isLast) return movePointer(out, offset).byte(OP.end);
  return out.raw(OP.localGet, 0, OP.localGet, 1, OP.i32Const).s32(offset).raw(OP.call, FINISH_FUNCTION, OP.end);
}

const FINISH_TYPE: FunctionType = { params: ["i32", "i32", "i32"], results: ["i32"] };

/** What all save functions end with: (word, gas, bytes of values) to the gas counter to return with. */
function finishBody(idBits: number): ByteWriter {
  const [word, gas, bytes] = [0, 1, 2];
  const out = new ByteWriter()
    .u32(0)
    .raw(OP.globalGet, POINTER_GLOBAL, OP.localGet, bytes, OP.i32Add, OP.localTee, bytes);
  const isUnwinding = (): ByteWriter => out.raw(OP.localGet, gas, OP.i32Const).s32(THRESHOLD).byte(OP.i32LtS);
  out.raw(OP.localGet, word, OP.i32Const, idBits, OP.i32ShrU, OP.i32Const, 16, OP.i32Shl);
  out
    .raw(OP.localGet, word, OP.i32Const)
    .s32((1 << idBits) - 1)
    .raw(OP.i32And, OP.i32Or);
  isUnwinding().raw(OP.i32Sub, 0x36, 0, 0);
  out.raw(OP.localGet, bytes, OP.i32Const, 4, OP.i32Add, OP.globalSet, POINTER_GLOBAL);
  out.raw(OP.localGet, gas, OP.i32Const, 0, OP.i32Const).s32(BIAS);
  return isUnwinding().raw(OP.select, OP.i32Sub, OP.end);
}

/** Puts a reference into the next place of the table, and the number of that place into the frame. */
function saveReference(out: ByteWriter, offset: number, param: number): void {
  out.byte(OP.globalGet).u32(POINTER_GLOBAL).byte(OP.localGet).u32(param).raw(OP.call, KEEP_FUNCTION);
  out.raw(0x36, 0).u32(offset);
}

const KEEP_TYPE: FunctionType = { params: ["funcref"], results: ["i32"] };

/** Puts a reference into the next place of the table, which is doubled if it is full; gives the place. */
function keepBody(): ByteWriter {
  const out = new ByteWriter().u32(0);
  out.raw(OP.globalGet, COUNT_GLOBAL, ...TABLE_SIZE, OP.i32GeU, OP.if, EMPTY_BLOCK);
  out.raw(...ZERO.funcref, ...TABLE_SIZE, ...TABLE_GROW, OP.drop, OP.end);
  out.raw(OP.globalGet, COUNT_GLOBAL, OP.localGet, 0, OP.tableSet, 0);
  out.raw(OP.globalGet, COUNT_GLOBAL, OP.i32Const, 1, OP.i32Add, OP.globalSet, COUNT_GLOBAL);
  return out.raw(OP.globalGet, COUNT_GLOBAL, OP.i32Const, 1, OP.i32Sub, OP.end);
}

const TABLE_GROW = [0xfc, 15, 0];
const TABLE_SIZE = [0xfc, 16, 0];
