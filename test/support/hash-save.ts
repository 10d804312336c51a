// One number for everything that a save holds: two worlds with the same one are the same, bit for bit.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** The hash of a world's state, or of any part of it. */
export function hashOf(state: unknown): string {
  const text = JSON.stringify(state, (_key, value: unknown) => {
    if (value instanceof Uint8Array) return bytesToHex(sha256(value));
    return typeof value === "bigint" ? `${value}n` : value;
  });
  return bytesToHex(sha256(new TextEncoder().encode(text)));
}
