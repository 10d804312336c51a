// A memory of the computer's own. Bounds are the engine's, which traps; the memory is the only one, so its index is 0.

import { encodeOpcode } from "../binary/encode-instruction.ts";
import { OP, PREFIX_FC } from "../binary/opcodes.ts";
import type { Limits } from "../binary/read-module.ts";
import { CodeList, u32 } from "./code-list.ts";
import type { HelperMemory, MemoryAccess, MemoryCode } from "./memory-code.ts";

const I64_EXTEND_I32_U = 0xad;
const I64_SHL = 0x86;
const I64_CONST = 0x42;
const PAGE_SHIFT = 16;

export class OwnMemory implements MemoryCode {
  readonly backend = "own";
  readonly importedLimits: Limits;
  readonly pages: readonly number[] = [OP.memorySize, 0];
  readonly grow: readonly number[] = [OP.memoryGrow, 0];
  readonly bytes: readonly number[] = [...this.pages, I64_EXTEND_I32_U, I64_CONST, PAGE_SHIFT, I64_SHL];
  readonly prologue: readonly number[] = [];
  readonly reload: readonly number[] = [];
  readonly beforeUnreachable: readonly number[] = [];
  readonly inHelpers: HelperMemory = { bytes: this.bytes, address: (code) => code, rest: "instruction" };

  constructor({ initialPages, maximumPages }: { readonly initialPages: number; readonly maximumPages: number }) {
    this.importedLimits = { minimum: initialPages, maximum: maximumPages };
  }

  access({ instruction, operands }: MemoryAccess): CodeList {
    const code = new CodeList();
    for (const operand of operands) code.join(operand.code);
    return code.add(accessInstruction(instruction, instruction.index));
  }

  init(segment: number, destination: readonly number[], from: readonly number[]): number[] {
    return [...destination, ...from, ...initInstruction(segment)];
  }
}

/** A load or store at another offset. */
export function accessInstruction(i: MemoryAccess["instruction"], offset: number): number[] {
  const lane = i.info.immediate === "memory-lane" ? [i.second] : [];
  return [...encodeOpcode(i.opcode), ...u32(i.alignment), ...u32(offset), ...lane];
}

export function initInstruction(segment: number): number[] {
  return [PREFIX_FC >>> 8, OP.memoryInit - PREFIX_FC, ...u32(segment), 0];
}

/** memory.copy or memory.fill: takes destination, source or value, length. */
export function moveInstruction(opcode: number): number[] {
  const memories = opcode === OP.memoryCopy ? [0, 0] : [0];
  return [PREFIX_FC >>> 8, opcode - PREFIX_FC, ...memories];
}
