// Where paused call stacks are written while a Vm unwinds and read while it rewinds: one small memory, shared by all Vms of
// a realm, because browsers limit the number of memories in a page. Guests cannot reach it; a Vm copies its stack out as
// soon as it has unwound. The code that stores and restores frames is generated for each program
// (`../prepare/state-module.ts`) and instantiated over this memory.

import { STATE } from "../prepare/state-module.ts";

/**
 * Room for a stack, in pages: 1 MiB. A frame stores at most eight bytes for each of its values and a word, and the stack
 * budget counts more than that for each, so that the budget always runs out first.
 */
const PAGES = 16;

/** Largest stack that fits, in bytes. */
export const MAX_STACK_BYTES: number = PAGES * 65_536;

/** Up to this size a loop is faster than a call of the engine's own copying. */
const SMALL_STACK_BYTES = 256;

/** The shared state memory of this realm. */
export interface StateMemory {
  /** The functions that store and restore the frames of one program. */
  functionsOf(state: WebAssembly.Module): WebAssembly.ModuleImports;
  /** Copies the stack that was just stored: into `room`, if it fits exactly, else into a new array. */
  takeStack(room: Uint8Array): Uint8Array;
  /** Puts back a stack that is about to be rebuilt; nothing for a program that starts. */
  putStack(stack: Uint8Array): void;
  /** References of that program's stack, which no memory can hold. There are none before and after a slice. */
  referencesOf(state: WebAssembly.Module): StoredReferences;
}

/** The references of one stored stack, by the places that its frames name. */
export interface StoredReferences {
  get(place: number): unknown;
  put(place: number, reference: unknown): void;
  /** Forgets all, so that no instance is kept alive. */
  clear(): void;
}

/** A reference takes four bytes of the stack. */
const MAX_REFERENCES = MAX_STACK_BYTES / 4;
/** Tables double from here, and so arrive at the most exactly. */
const FIRST_REFERENCES = 16;

/** What the realm knows of one program. */
interface Program {
  readonly functions: WebAssembly.ModuleImports;
  readonly references: StoredReferences;
}

let shared: StateMemory | undefined;

export function stateMemory(): StateMemory {
  shared ??= createStateMemory();
  return shared;
}

function createStateMemory(): StateMemory {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  const pointer = new WebAssembly.Global({ value: "i32", mutable: true }, 0);
  const bytes = new Uint8Array(memory.buffer);
  const known = new WeakMap<WebAssembly.Module, Program>();
  const programOf = (state: WebAssembly.Module): Program => {
    let program = known.get(state);
    if (program === undefined) {
      const { references, imports } = createReferences(state);
      const shared = { [STATE.memory]: memory, [STATE.pointer]: pointer };
      const { exports } = new WebAssembly.Instance(state, { [STATE.module]: { ...shared, ...imports } });
      program = { functions: Object.fromEntries(Object.entries(exports)), references };
      known.set(state, program);
    }
    return program;
  };
  return {
    functionsOf: (state) => programOf(state).functions,
    referencesOf: (state) => programOf(state).references,
    takeStack: (room) => {
      const length = Number(pointer.value);
      if (room.length !== length || length > SMALL_STACK_BYTES) return bytes.slice(0, length);
      for (let at = 0; at < length; at++) room[at] = bytes[at] as number;
      return room;
    },
    putStack: (stack) => {
      const { length } = stack;
      if (length > SMALL_STACK_BYTES) bytes.set(stack);
      else for (let at = 0; at < length; at++) bytes[at] = stack[at] as number;
      pointer.value = length;
    },
  };
}

/**
 * Each program has a table of its own: engines keep with a table all that they know of the instances that import it, so
 * that one for the whole realm would keep every program.
 */
function createReferences(state: WebAssembly.Module): {
  references: StoredReferences;
  imports: WebAssembly.ModuleImports;
} {
  if (!WebAssembly.Module.imports(state).some(({ name }) => name === STATE.references)) {
    return { references: NO_REFERENCES, imports: {} };
  }
  const table = new WebAssembly.Table({ element: "anyfunc", initial: FIRST_REFERENCES, maximum: MAX_REFERENCES });
  const count = new WebAssembly.Global({ value: "i32", mutable: true }, 0);
  let highest = 0;
  const references: StoredReferences = {
    get: (place) => table.get(place),
    put: (place, reference) => {
      while (place >= table.length) table.grow(table.length);
      table.set(place, reference);
      highest = Math.max(highest, place + 1);
    },
    clear: () => {
      const used = Math.max(highest, Number(count.value));
      for (let place = 0; place < used; place++) table.set(place, null);
      count.value = 0;
      highest = 0;
    },
  };
  return { references, imports: { [STATE.references]: table, [STATE.referenceCount]: count } };
}

/** Of programs whose frames have none. */
const NO_REFERENCES: StoredReferences = {
  get: () => null,
  put: () => {
    throw new Error("Unreachable: a reference on the stack of a program that has none there");
  },
  clear: () => {},
};
