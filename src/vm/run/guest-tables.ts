// The tables, segments and references of one instance, to and from plain data. A reference is named by a number: 0 for
// null, else the original function index + 1. The engine's functions are told apart by identity: an instance has one
// JavaScript function for each of its own.

import type { GuestModule } from "../prepare/guest-module.ts";
import { referenceOffsets } from "./frames.ts";
import type { TablesSnapshot } from "./snapshot.ts";
import { stateMemory } from "./state-memory.ts";

type FunctionObject = (...args: never[]) => unknown;

export class GuestTables {
  readonly #module: GuestModule;
  readonly #layout: NonNullable<GuestModule["tables"]>;
  readonly #exports: WebAssembly.Exports;
  readonly #functions = new Map<number, FunctionObject>();
  readonly #numbers = new Map<FunctionObject, number>();

  constructor(module: GuestModule, layout: NonNullable<GuestModule["tables"]>, exports: WebAssembly.Exports) {
    this.#module = module;
    this.#layout = layout;
    this.#exports = exports;
    for (const index of layout.members) {
      const found = this.#table("functions").get(index) as FunctionObject;
      this.#functions.set(index + 1, found);
      this.#numbers.set(found, index + 1);
    }
  }

  capture(): TablesSnapshot {
    const { tables, data, elements } = this.#layout;
    const dropped = (name: string, segments: readonly number[]): number[] =>
      segments.filter((index) => this.#lengthOf(name, index).value === 0);
    return {
      contents: tables.map(({ index, minimum }) => {
        const table = this.#table(`table.${index}`);
        const size = Number(this.#sizeOf(index)?.value ?? minimum);
        return Array.from({ length: size }, (_, at) => this.numberOf(table.get(at)));
      }),
      droppedData: dropped("data", data),
      droppedElements: dropped("elements", elements),
    };
  }

  /** @param snapshot - One that was checked. */
  restore(snapshot: TablesSnapshot): void {
    this.#layout.tables.forEach(({ index }, at) => {
      const contents = snapshot.contents[at] ?? [];
      const size = this.#sizeOf(index);
      if (size !== undefined) size.value = contents.length;
      const table = this.#table(`table.${index}`);
      contents.forEach((number, entry) => table.set(entry, this.functionOf(number)));
    });
    for (const index of snapshot.droppedData) this.#lengthOf("data", index).value = 0;
    for (const index of snapshot.droppedElements) this.#lengthOf("elements", index).value = 0;
  }

  numberOf(reference: unknown): number {
    if (reference === null) return 0;
    const number = this.#numbers.get(reference as FunctionObject);
    if (number === undefined) throw new Error("Unreachable: a reference to a function that is not the program's");
    return number;
  }

  functionOf(number: number): FunctionObject | null {
    return this.#functions.get(number) ?? null;
  }

  /** Puts the numbers of references into a stack that was just stored, where it has their places. */
  nameReferences(stack: Uint8Array): void {
    const view = new DataView(stack.buffer, stack.byteOffset, stack.length);
    const taken = stateMemory().referencesOf(this.#module.state);
    for (const offset of referenceOffsets(this.#module.frames, stack)) {
      view.setUint32(offset, this.numberOf(taken.get(view.getUint32(offset, true))), true);
    }
  }

  /** A copy of a stack whose references lie in the table again, ready to be rebuilt. */
  placeReferences(stack: Uint8Array): Uint8Array {
    const offsets = referenceOffsets(this.#module.frames, stack);
    if (offsets.length === 0) return stack;
    const copy = stack.slice();
    const view = new DataView(copy.buffer);
    const references = stateMemory().referencesOf(this.#module.state);
    offsets.forEach((offset, place) => {
      references.put(place, this.functionOf(view.getUint32(offset, true)));
      view.setUint32(offset, place, true);
    });
    return copy;
  }

  #table(name: string): WebAssembly.Table {
    return this.#exports[name] as WebAssembly.Table;
  }

  #sizeOf(table: number): WebAssembly.Global | undefined {
    return this.#exports[`size.${table}`] as WebAssembly.Global | undefined;
  }

  #lengthOf(name: string, segment: number): WebAssembly.Global {
    return this.#exports[`${name}.${segment}`] as WebAssembly.Global;
  }
}
