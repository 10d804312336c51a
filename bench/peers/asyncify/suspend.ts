// Makes calls of pausing imports store the call stack and rebuild it later: Binaryen's Asyncify pass, told to keep its
// stack in a second memory, whose accesses are then redirected to the state memory (`state-memory.ts`). So the saved
// stack is never where the guest can read or write it, and the output has one memory, as every engine allows.

import { HOST_MODULE, STATE_MODULE } from "./names.ts";
import { STATE_ACCESSORS } from "./state-memory.ts";

type Binaryen = (typeof import("binaryen"))["default"];

/**
 * The pausable module.
 *
 * @param bytes - A valid instrumented module.
 * @param waitingImports - Imports, besides `gw.pause`, that may unwind: `module.field`.
 */
export async function suspend(bytes: Uint8Array, waitingImports: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  // Fifteen megabytes of JavaScript: only who builds modules loads it.
  const { default: binaryen } = await import("binaryen");
  const text = asyncify(binaryen, bytes, [`${HOST_MODULE}.pause`, ...waitingImports]);
  const module = binaryen.parseText(redirectStack(text));
  try {
    module.setFeatures(featuresOf(binaryen));
    // A copy of its own: `emitBinary` may give a view of Binaryen's heap.
    return new Uint8Array(module.emitBinary());
  } finally {
    module.dispose();
  }
}

/** As text, in which accesses of the second memory can be told by its name. */
function asyncify(binaryen: Binaryen, bytes: Uint8Array, pausingImports: readonly string[]): string {
  // Binaryen's options belong to the process, and other code here relies on them.
  const optimizeLevel = binaryen.getOptimizeLevel();
  const shrinkLevel = binaryen.getShrinkLevel();
  const module = binaryen.readBinary(bytes);
  try {
    module.setFeatures(featuresOf(binaryen) | binaryen.Features.MultiMemory);
    binaryen.setOptimizeLevel(2);
    binaryen.setShrinkLevel(0);
    binaryen.setPassArgument("asyncify-imports", pausingImports.join());
    binaryen.setPassArgument("asyncify-in-secondary-memory", "1");
    module.runPasses(["asyncify"]);
    module.optimize();
    return module.emitText();
  } finally {
    binaryen.clearPassArguments();
    binaryen.setOptimizeLevel(optimizeLevel);
    binaryen.setShrinkLevel(shrinkLevel);
    module.dispose();
  }
}

function featuresOf({ Features }: Binaryen): number {
  return (
    Features.MutableGlobals |
    Features.SignExt |
    Features.NontrappingFPToInt |
    Features.Multivalue |
    Features.BulkMemory |
    Features.BulkMemoryOpt |
    Features.ExtendedConst |
    Features.CallIndirectOverlong
  );
}

const MEMORY = "$asyncify_memory";

/** Replaces every access to the second memory by a call of a state accessor, and drops that memory. */
function redirectStack(text: string): string {
  const imports = STATE_ACCESSORS.map(({ name, valueType, isLoad }) => {
    const signature = isLoad ? `(param i32 i32) (result ${valueType})` : `(param i32 i32 ${valueType})`;
    return `(import "${STATE_MODULE}" "${name}" (func $state.${name} ${signature}))`;
  });
  const access = /\(((?:i32|i64|f32|f64)\.(?:load|store)) \$asyncify_memory(?: offset=(\d+))?(?: align=\d+)?/g;
  const redirected = text
    .replace("(module", `(module\n${imports.join("\n")}`)
    .replace(/\(memory \$asyncify_memory [^()]*\)/, "")
    .replace(access, (_match, name: string, offset = "0") => `(call $state.${name} (i32.const ${offset})`);
  if (redirected.includes(MEMORY)) throw new Error("Unreachable: Asyncify uses its memory in another way");
  return redirected;
}
