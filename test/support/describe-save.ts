// Everything a decoded save holds, as JSON that people can read and tests can compare: golden saves have it beside them.

import { createHash } from "node:crypto";

import type { SaveGame } from "gasworks/persistence";

/** Longer byte strings are named by their hash. */
const SHOWN_BYTES = 64;

export function describeSave(save: SaveGame): unknown {
  return describe(save);
}

function describe(value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) {
    return Object.is(value, -0) ? "-0" : String(value);
  }
  if (value instanceof Uint8Array) {
    if (value.length <= SHOWN_BYTES) return Buffer.from(value).toString("hex");
    return `${value.length} bytes, SHA-256 ${createHash("sha256").update(value).digest("hex")}`;
  }
  if (Array.isArray(value)) return value.map(describe);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, describe(member)]));
}
