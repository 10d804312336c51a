// Walks a function body instruction by instruction, without recursion and without building anything.

import { ByteReader, malformed, unsupported } from "./byte-reader.ts";
import { describeUnsupported, OPCODES, PREFIX_FC, type Opcode } from "./opcodes.ts";

/** One instruction. The object is reused by the walk: copy what must outlive the step. */
export interface Instruction {
  opcode: number;
  info: Opcode;
  /** First byte of the instruction and first byte behind it. */
  start: number;
  end: number;
  /**
   * First immediate that is an index or a number: block type (negative: a value type or empty), label depth, function,
   * type, local, global, memory offset or i32 constant. 0 if there is none, and for memories, of which there is one.
   */
  index: number;
  /** Second one: table of `call_indirect`. 0 if there is none. */
  second: number;
  /** Binary logarithm of the alignment that a memory access states. */
  alignment: number;
  /** Targets of `br_table`, default last; empty otherwise. */
  labels: number[];
}

/** Bit of the alignment field that says a memory index follows (multi-memory). */
const HAS_MEMORY_INDEX = 0x40;
const ONE_MEMORY = "link one memory only";

/** Calls `visit` for each instruction of the range, the final `end` included. */
export function walkInstructions(
  range: { readonly bytes: Uint8Array; readonly start: number; readonly end: number },
  visit: (instruction: Instruction) => void,
): void {
  const r = new ByteReader(range.bytes, range.start, range.end);
  const current: Instruction = {
    opcode: 0,
    info: NOP,
    start: 0,
    end: 0,
    index: 0,
    second: 0,
    alignment: 0,
    labels: [],
  };
  while (!r.done) {
    readInstruction(r, current);
    visit(current);
  }
}

const NOP = OPCODES.get(0x01) as Opcode;

function readInstruction(r: ByteReader, into: Instruction): void {
  into.start = r.offset;
  const first = r.byte();
  into.opcode = first === 0xfc ? PREFIX_FC + r.u32() : first;
  const info = OPCODES.get(into.opcode);
  if (info === undefined) {
    const { feature, advice } = describeUnsupported(into.opcode);
    throw unsupported(feature, into.start, advice);
  }
  into.info = info;
  into.index = 0;
  into.second = 0;
  if (into.labels.length > 0) into.labels = [];
  switch (info.immediate) {
    case "none":
      break;
    case "block":
      into.index = blockType(r);
      break;
    case "label":
    case "function":
    case "local":
    case "global":
      into.index = r.u32();
      break;
    case "memory-index":
      memoryIndex(r);
      break;
    case "memory-indices":
      memoryIndex(r);
      memoryIndex(r);
      break;
    case "type-and-table":
      into.index = r.u32();
      into.second = r.u32();
      break;
    case "labels":
      into.labels = branchTargets(r);
      break;
    case "memory-access": {
      const flags = r.u32();
      if (flags & HAS_MEMORY_INDEX) throw unsupported("a memory index", into.start, ONE_MEMORY);
      into.alignment = flags;
      into.index = r.u32();
      break;
    }
    case "i32":
      into.index = r.s32();
      break;
    case "i64":
      r.s64();
      break;
    case "f32":
      r.skip(4);
      break;
    case "f64":
      r.skip(8);
      break;
    default:
      info.immediate satisfies never;
  }
  into.end = r.offset;
}

/** One zero byte, where engines with several memories read a number. */
function memoryIndex(r: ByteReader): void {
  const at = r.offset;
  if (r.byte() !== 0) throw unsupported("a memory index", at, ONE_MEMORY);
}

/** A block type is one byte for a value type or empty (negative), else a type index as a signed 33-bit number. */
function blockType(r: ByteReader): number {
  const at = r.offset;
  const value = Number(r.s64());
  const length = r.offset - at;
  if (length > 5 || value > 0xffff_ffff || value < -64 || (value < 0 && length > 1)) throw malformed("block type", at);
  return value;
}

function branchTargets(r: ByteReader): number[] {
  const at = r.offset;
  const count = r.u32();
  // Each target takes at least one byte, so a count beyond the rest of the body is a lie.
  if (count > r.end - r.offset) throw malformed("more branch targets than bytes", at);
  return Array.from({ length: count + 1 }, () => r.u32());
}
