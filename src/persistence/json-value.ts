// The JSON parts of a save: one text for one value, and a reader that trusts nothing.

import { SaveError } from "./errors.ts";

/** What JSON can say. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Arrays and objects inside each other. `JSON.parse` itself would go a million deep and later readers overflow. */
const MAX_DEPTH = 100;

/**
 * The one text of a value: keys sorted by UTF-16 code units, no white space, numbers as ECMAScript prints them.
 * Properties that are `undefined` are left out, as `JSON.stringify` does.
 *
 * @throws {TypeError} for what JSON cannot say (`NaN`, functions, bigints, cycles), for nesting over 100, and for a
 * key `__proto__`, which careless readers would take for the prototype.
 */
export function canonicalJson(value: JsonValue): string {
  return textOf(value, 0);
}

/** {@link canonicalJson} in UTF-8. */
export function jsonBytes(value: JsonValue): Uint8Array {
  return new TextEncoder().encode(canonicalJson(value));
}

/** What JSON of one save may hold in all, texts included: a few bytes make an object of a hundred. */
const MAX_MARKS = 8_000_000;

/** Reads the JSON parts of one save, and bounds what they take together. */
export class JsonReader {
  #marks = 0;

  /**
   * Reads canonical JSON.
   *
   * @param what - Names the part in messages.
   * @throws {SaveError} `save/malformed` as {@link parseCanonicalJson}; `save/too-large` if the parts have more than 8
   * million commas and opening brackets together, those in texts included.
   */
  read(bytes: Uint8Array, what: string): JsonValue {
    for (const byte of bytes) if (byte === COMMA || byte === BRACKET || byte === BRACE) this.#marks++;
    if (this.#marks > MAX_MARKS) {
      throw new SaveError("save/too-large", `Cannot decode the save: up to ${what} it holds too many values`);
    }
    return parseCanonicalJson(bytes, what);
  }
}

const [COMMA, BRACKET, BRACE] = [0x2c, 0x5b, 0x7b] as const;

/**
 * Reads canonical JSON.
 *
 * @param what - Names the part in messages.
 * @throws {SaveError} `save/malformed` unless `bytes` are the very bytes that {@link canonicalJson} gives for the value.
 */
export function parseCanonicalJson(bytes: Uint8Array, what: string): JsonValue {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const value = JSON.parse(text) as JsonValue;
    if (canonicalJson(value) === text) return value;
  } catch (error) {
    throw new SaveError("save/malformed", `Cannot decode the save: ${what} is not JSON of the kind saves hold`, {
      cause: error,
    });
  }
  throw new SaveError("save/malformed", `Cannot decode the save: ${what} is JSON, but not in its canonical form`);
}

function textOf(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw new TypeError(`Cannot encode JSON nested deeper than ${MAX_DEPTH}`);
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`Cannot encode ${value} as JSON: expected a finite number`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item, depth + 1)).join(",")}]`;
  if (typeof value !== "object") throw new TypeError(`Cannot encode a ${typeof value} as JSON`);
  const members: string[] = [];
  for (const key of Object.keys(value).toSorted()) {
    if (key === "__proto__") throw new TypeError('Cannot encode an object with the key "__proto__" as JSON');
    const member = (value as Record<string, unknown>)[key];
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${textOf(member, depth + 1)}`);
  }
  return `{${members.join(",")}}`;
}
