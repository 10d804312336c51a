// Whether a device's state can be saved. Found out when the state is made, and not when the player saves.

import type { JsonValue } from "../../../persistence/index.ts";

/** Arrays and objects inside each other; a save allows some more around them. */
const MAX_DEPTH = 32;

/**
 * Checks that a value survives a save unchanged.
 *
 * @param value - What a device wants to keep.
 * @param path - Where the value stands, for the message, e.g. `the state of motor.forward`.
 * @throws {TypeError} naming the path of the first part that does not.
 */
export function assertJsonValue(value: unknown, path: string, depth = 0): asserts value is JsonValue {
  if (depth > MAX_DEPTH) throw new TypeError(`Cannot save ${path}: it is nested deeper than ${MAX_DEPTH}`);
  switch (typeof value) {
    case "string":
    case "boolean":
      return;
    case "number":
      // JSON writes NaN and the infinities as null, and -0 as 0.
      if (Number.isFinite(value) && !Object.is(value, -0)) return;
      throw new TypeError(`Cannot save ${path}: ${Object.is(value, -0) ? "-0" : value} does not survive JSON`);
    case "object":
      if (value === null) return;
      if (Array.isArray(value)) {
        for (const [index, item] of value.entries()) assertJsonValue(item, `${path}[${index}]`, depth + 1);
        return;
      }
      if (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null) {
        for (const [key, item] of Object.entries(value)) assertJsonValue(item, `${path}.${key}`, depth + 1);
        return;
      }
      throw new TypeError(`Cannot save ${path}: an instance of a class is not plain data`);
    default:
      throw new TypeError(`Cannot save ${path}: a value of type ${typeof value} is not plain data`);
  }
}
