// All that the output does to linear memory goes through here and its two implementations, one for each kind of memory.

import type { Instruction } from "../binary/instructions.ts";
import type { Limits } from "../binary/read-module.ts";
import type { CodeList } from "./code-list.ts";
import type { KnownBounds } from "./known-bounds.ts";
import type { MemoryBackend } from "./memory-backend.ts";
import type { Entry, OperandStack } from "./operand-stack.ts";

/** A load or store: its instruction and operands, the address first. The operands are consumed. */
export interface MemoryAccess {
  readonly instruction: Pick<Instruction, "opcode" | "info" | "alignment" | "index" | "second">;
  readonly operands: readonly Entry[];
  readonly stack: OperandStack;
  readonly bounds: KnownBounds;
}

export interface MemoryCode {
  readonly backend: MemoryBackend;
  /** Of the memory that the output imports, in pages. */
  readonly importedLimits: Limits;
  /** Code that does what the instruction does. */
  access(access: MemoryAccess): CodeList;
  /** Pushes the size in pages. */
  readonly pages: readonly number[];
  /** Takes a number of pages, gives the size before or -1. */
  readonly grow: readonly number[];
  /** Pushes the size in bytes, as 64 bits. */
  readonly bytes: readonly number[];
  /** memory.init of no more than a chunk, inside the bounds: `from` pushes source and length. */
  init(segment: number, destination: readonly number[], from: readonly number[]): readonly number[];
  /** What a function begins with that uses its memory. */
  readonly prologue: readonly number[];
  /** Puts into its place again what a call may have changed. */
  readonly reload: readonly number[];
  /** What comes before the guest's own `unreachable`. */
  readonly beforeUnreachable: readonly number[];
  /** The same of the functions that move chunks. */
  readonly inHelpers: HelperMemory;
}

/** Memory as functions of ours use it, by the parameters that have addresses. */
export interface HelperMemory {
  /** Pushes the size in bytes, as 64 bits. */
  readonly bytes: readonly number[];
  /** Pushes an address that the code before has pushed and checked, as the engine wants it. */
  address(code: readonly number[]): readonly number[];
  /**
   * memory.copy or memory.fill of what a chunk mover has left: takes destination, source or value, length. By the
   * instruction itself, or by a function.
   */
  readonly rest: "instruction" | "function";
}
