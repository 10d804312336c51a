// The module that stores frames: one save and one restore function for each shape that the guest's frames have. It imports
// the state memory and its pointer, which all Vms of a realm share (`../run/state-memory.ts`); the guest reaches neither.
//
// A shape is how many i32, i64, f32 and f64 a frame has. A stored frame is those values in that order, then a word:
// original function index << 16 | number of the point. The deepest frame is stored first. Save functions take the gas
// counter, that word and the values; a counter that says that a callee is unwinding lowers the word by one.

import { ByteWriter } from "../binary/byte-writer.ts";
import type { ValueType } from "../device/device.ts";
import { OP } from "../binary/opcodes.ts";
import { THRESHOLD } from "./protocol.ts";
import { TYPE_BYTES } from "../binary/write-module.ts";

export type Shape = readonly [i32: number, i64: number, f32: number, f64: number];

export const STATE_TYPES: readonly ValueType[] = ["i32", "i64", "f32", "f64"];
export const TYPE_SIZES: readonly number[] = [4, 8, 4, 8];
const LOADS = [0x28, 0x29, 0x2a, 0x2b];
const STORES = [0x36, 0x37, 0x38, 0x39];

/** Bytes of a stored frame's values. */
export function shapeBytes(shape: Shape): number {
  return shape.reduce((sum, count, at) => sum + count * (TYPE_SIZES[at] as number), 0);
}

/** The types of a shape's values, in order. */
export function shapeTypes(shape: Shape): ValueType[] {
  return shape.flatMap((count, at) => Array.from({ length: count }, () => STATE_TYPES[at] as ValueType));
}

/** A piece of a frame, as the state module stores it. */
export interface StoredShape {
  readonly shape: Shape;
  /** Whether the frame's word comes behind these values. */
  readonly isLast: boolean;
}

/** Parameters of the function that stores a piece: the values; before them, for the last one, the gas and the word. */
export function saveParams({ shape, isLast }: StoredShape): ValueType[] {
  return isLast ? ["i32", "i32", ...shapeTypes(shape)] : shapeTypes(shape);
}

/** Exports: `pop` (the word of the frame that is rebuilt next), `peek` (its function), `save.<n>`, `restore.<n>`. */
export function stateModule(shapes: readonly StoredShape[]): Uint8Array<ArrayBuffer> {
  const types = new ByteWriter().u32(1 + 2 * shapes.length).raw(0x60, 0, 1, 0x7f);
  const functions = new ByteWriter().u32(2 + 2 * shapes.length).raw(0, 0);
  const exports = new ByteWriter().u32(2 + 2 * shapes.length);
  exports.name("pop").byte(0).u32(0).name("peek").byte(0).u32(1);
  const code = new ByteWriter()
    .u32(2 + 2 * shapes.length)
    .sized(popBody())
    .sized(peekBody());
  shapes.forEach((stored, at) => {
    const { shape } = stored;
    const values = shapeTypes(shape);
    const params = saveParams(stored);
    types.byte(0x60).u32(params.length);
    for (const type of params) types.byte(TYPE_BYTES[type]);
    types.u32(0);
    types.byte(0x60).u32(0).u32(values.length);
    for (const type of values) types.byte(TYPE_BYTES[type]);
    functions.u32(1 + 2 * at).u32(2 + 2 * at);
    exports
      .name(`save.${at}`)
      .byte(0)
      .u32(2 + 2 * at);
    exports
      .name(`restore.${at}`)
      .byte(0)
      .u32(3 + 2 * at);
    code.sized(saveBody(stored)).sized(restoreBody(shape));
  });
  const imports = new ByteWriter().u32(2).name("state").name("memory").raw(2, 0).u32(1);
  imports.name("state").name("pointer").raw(3, 0x7f, 1);
  const out = new ByteWriter().raw(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  out.byte(1).sized(types).byte(2).sized(imports).byte(3).sized(functions).byte(7).sized(exports).byte(10).sized(code);
  return out.take().slice();
}

const POINTER = 0;

/** Moves the pointer by a constant and leaves it where it then is. */
function movePointer(out: ByteWriter, by: number): ByteWriter {
  out.byte(OP.globalGet).u32(POINTER).byte(OP.i32Const).s32(by).byte(OP.i32Add);
  return out.byte(OP.globalSet).u32(POINTER);
}

function popBody(): ByteWriter {
  return movePointer(new ByteWriter().u32(0), -4).byte(OP.globalGet).u32(POINTER).raw(0x28, 2, 0, OP.end);
}

function peekBody(): ByteWriter {
  const out = new ByteWriter().u32(0).byte(OP.globalGet).u32(POINTER).byte(OP.i32Const).s32(4).byte(OP.i32Sub);
  return out.raw(0x28, 2, 0).byte(OP.i32Const).s32(16).raw(OP.i32ShrU, OP.end);
}

function saveBody({ shape, isLast }: StoredShape): ByteWriter {
  const out = new ByteWriter().u32(0);
  let offset = 0;
  let param = isLast ? 2 : 0;
  shape.forEach((count, type) => {
    for (let i = 0; i < count; i++) {
      out.byte(OP.globalGet).u32(POINTER).byte(OP.localGet).u32(param++);
      out
        .byte(STORES[type] as number)
        .u32(0)
        .u32(offset);
      offset += TYPE_SIZES[type] as number;
    }
  });
  if (!isLast) return movePointer(out, offset).byte(OP.end);
  out.byte(OP.globalGet).u32(POINTER).byte(OP.localGet).u32(1);
  out.byte(OP.localGet).u32(0).byte(OP.i32Const).s32(THRESHOLD).raw(OP.i32LtS, OP.i32Sub, 0x36, 0).u32(offset);
  return movePointer(out, offset + 4).byte(OP.end);
}

function restoreBody(shape: Shape): ByteWriter {
  const out = movePointer(new ByteWriter().u32(0), -shapeBytes(shape));
  let offset = 0;
  shape.forEach((count, type) => {
    for (let i = 0; i < count; i++) {
      out
        .byte(OP.globalGet)
        .u32(POINTER)
        .byte(LOADS[type] as number)
        .u32(0)
        .u32(offset);
      offset += TYPE_SIZES[type] as number;
    }
  });
  return out.byte(OP.end);
}
