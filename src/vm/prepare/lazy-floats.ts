// Which float operations may make a NaN of the engine's choice, and which locals hold nothing but their results.

import { walkInstructions } from "../binary/instructions.ts";
import { OP, OPCODES } from "../binary/opcodes.ts";
import type { FunctionBody, ParsedModule } from "../binary/read-module.ts";
import type { FloatShape } from "./canonical-nan.ts";
import type { GuestType } from "../binary/guest-type.ts";

/** Operations whose result, if it is NaN, has bits that engines choose (specification, section 4.3.3). */
export function isFloatArithmetic(opcode: number): boolean {
  return (
    (opcode >= 0x8d && opcode <= 0x97) || // f32.ceil … f32.max
    (opcode >= 0x9b && opcode <= 0xa5) || // f64.ceil … f64.max
    opcode === 0xb6 || // f32.demote_f64
    opcode === 0xbb // f64.promote_f32
  );
}

/** Of instructions on vectors with such a result: the shape of its lanes. `pmin` and `pmax` copy their operands. */
export function arithmeticLanes(opcode: number): "f32x4" | "f64x2" | undefined {
  return LANE_ARITHMETIC.get(opcode);
}

/** Whether an instruction takes lanes of floats of that shape and never shows the bits of a NaN in them. */
export function hidesLanes(opcode: number, shape: FloatShape): boolean {
  return LANE_READERS.get(opcode) === shape;
}

const ARITHMETIC_NAME = /^(f32x4|f64x2)\.(ceil|floor|trunc|nearest|sqrt|add|sub|mul|div|min|max|demote\w+|promote\w+)$/;
const READER_NAME = /^(f32x4|f64x2)\.(ceil|floor|trunc|nearest|sqrt|add|sub|mul|div|min|max|eq|ne|lt|gt|le|ge)$/;
const LANE_ARITHMETIC = byShape(ARITHMETIC_NAME);
const LANE_READERS = byShape(READER_NAME);

function byShape(pattern: RegExp): ReadonlyMap<number, "f32x4" | "f64x2"> {
  const found = new Map<number, "f32x4" | "f64x2">();
  for (const [opcode, { name }] of OPCODES) {
    const shape = pattern.exec(name)?.[1];
    if (shape === "f32x4" || shape === "f64x2") found.set(opcode, shape);
  }
  return found;
}

const F32_CONST = 0x43;
const F64_CONST = 0x44;

/**
 * For each local, whether it is only ever assigned results of float arithmetic, and constants but NaN. Such a local need not hold
 * canonical NaNs; any other keeps the exact bits that were copied into it. A parameter is a copy.
 */
export function findLazyFloats(
  module: ParsedModule,
  body: FunctionBody,
  localTypes: readonly GuestType[],
  paramCount: number,
): boolean[] {
  const lazy = localTypes.map((type, local) => local >= paramCount && (type === "f32" || type === "f64"));
  const view = new DataView(module.bytes.buffer, module.bytes.byteOffset);
  let isLazyValue = false;
  walkInstructions({ bytes: module.bytes, start: body.start, end: body.end }, ({ opcode, index, start }) => {
    const isAssigned = (opcode === OP.localSet || opcode === OP.localTee) && lazy[index] === true;
    if (isAssigned && !isLazyValue) lazy[index] = false;
    if (opcode === F32_CONST) isLazyValue = !Number.isNaN(view.getFloat32(start + 1, true));
    else if (opcode === F64_CONST) isLazyValue = !Number.isNaN(view.getFloat64(start + 1, true));
    else isLazyValue = isFloatArithmetic(opcode);
  });
  return lazy;
}
