// Where in the instrumented code an engine was when a program trapped. Engines say it in the text of a stack trace:
//
//   V8            at main (wasm://wasm/0f9c2d1e:wasm-function[12]:0x1a3)
//   SpiderMonkey  main@http://localhost/:wasm-function[12]:0x1a3
//
// JavaScriptCore says no offsets. Nothing of it may decide how a program goes on.

import { originOf } from "../prepare/code-places.ts";

const FRAME = /wasm-function\[\d+\]:0x([0-9a-f]{1,8})/g;

/** Frames that are looked at. */
const MAX_FRAMES = 16;

/**
 * The calls that a program stood in when it trapped, the innermost first.
 *
 * @param stack - The stack trace of the error that ended it.
 * @returns offsets in the original module's bytes; of the first, the instruction that trapped. Empty where the engine does
 * not say.
 */
export function findTrapPlaces(stack: string | undefined, places: Uint8Array): readonly number[] {
  const frames = [...(stack ?? "").matchAll(FRAME)].slice(0, MAX_FRAMES);
  // A helper of ours may stand in front of the guest's own code; it has no places.
  return frames.flatMap(([, offset = ""]) => originOf(places, Number.parseInt(offset, 16)) ?? []);
}
