// Values of tile properties, as maps give them: checked against what the device says it takes.

import type { TileProperties, TileProperty } from "./mod.ts";

/** Those of Tiled that a property may have. */
export const TILE_TYPES: readonly TileProperty["type"][] = ["int", "float", "bool", "string"];

export type TileValue = TileProperty["default"];

/** Whether a property may have a value. */
export function isTileValue(value: unknown, property: TileProperty): value is TileValue {
  switch (property.type) {
    case "bool":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string";
    case "int":
    case "float": {
      const { min = -Infinity, max = Infinity } = property;
      if (typeof value !== "number" || !Number.isFinite(value) || value < min || value > max) return false;
      return property.type === "float" || Number.isInteger(value);
    }
    default:
      return property satisfies never;
  }
}

/**
 * The value of each property of a device.
 *
 * @throws {TypeError} naming the property that the device does not have, or whose value it does not take.
 */
export function readTileValues(
  properties: TileProperties,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, TileValue>> {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(properties, name)) continue;
    const known = Object.keys(properties).join(", ");
    throw new TypeError(`it has no property "${name}", but ${known === "" ? "none" : known}`);
  }
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const value = Object.hasOwn(given, name) ? given[name] : property.default;
      if (isTileValue(value, property)) return [name, value];
      throw new TypeError(
        `its property "${name}" is ${JSON.stringify(value)}: expected ${describeTileValue(property)}`,
      );
    }),
  );
}

/** What a property may be, in words. */
export function describeTileValue(property: TileProperty): string {
  if (property.type === "bool") return "true or false";
  if (property.type === "string") return "a string";
  const { type, min, max } = property;
  const range = [...(min === undefined ? [] : [`≥ ${min}`]), ...(max === undefined ? [] : [`≤ ${max}`])].join(" and ");
  return `${type === "int" ? "an integer" : "a number"}${range === "" ? "" : ` ${range}`}`;
}
