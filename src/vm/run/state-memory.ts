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
  /** References of the stack, which no memory can hold. There are none before and after a slice. */
  references(): StoredReferences;
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

let shared: StateMemory | undefined;

export function stateMemory(): StateMemory {
  shared ??= createStateMemory();
  return shared;
}

function createStateMemory(): StateMemory {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  const pointer = new WebAssembly.Global({ value: "i32", mutable: true }, 0);
  const bytes = new Uint8Array(memory.buffer);
  // Made for the first program that has references on its stack: few have.
  let table: WebAssembly.Table | undefined;
  const referenceTable = (): WebAssembly.Table =>
    (table ??= new WebAssembly.Table({ element: "anyfunc", initial: MAX_REFERENCES, maximum: MAX_REFERENCES }));
  const referenceCount = new WebAssembly.Global({ value: "i32", mutable: true }, 0);
  let highest = 0;
  const known = new WeakMap<WebAssembly.Module, WebAssembly.ModuleImports>();
  return {
    functionsOf: (state) => {
      let functions = known.get(state);
      if (functions === undefined) {
        const hasReferences = WebAssembly.Module.imports(state).some(({ name }) => name === STATE.references);
        const references = hasReferences
          ? { [STATE.references]: referenceTable(), [STATE.referenceCount]: referenceCount }
          : {};
        const imports = { [STATE.memory]: memory, [STATE.pointer]: pointer, ...references };
        const { exports } = new WebAssembly.Instance(state, { [STATE.module]: imports });
        functions = Object.fromEntries(Object.entries(exports));
        known.set(state, functions);
      }
      return functions;
    },
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
    references: () => ({
      get: (place) => referenceTable().get(place),
      put: (place, reference) => {
        referenceTable().set(place, reference);
        highest = Math.max(highest, place + 1);
      },
      clear: () => {
        const count = Math.max(highest, Number(referenceCount.value));
        for (let place = 0; place < count; place++) table?.set(place, null);
        referenceCount.value = 0;
        highest = 0;
      },
    }),
  };
}
