// Builds the instrumented module from a checked one:
//
//   imports    the guest's functions, then gw.pause and gw.memory (the guest's memory is always imported)
//   globals    the guest's, then gas and stack budget, both exported
//   exports    none of the guest's own; "run.<name>" for functions that may be run, "get.<n>" and "set.<n>" for the bits
//              of the n-th mutable global. The guest cannot name or reach any of them.
//   start      dropped: it is "run.start", metered like everything else
//
// The output still calls gw.pause as an ordinary import; `suspend.ts` makes that call store and rebuild the stack.

import type { Global } from "../../../src/vm/binary/read-module.ts";
import { writeModule } from "../../../src/vm/binary/write-module.ts";
import type { CheckedModule } from "../../../src/vm/prepare/check-module.ts";
import { globalGetter, globalSetter } from "../../../src/vm/prepare/emit-accessors.ts";
import { constantI32 } from "../../../src/vm/prepare/output-tables.ts";
import { runnableExports } from "../../../src/vm/prepare/runnable-exports.ts";
import { TypeList } from "../../../src/vm/prepare/type-list.ts";
import { instrumentBody, leafCost, type BodyContext } from "./instrument-body.ts";
import { HOST_MODULE } from "./names.ts";
import { numericType } from "./numeric-type.ts";

/**
 * Native stack that a guest may use, in the units of frame weights (about bytes). Node and Chromium give a thread about
 * 1 MB; a third is left to the host's own frames and to what the weights underestimate.
 */
export const STACK_BUDGET = 600_000;

/** The instrumented module, not yet pausable. */
export function instrumentModule({ parsed, imports, memory }: CheckedModule): Uint8Array<ArrayBuffer> {
  const types = new TypeList(parsed.types);
  const imported = parsed.importedFunctions.length;
  const gasGlobal = parsed.globals.length;
  const context: BodyContext = {
    module: parsed,
    importCosts: imports.map(({ cost }) => cost),
    leafCosts: parsed.bodies.map((body) => leafCost(parsed, body)),
    maximumPages: memory.maximumPages,
    gasGlobal,
    stackGlobal: gasGlobal + 1,
    pauseFunction: imported,
    mapFunction: (index) => (index < imported ? index : index + 1),
    blockTypeOf: ({ results }) => types.index({ params: [], results }),
  };
  const bodies = parsed.bodies.map((body, index) => ({ type: body.type, body: instrumentBody(context, body, index) }));
  const accessors = parsed.globals
    .flatMap(({ isMutable, type }, index) =>
      isMutable ? [globalGetter(index, numericType(type)), globalSetter(index, numericType(type))] : [],
    )
    .map(({ type, body }) => ({ type: types.index(type), body }));
  const pause = { module: HOST_MODULE, field: "pause", type: types.index({ params: [], results: [] }) };
  const firstAccessor = imported + 1 + bodies.length;

  return writeModule({
    types: types.all,
    importedFunctions: [...parsed.importedFunctions, pause],
    importedMemory: {
      module: HOST_MODULE,
      field: "memory",
      limits: { minimum: memory.initialPages, maximum: memory.maximumPages },
    },
    tables: parsed.tables,
    globals: [...parsed.globals, mutableI32(0), mutableI32(STACK_BUDGET)],
    exports: [
      { name: "gas", kind: "global", index: context.gasGlobal },
      { name: "stack", kind: "global", index: context.stackGlobal },
      // Keeps optimizers from dropping a memory that the guest never touches.
      { name: "memory", kind: "memory", index: 0 },
      ...runnableExports(parsed).map(({ name, index }) => ({
        name: `run.${name}`,
        kind: "function" as const,
        index: context.mapFunction(index),
      })),
      ...accessors.map((_, i) => ({
        name: `${i % 2 === 0 ? "get" : "set"}.${i >> 1}`,
        kind: "function" as const,
        index: firstAccessor + i,
      })),
    ],
    elements: parsed.elements.map(({ mode, functions }) => ({
      mode,
      functions: functions.map((index) => (index === null ? null : context.mapFunction(index))),
    })),
    data: parsed.data,
    hasDataCount: false,
    functions: [...bodies, ...accessors],
  });
}

function mutableI32(value: number): Global {
  return { type: "i32", isMutable: true, init: constantI32(value) };
}
