// Replaces a method of a class for a while, to have it fail where nothing else would make it.

/**
 * @param replacement - Gets a function that does what was asked for, the object and the arguments; its result is the
 * method's.
 * @returns a function that puts the method back.
 */
export function replaceMethod<T extends object>(
  prototype: T,
  name: keyof T & string,
  replacement: (call: () => unknown, self: T, args: readonly unknown[]) => unknown,
): () => void {
  const original: unknown = Reflect.get(prototype, name);
  if (typeof original !== "function") throw new TypeError(`Cannot replace ${name}: it is no method`);
  Reflect.set(prototype, name, function (this: T, ...args: unknown[]): unknown {
    return replacement(() => Reflect.apply(original, this, args), this, args);
  });
  return () => void Reflect.set(prototype, name, original);
}
