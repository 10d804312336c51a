// The line of the player's own source in which a program crashed.

import { locateCode, readDebugInfo, type ModuleDebugInfo } from "../../vm/index.ts";
import type { Program } from "./program.ts";

/** A line of a source file. */
export interface CrashPlace {
  /** As the player named it. */
  readonly file: string;
  /** 1 for the first. */
  readonly line: number;
  /** Name of the function, where the program says it. */
  readonly function: string | undefined;
}

/** Read at the first crash of a program: lines take a while. */
const known = new WeakMap<Uint8Array, ModuleDebugInfo>();

/**
 * Finds the innermost call whose source is the player's: a crash inside the C library is shown where the library was called.
 *
 * @param offsets - From `Vm.trapOffsets`.
 * @returns `undefined` of a program without line information, or where the engine does not say where it trapped.
 */
export function findCrashPlace(program: Program | undefined, offsets: readonly number[] = []): CrashPlace | undefined {
  if (program === undefined || offsets.length === 0) return undefined;
  const { wasm, sources } = program;
  const debug = known.get(wasm) ?? readDebugInfo(wasm);
  known.set(wasm, debug);
  for (const offset of offsets) {
    const place = locateCode(debug, offset);
    if (place?.source === undefined) continue;
    const { file, line } = place.source;
    if (sources === undefined || Object.hasOwn(sources, file)) return { file, line, function: place.functionName };
  }
  return undefined;
}
