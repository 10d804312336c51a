// The types of the output.

import type { FunctionType } from "../binary/read-module.ts";

/** The module's types, to which inserted code may add. */
export class TypeList {
  readonly all: FunctionType[];
  readonly #indices = new Map<string, number>();

  constructor(types: readonly FunctionType[]) {
    this.all = [...types];
    types.forEach((type, index) => this.#indices.set(typeKey(type), index));
  }

  index(type: FunctionType): number {
    const known = this.#indices.get(typeKey(type));
    if (known !== undefined) return known;
    this.#indices.set(typeKey(type), this.all.length);
    return this.all.push(type) - 1;
  }
}

function typeKey({ params, results }: FunctionType): string {
  return `${params.join()}>${results.join()}`;
}
