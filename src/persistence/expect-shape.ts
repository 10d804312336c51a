// Checks that parsed JSON has the shape that the types promise. `path` names the place in messages.

import { SaveError } from "./errors.ts";
import type { JsonValue } from "./json-value.ts";

/** The value as an object with exactly these keys. */
export function expectObject<K extends string>(
  value: JsonValue | undefined,
  path: string,
  keys: readonly K[],
): { readonly [key in K]: JsonValue } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unexpected(value, path, "an object");
  const found = Object.keys(value);
  if (found.length !== keys.length || !keys.every((key) => Object.hasOwn(value, key))) {
    throw new SaveError(
      "save/malformed",
      `Cannot decode the save: ${path} has the fields "${found.join(", ").slice(0, 200)}", expected "${keys.join(", ")}"`,
    );
  }
  return value as { readonly [key in K]: JsonValue };
}

/** The value as a string of at most `maxLength` UTF-16 code units. */
export function expectString(value: JsonValue | undefined, path: string, maxLength: number = 4_096): string {
  if (typeof value !== "string" || value.length > maxLength) {
    throw unexpected(value, path, `a string of at most ${maxLength} characters`);
  }
  return value;
}

/** The value as a SHA-256 in lower-case hex. */
export function expectHash(value: JsonValue | undefined, path: string): string {
  if (typeof value !== "string" || !/^[0-9a-f]{64}$/.test(value)) throw unexpected(value, path, "64 hex digits");
  return value;
}

/** The value as an integer from `min` to `max`. */
export function expectInteger(
  value: JsonValue | undefined,
  path: string,
  [min, max]: readonly [number, number] = [0, Number.MAX_SAFE_INTEGER],
): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    throw unexpected(value, path, `an integer from ${min} to ${max}`);
  }
  return value;
}

export function expectBoolean(value: JsonValue | undefined, path: string): boolean {
  if (typeof value !== "boolean") throw unexpected(value, path, "true or false");
  return value;
}

export function expectArray(value: JsonValue | undefined, path: string, maxLength: number): readonly JsonValue[] {
  if (!Array.isArray(value) || value.length > maxLength) {
    throw unexpected(value, path, `a list of at most ${maxLength}`);
  }
  return value as readonly JsonValue[];
}

/** The error for a value that is not what it should be. */
export function unexpected(value: unknown, path: string, expected: string): SaveError {
  const text = value === undefined ? "missing" : JSON.stringify(value).slice(0, 60);
  return new SaveError("save/malformed", `Cannot decode the save: ${path} is ${text}, expected ${expected}`);
}
