// Where paused call stacks are written while a Vm unwinds and read while it rewinds: one small WebAssembly instance with
// a private memory, shared by all Vms of a realm. Guests cannot reach it; a Vm copies its stack out as soon as it has
// unwound. The instance exports typed load and store functions, so that values cross without touching JavaScript.
//
//   offset  size  meaning
//       16     4  address of the next free byte of the stack (Asyncify's data structure)
//       20     4  first byte behind the room for the stack
//       24     …  the stack

import { ByteWriter } from "../../../src/vm/binary/byte-writer.ts";

/** Address of Asyncify's data structure. */
export const STACK_HEADER = 16;
const STACK_START = 24;

/**
 * Room for a stack: 4 MiB. A frame stores at most eight bytes for each of its values, and the stack budget counts eight
 * bytes and more for each, so that the budget always runs out first.
 */
const PAGES = 64;

/** The accessors. */
export const STATE_ACCESSORS = [
  { name: "i32.load", valueType: "i32", opcode: 0x28, type: 0x7f, isLoad: true },
  { name: "i64.load", valueType: "i64", opcode: 0x29, type: 0x7e, isLoad: true },
  { name: "f32.load", valueType: "f32", opcode: 0x2a, type: 0x7d, isLoad: true },
  { name: "f64.load", valueType: "f64", opcode: 0x2b, type: 0x7c, isLoad: true },
  { name: "i32.store", valueType: "i32", opcode: 0x36, type: 0x7f, isLoad: false },
  { name: "i64.store", valueType: "i64", opcode: 0x37, type: 0x7e, isLoad: false },
  { name: "f32.store", valueType: "f32", opcode: 0x38, type: 0x7d, isLoad: false },
  { name: "f64.store", valueType: "f64", opcode: 0x39, type: 0x7c, isLoad: false },
] as const;

/** The shared state memory of this realm. */
export interface StateMemory {
  readonly accessors: WebAssembly.ModuleImports;
  /** Makes room for a stack that is about to be stored. */
  clear(): void;
  /** Copies the stack that was just stored. */
  takeStack(): Uint8Array;
  /** Puts back a stack that is about to be rebuilt. */
  putStack(stack: Uint8Array): void;
}

/** Largest stack that fits, in bytes. */
export const MAX_STACK_BYTES: number = PAGES * 65_536 - STACK_START;

let shared: StateMemory | undefined;

/** Shared on purpose: browsers limit the number of memories in a page. */
export function stateMemory(): StateMemory {
  shared ??= createStateMemory();
  return shared;
}

function createStateMemory(): StateMemory {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(stateModule()));
  const memory = instance.exports["memory"] as WebAssembly.Memory;
  const bytes = new Uint8Array(memory.buffer);
  const view = new DataView(memory.buffer);
  const accessors = Object.fromEntries(
    STATE_ACCESSORS.map(({ name }) => [name, instance.exports[name] as WebAssembly.ExportValue]),
  );
  const setEnd = (end: number): void => {
    view.setUint32(STACK_HEADER, end, true);
    view.setUint32(STACK_HEADER + 4, bytes.length, true);
  };
  return {
    accessors,
    clear: () => setEnd(STACK_START),
    takeStack: () => bytes.slice(STACK_START, view.getUint32(STACK_HEADER, true)),
    putStack: (stack) => {
      bytes.set(stack, STACK_START);
      setEnd(STACK_START + stack.length);
    },
  };
}

/** Loads take (offset, address) and give a value; stores take (offset, address, value). */
function stateModule(): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter().raw(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const types = new ByteWriter().u32(STATE_ACCESSORS.length);
  const functions = new ByteWriter().u32(STATE_ACCESSORS.length);
  const exports = new ByteWriter()
    .u32(STATE_ACCESSORS.length + 1)
    .name("memory")
    .byte(2)
    .u32(0);
  const code = new ByteWriter().u32(STATE_ACCESSORS.length);
  STATE_ACCESSORS.forEach(({ name, opcode, type, isLoad }, index) => {
    if (isLoad) types.raw(0x60, 2, 0x7f, 0x7f, 1, type);
    else types.raw(0x60, 3, 0x7f, 0x7f, type, 0);
    functions.u32(index);
    exports.name(name).byte(0).u32(index);
    const body = new ByteWriter().u32(0).raw(0x20, 0, 0x20, 1, 0x6a);
    if (!isLoad) body.raw(0x20, 2);
    code.sized(body.raw(opcode, 0, 0, 0x0b));
  });
  out.byte(1).sized(types);
  out.byte(3).sized(functions);
  out.byte(5).sized(new ByteWriter().raw(1, 1).u32(PAGES).u32(PAGES));
  out.byte(7).sized(exports);
  out.byte(10).sized(code);
  return out.take().slice();
}
