// Reads what a save says. A save may be forged: nothing is taken on trust.

import type { JsonValue } from "../../persistence/index.ts";
import { ComputerError } from "./errors.ts";

/** Far above what any computer writes, so that only forged saves meet it. */
const MAX_TEXT = 4_000_000;

/** A value of unknown shape, with the path that messages name. */
export class SavedReader {
  readonly value: JsonValue;
  readonly #path: string;

  constructor(value: JsonValue | undefined, path: string) {
    this.#path = path;
    this.value = value === undefined ? this.refuse("a value") : value;
  }

  at(key: string): SavedReader {
    const members = this.#members();
    return new SavedReader(Object.hasOwn(members, key) ? members[key] : undefined, `${this.#path}.${key}`);
  }

  /** For what older saves do not have. */
  atIfThere(key: string): SavedReader | undefined {
    return Object.hasOwn(this.#members(), key) ? this.at(key) : undefined;
  }

  keys(most: number): string[] {
    const keys = Object.keys(this.#members());
    return keys.length > most ? this.refuse(`an object of at most ${most}`) : keys;
  }

  list(longest: number): SavedReader[] {
    const { value } = this;
    if (!Array.isArray(value) || value.length > longest) return this.refuse(`a list of at most ${longest}`);
    return (value as readonly JsonValue[]).map((item, index) => new SavedReader(item, `${this.#path}[${index}]`));
  }

  orNull<T>(decode: (reader: SavedReader) => T): T | null {
    return this.value === null ? null : decode(this);
  }

  text(pattern: RegExp = /^/): string {
    const { value } = this;
    if (typeof value !== "string" || value.length > MAX_TEXT || !pattern.test(value)) return this.refuse("a text");
    return value;
  }

  integer(min: number, max: number): number {
    const { value } = this;
    if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
      return this.refuse(`an integer from ${min} to ${max}`);
    }
    return value;
  }

  oneOf<T extends JsonValue>(values: readonly T[]): T {
    const found = values.find((value) => value === this.value);
    return found === undefined
      ? this.refuse(`one of ${values.map((value) => JSON.stringify(value)).join(", ")}`)
      : found;
  }

  #members(): Readonly<Record<string, JsonValue>> {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return this.refuse("an object");
    return value as Readonly<Record<string, JsonValue>>;
  }

  /** @throws {ComputerError} `computer/save-malformed` */
  refuse(expected: string): never {
    throw new ComputerError("computer/save-malformed", `Cannot restore ${this.#path}: expected ${expected}`);
  }
}
