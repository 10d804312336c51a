// What an operator makes of the pieces of code that compute its operands.

import { ByteReader } from "../binary/byte-reader.ts";
import { encodeInstruction } from "../binary/encode-instruction.ts";
import type { Instruction } from "../binary/instructions.ts";
import { OP, PREFIX_FD } from "../binary/opcodes.ts";
import type { ParsedModule } from "../binary/read-module.ts";
import { TYPE_BYTES, type GuestType } from "../binary/guest-type.ts";
import { CodeList, u32 } from "./code-list.ts";
import { arithmeticLanes, hidesLanes, isFloatArithmetic } from "./lazy-floats.ts";
import type { KnownBounds } from "./known-bounds.ts";
import type { MemoryCode } from "./memory-code.ts";
import type { Entry, OperandStack } from "./operand-stack.ts";
import { CAUSE_CONVERSION, CAUSE_GLOBAL } from "./protocol.ts";

interface OperatorParts {
  /** Bottom first. */
  readonly operands: readonly Entry[];
  readonly result: GuestType;
  readonly stack: OperandStack;
  readonly memory: MemoryCode;
  readonly bounds: KnownBounds;
}

/** The value of an instruction that takes operands and gives one result. */
export function operatorEntry(module: ParsedModule, i: Instruction, parts: OperatorParts): Entry {
  const { operands, result, stack } = parts;
  const { opcode, info } = i;
  const shown = operands.map((operand) => (showsBits(opcode, operand) ? stack.exact(operand) : operand));
  const lanes = arithmeticLanes(opcode);
  return {
    type: result,
    code: operatorCode(module, i, { ...parts, operands: shown }),
    traps: canTrap(i) || operands.some(({ traps }) => traps),
    readsState: info.cost === "memory" || opcode === OP.memorySize || operands.some(({ readsState }) => readsState),
    isArithmetic:
      lanes !== undefined || isFloatArithmetic(opcode) || (isAbs(opcode) && operands[0]?.isArithmetic === true),
    reads: operands.flatMap(({ reads }) => reads),
    size: operands.reduce((sum, { size }) => sum + size, 1),
    ...(lanes === undefined ? {} : { lanes }),
    ...(info.name.endsWith(".const") ? { bits: constantBits(module.bytes, i) } : {}),
  };
}

/** The pieces that compute its operands (consumed), and the instruction behind them. */
function operatorCode(module: ParsedModule, i: Instruction, parts: OperatorParts): CodeList {
  const { operands, stack, memory, bounds } = parts;
  if (i.info.immediate === "memory-access" || i.info.immediate === "memory-lane") {
    return memory.access({ instruction: i, operands, stack, bounds });
  }
  const code = new CodeList();
  for (const operand of operands) code.join(operand.code);
  const instruction = i.opcode === OP.memorySize ? memory.pages : encodeInstruction(module.bytes, i);
  if (!isTrappingTruncation(i)) return code.add(instruction);
  const setCause = (cause: number): number[] => [
    OP.i32Const,
    cause,
    OP.globalSet,
    ...u32(module.globals.length + CAUSE_GLOBAL),
  ];
  return code.add([...setCause(CAUSE_CONVERSION), ...instruction, ...setCause(0)]);
}

/** The value of a `select`. */
export function selectEntry(first: Entry, second: Entry, condition: Entry): Entry {
  const all = [first, second, condition];
  const type = first.type ?? second.type;
  // References need the select that states its type.
  const select = type === "funcref" ? [OP.selectTyped, 1, TYPE_BYTES.funcref] : [OP.select];
  return {
    type,
    code: first.code.join(second.code).join(condition.code).add(select),
    traps: all.some(({ traps }) => traps),
    readsState: all.some(({ readsState }) => readsState),
    isArithmetic: first.isArithmetic || second.isArithmetic,
    reads: all.flatMap(({ reads }) => reads),
    size: all.reduce((sum, { size }) => sum + size, 1),
  };
}

function canTrap(i: Instruction): boolean {
  const { info } = i;
  const isIntegerDivision = info.cost === "division" && info.name.startsWith("i");
  return info.cost === "memory" || isIntegerDivision || isTrappingTruncation(i);
}

/** The float does not fit, or is NaN; the saturating ones do not trap. */
function isTrappingTruncation({ opcode, info }: Instruction): boolean {
  return opcode >= 0xa8 && opcode <= 0xb1 && info.name.includes("trunc");
}

/** Whether a program can see by the instruction, or hand on, the sign or payload of a NaN. */
function showsBits(opcode: number, { lanes }: Entry): boolean {
  if (opcode >= PREFIX_FD) return lanes === undefined || !hidesLanes(opcode, lanes);
  const isReinterpretation = opcode === OP.i32ReinterpretF32 || opcode === OP.i64ReinterpretF64;
  const isNegation = opcode === 0x8c || opcode === 0x9a;
  const isCopysign = opcode === 0x98 || opcode === 0xa6;
  return isReinterpretation || isNegation || isCopysign;
}

/** Of any NaN that arithmetic may give, abs gives one that arithmetic may give. */
function isAbs(opcode: number): boolean {
  return opcode === 0x8b || opcode === 0x99;
}

function constantBits(bytes: Uint8Array, { opcode, start, end }: Instruction): bigint {
  const r = new ByteReader(bytes, start + 1, end);
  if (opcode === OP.i32Const) return BigInt.asUintN(32, BigInt(r.s32()));
  if (opcode === 0x42) return BigInt.asUintN(64, r.s64());
  if (opcode === OP.v128Const) return vectorBits(bytes.subarray(end - 16, end));
  const view = new DataView(bytes.buffer, bytes.byteOffset + start + 1, end - start - 1);
  return opcode === 0x43 ? BigInt(view.getUint32(0, true)) : view.getBigUint64(0, true);
}

function vectorBits(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return view.getBigUint64(0, true) | (view.getBigUint64(8, true) << 64n);
}
