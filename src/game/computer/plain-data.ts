// What may be kept in a save: data without identity, functions or surprises. The same set as JSON's values.

/** A value that survives `JSON.stringify` and `JSON.parse` unchanged. */
export type PlainData = null | boolean | number | string | readonly PlainData[] | { readonly [key: string]: PlainData };

/**
 * Checks that a value can be saved.
 *
 * @param value - What a device wants to keep.
 * @param path - Where the value stands, for the message, e.g. `motor.forward state`.
 * @throws {TypeError} naming the path of the first part that is not plain data.
 */
export function assertPlainData(value: unknown, path: string): asserts value is PlainData {
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
        for (const [index, item] of value.entries()) assertPlainData(item, `${path}[${index}]`);
        return;
      }
      if (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null) {
        for (const [key, item] of Object.entries(value)) assertPlainData(item, `${path}.${key}`);
        return;
      }
      throw new TypeError(`Cannot save ${path}: an instance of a class is not plain data`);
    default:
      throw new TypeError(`Cannot save ${path}: a value of type ${typeof value} is not plain data`);
  }
}
