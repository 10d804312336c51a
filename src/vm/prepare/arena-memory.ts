// A memory among others in one large WebAssembly.Memory. Each function that uses it has two locals: the *base*, where the
// computer's memory begins, and the *limit*, its size in bytes. Every access is checked against the limit, exactly, so that
// it traps where the engine would, and goes to base + address.
//
//   load     tee t; t > limit - (offset + size) → trap; base + t; load offset
//   store    tee t; base + t; value; t > limit - (offset + size) → trap; store offset
//
// The value of a store comes before the check: it may trap itself. Where the limit may be less than offset + size, that is
// checked first. Constant addresses below the smallest size need no check; neither does what `known-bounds.ts` knows.
//
// Only a call can change base and limit: callees may grow the memory, and the host may move it then. Both are loaded again
// behind calls.

import { EMPTY_BLOCK, OP } from "../binary/opcodes.ts";
import type { Limits } from "../binary/read-module.ts";
import { BASE, CodeList, GROW, LIMIT, s32, u32 } from "./code-list.ts";
import type { HelperMemory, MemoryAccess, MemoryCode } from "./memory-code.ts";
import type { Entry, OperandStack } from "./operand-stack.ts";
import { accessInstruction, initInstruction } from "./own-memory.ts";
import { BASE_GLOBAL, CAUSE_GLOBAL, CAUSE_UNREACHABLE, LIMIT_GLOBAL } from "./protocol.ts";

const PAGE_BYTES = 65_536;
/** Pages that a WebAssembly.Memory can have. */
const MOST_PAGES = 65_536;
/** What no limit is above: a check against it always traps. */
const UNREACHED = 0xffff_ffff;

const I64_EXTEND_I32_U = 0xad;

interface ArenaParts {
  /** Globals of the guest. */
  readonly globals: number;
  readonly memory: { readonly initialPages: number; readonly maximumPages: number };
}

export class ArenaMemory implements MemoryCode {
  readonly backend = "arena";
  readonly importedLimits: Limits = { minimum: 0, maximum: MOST_PAGES };
  readonly pages: readonly number[] = [OP.localGet, LIMIT, OP.i32Const, 16, OP.i32ShrU];
  readonly bytes: readonly number[] = [OP.localGet, LIMIT, I64_EXTEND_I32_U];
  readonly grow: readonly number[];
  readonly prologue: readonly number[];
  readonly reload: readonly number[];
  readonly beforeUnreachable: readonly number[];
  readonly inHelpers: HelperMemory;
  readonly #least: number;

  constructor({ globals, memory }: ArenaParts) {
    const base = [OP.globalGet, ...u32(globals + BASE_GLOBAL)];
    const limit = [OP.globalGet, ...u32(globals + LIMIT_GLOBAL)];
    this.#least = memory.initialPages * PAGE_BYTES;
    this.prologue = [...base, OP.localSet, BASE, ...limit, OP.localSet, LIMIT];
    this.reload = this.prologue;
    this.grow = [OP.call, GROW, ...this.reload];
    this.beforeUnreachable = [OP.i32Const, CAUSE_UNREACHABLE, OP.globalSet, ...u32(globals + CAUSE_GLOBAL)];
    this.inHelpers = {
      bytes: [...limit, I64_EXTEND_I32_U],
      address: (code) => [...base, ...code, OP.i32Add],
      rest: "function",
    };
  }

  init(segment: number, destination: readonly number[], from: readonly number[]): number[] {
    return [OP.localGet, BASE, ...destination, OP.i32Add, ...from, ...initInstruction(segment)];
  }

  access({ instruction, operands, stack, bounds }: MemoryAccess): CodeList {
    const [address, value] = operands as [Entry, Entry | undefined];
    const { index: offset, info } = instruction;
    const end = offset + 2 ** info.alignment;
    const fixed = address.bits === undefined ? undefined : Number(address.bits);
    if (fixed !== undefined && fixed + end <= this.#least) {
      const code = CodeList.of(OP.localGet, BASE);
      if (value !== undefined) code.join(value.code);
      return code.add(accessInstruction(instruction, fixed + offset));
    }
    const bytes = Math.min(end, UNREACHED);
    const last = accessInstruction(instruction, offset);
    const { local } = address;
    if (local === undefined) return this.#accessAt(address, value, { bytes, last, stack });
    const read = stack.readCode(local);
    const check = bounds.covers(local, bytes) ? [] : this.#check(read, bytes);
    bounds.checked(local, bytes);
    const place = [OP.localGet, BASE, ...read, OP.i32Add];
    const code = value === undefined ? CodeList.of(...check, ...place) : CodeList.of(...place);
    if (value !== undefined) code.join(value.code).add(check);
    return code.add(last).read(local);
  }

  /** At an address that is in no local yet. */
  #accessAt(address: Entry, value: Entry | undefined, { bytes, last, stack }: Computed): CodeList {
    const { code } = address;
    if (value === undefined) {
      const held = stack.scratch("i32", "load");
      return code.add([...this.#keepAndCheck(held, bytes), ...addBase(held), ...last]);
    }
    if (value.type === "v128") {
      // The vector may come from such an access itself: it is there before this one uses its locals.
      const [held, vector] = [stack.scratch("i32", "lane"), stack.scratch("v128", "lane")];
      code.join(value.code).add([OP.localSet, ...u32(vector), ...this.#keepAndCheck(held, bytes)]);
      return code.add([...addBase(held), OP.localGet, ...u32(vector), ...last]);
    }
    const held = stack.scratch("i32", "store");
    code.add([OP.localSet, ...u32(held), ...addBase(held)]).join(value.code);
    return code.add([...this.#check([OP.localGet, ...u32(held)], bytes), ...last]);
  }

  /** Takes an address from the stack, checks it and leaves it in a local. */
  #keepAndCheck(held: number, bytes: number): number[] {
    if (bytes > this.#least) return [OP.localSet, ...u32(held), ...this.#check([OP.localGet, ...u32(held)], bytes)];
    return this.#check([OP.localTee, ...u32(held)], bytes);
  }

  /** Traps unless so many bytes from the address on are inside. */
  #check(address: readonly number[], bytes: number): number[] {
    const size = [OP.i32Const, ...s32(bytes)];
    const limit = [OP.localGet, LIMIT];
    const hasSize = bytes > this.#least ? [...size, ...limit, OP.i32GtU, ...TRAP_IF] : [];
    return [...hasSize, ...address, ...limit, ...size, OP.i32Sub, OP.i32GtU, ...TRAP_IF];
  }
}

const TRAP_IF: readonly number[] = [OP.if, EMPTY_BLOCK, OP.unreachable, OP.end];

interface Computed {
  readonly bytes: number;
  /** The load or store. */
  readonly last: readonly number[];
  readonly stack: OperandStack;
}

function addBase(local: number): number[] {
  return [OP.localGet, BASE, OP.localGet, ...u32(local), OP.i32Add];
}
