import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

import type { Snapshot } from "./snapshot.ts";

/** SHA-256, in hex, of everything of a program but the gas that it has used. */
export function hashState({ memory, stack, jumps, wasi, gasUsed: _, ...rest }: Snapshot): string {
  const hash = sha256.create();
  const places = jumps === undefined ? {} : { jumps: { ...jumps, frames: [...jumps.frames] } };
  const text = JSON.stringify(
    { ...rest, ...places, wasi: { ...wasi, stdin: [...wasi.stdin] } },
    (_key, value: unknown) => (typeof value === "bigint" ? `${value}n` : value),
  );
  hash.update(new TextEncoder().encode(`${text}\0${memory.length} ${stack.length}\0`));
  return bytesToHex(hash.update(memory).update(stack).digest());
}
