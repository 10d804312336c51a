// Walks a function body instruction by instruction, without recursion and without building anything.

import type { GuestType } from "./guest-type.ts";
import { ByteReader, malformed } from "./byte-reader.ts";
import { OPCODES, type Opcode } from "./opcodes.ts";
import { readReferenceType, readValueType } from "./read-types.ts";
import { instructionUnsupported, prefixedUnsupported, secondMemoryUnsupported } from "./unsupported.ts";

/** One instruction. The object is reused by the walk: copy what must outlive the step. */
export interface Instruction {
  opcode: number;
  info: Opcode;
  /** First byte of the instruction and first byte behind it. */
  start: number;
  end: number;
  /**
   * First immediate that is an index or a number: block type (negative: a value type or empty), label depth, function,
   * type, local, global, table, segment, lane, memory offset or i32 constant. 0 if there is none, and for memories, of
   * which there is one.
   */
  index: number;
  /** Second one: table of `call_indirect` and `table.init`, source of `table.copy`, lane of a load. 0 if there is none. */
  second: number;
  /** Binary logarithm of the alignment that a memory access states. */
  alignment: number;
  /** Targets of `br_table`, default last; empty otherwise. */
  labels: number[];
  /** Type that a `select` states; `undefined` otherwise. */
  selected: GuestType | undefined;
}

/** Bit of the alignment field that says a memory index follows (multi-memory). */
const HAS_MEMORY_INDEX = 0x40;

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
    selected: undefined,
  };
  while (!r.done) {
    readInstruction(r, current);
    visit(current);
  }
}

const NOP = OPCODES.get(0x01) as Opcode;

function readInstruction(r: ByteReader, into: Instruction): void {
  into.start = r.offset;
  into.opcode = readOpcode(r);
  const info = OPCODES.get(into.opcode);
  if (info === undefined) throw instructionUnsupported(into.opcode, into.start);
  into.info = info;
  into.index = 0;
  into.second = 0;
  into.selected = undefined;
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
    case "table":
    case "data":
    case "element":
      into.index = r.u32();
      break;
    case "memory-index":
      memoryIndex(r);
      break;
    case "memory-indices":
      memoryIndex(r);
      memoryIndex(r);
      break;
    case "data-and-memory":
      into.index = r.u32();
      memoryIndex(r);
      break;
    case "types":
      into.selected = selectedType(r);
      break;
    case "reference-type":
      readReferenceType(r);
      break;
    case "type-and-table":
    case "element-and-table":
    case "tables":
      into.index = r.u32();
      into.second = r.u32();
      break;
    case "labels":
      into.labels = branchTargets(r);
      break;
    case "memory-access":
      memoryAccess(r, into);
      break;
    case "memory-lane":
      memoryAccess(r, into);
      into.second = laneIndex(r, info.lanes);
      break;
    case "lane":
      into.index = laneIndex(r, info.lanes);
      break;
    case "lanes":
      for (let lane = 0; lane < 16; lane++) laneIndex(r, info.lanes);
      break;
    case "v128":
      r.skip(16);
      break;
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

/** One byte, or a prefix and a second number. */
function readOpcode(r: ByteReader): number {
  const start = r.offset;
  const first = r.byte();
  if (first !== 0xfc && first !== 0xfd) return first;
  const second = r.u32();
  if (second > 0xff) throw prefixedUnsupported(first, second, start);
  return (first << 8) + second;
}

function memoryAccess(r: ByteReader, into: Instruction): void {
  const flags = r.u32();
  if (flags & HAS_MEMORY_INDEX) throw secondMemoryUnsupported("a memory index", into.start);
  into.alignment = flags;
  into.index = r.u32();
}

function laneIndex(r: ByteReader, lanes: number): number {
  const at = r.offset;
  const lane = r.byte();
  if (lane >= lanes) throw malformed(`lane ${lane} of ${lanes}`, at);
  return lane;
}

/** One zero byte, where engines with several memories read a number. */
function memoryIndex(r: ByteReader): void {
  const at = r.offset;
  if (r.byte() !== 0) throw secondMemoryUnsupported("a memory index", at);
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

/** A list of types, which must have one entry. */
function selectedType(r: ByteReader): GuestType {
  const at = r.offset;
  if (r.u32() !== 1) throw malformed("a select of other than one type", at);
  return readValueType(r);
}
