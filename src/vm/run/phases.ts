// What a program runs, and in which order: start section, constructors, entry.

import { shortened, VmError } from "../errors.ts";
import type { GuestModule } from "../prepare/guest-module.ts";
import { EXPORT_PREFIX, START_ENTRY } from "../prepare/runnable-exports.ts";

export const DEFAULT_ENTRY = "_start";
/** Entries that a message names. */
const MOST_NAMED = 8;
const CONSTRUCTORS = ["_initialize", "__wasm_call_ctors"];

/**
 * Functions to run one after the other, by export name without "run.".
 *
 * @throws {VmError} `vm/no-entry` if there is no such entry.
 */
export function phasesOf(module: Pick<GuestModule, "entries" | "hasStart">, entry: string): string[] {
  if (!module.entries.includes(entry)) {
    const names = module.entries.slice(0, MOST_NAMED).map((name) => `"${shortened(name)}"`);
    const known = [...names, ...(module.entries.length > MOST_NAMED ? ["…"] : [])].join(", ");
    throw new VmError(
      "vm/no-entry",
      `Cannot run "${shortened(entry)}": the module exports no such function without parameters${known ? `; it has ${known}` : ""}`,
    );
  }
  // A WASI command calls its constructors itself.
  const constructors = entry === DEFAULT_ENTRY ? undefined : CONSTRUCTORS.find((name) => module.entries.includes(name));
  return [
    ...(module.hasStart ? [START_ENTRY] : []),
    ...(constructors !== undefined && constructors !== entry ? [`${EXPORT_PREFIX}${constructors}`] : []),
    `${EXPORT_PREFIX}${entry}`,
  ];
}
