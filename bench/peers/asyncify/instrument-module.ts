// Builds the instrumented module from a checked one:
//
//   imports    the guest's functions, then gw.pause and gw.memory (the guest's memory is always imported)
//   globals    the guest's, then gas and stack budget, both exported
//   exports    none of the guest's own; "run.<name>" for functions that may be run, "get.<n>" and "set.<n>" for the bits
//              of the n-th mutable global. The guest cannot name or reach any of them.
//   start      dropped: it is "run.start", metered like everything else
//
// The output still calls gw.pause as an ordinary import; `suspend.ts` makes that call store and rebuild the stack.

import { ByteWriter } from "../../../src/vm/binary/byte-writer.ts";
import { OP } from "../../../src/vm/binary/opcodes.ts";
import type { FunctionType, Global, ParsedModule } from "../../../src/vm/binary/read-module.ts";
import { writeModule } from "../../../src/vm/binary/write-module.ts";
import type { ValueType } from "../../../src/vm/device/device.ts";
import { malformed } from "../../../src/vm/binary/byte-reader.ts";
import type { CheckedModule } from "../../../src/vm/prepare/check-module.ts";
import { instrumentBody, leafCost, type BodyContext } from "./instrument-body.ts";
import { HOST_MODULE, START_ENTRY } from "./names.ts";
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
  const init = new ByteWriter().byte(OP.i32Const).s32(value).byte(OP.end).take().slice();
  return { type: "i32", isMutable: true, init };
}

/** Exported functions without parameters, by name, and the start function under its own. */
export function runnableExports(module: ParsedModule): { readonly name: string; readonly index: number }[] {
  const imported = module.importedFunctions.length;
  const runnable = module.exports.flatMap(({ kind, name, index }) => {
    const type = module.types[module.bodies[index - imported]?.type ?? -1];
    return kind === "function" && type?.params.length === 0 ? [{ name: `export.${name}`, index }] : [];
  });
  if (module.start === undefined) return runnable;
  if (module.start < imported) throw malformed("the start function is an import", 0);
  return [...runnable, { name: START_ENTRY, index: module.start }];
}

/** The module's types, to which inserted code may add. */
class TypeList {
  readonly all: FunctionType[];
  readonly #indices = new Map<string, number>();

  constructor(types: readonly FunctionType[]) {
    this.all = [...types];
    types.forEach((type, index) => this.#indices.set(typeKey(type), index));
  }

  index(type: FunctionType): number {
    const known = this.#indices.get(typeKey(type));
    if (known !== undefined) return known;
    this.#indices.set(typeKey(type), this.all.length);
    return this.all.push(type) - 1;
  }
}

function typeKey({ params, results }: FunctionType): string {
  return `${params.join()}>${results.join()}`;
}

interface Accessor {
  readonly type: FunctionType;
  readonly body: ByteWriter;
}

/** Bits of floats cross to JavaScript as integers: through numbers, NaN payloads would be lost. */
const BITS: Readonly<
  Record<ValueType, { readonly carrier: ValueType; readonly out: number[]; readonly in: number[] }>
> = {
  i32: { carrier: "i32", out: [], in: [] },
  i64: { carrier: "i64", out: [], in: [] },
  f32: { carrier: "i32", out: [OP.i32ReinterpretF32], in: [OP.f32ReinterpretI32] },
  f64: { carrier: "i64", out: [OP.i64ReinterpretF64], in: [OP.f64ReinterpretI64] },
};

function globalGetter(index: number, type: ValueType): Accessor {
  const { carrier, out } = BITS[type];
  const body = new ByteWriter()
    .u32(0)
    .byte(OP.globalGet)
    .u32(index)
    .raw(...out)
    .byte(OP.end);
  return { type: { params: [], results: [carrier] }, body };
}

function globalSetter(index: number, type: ValueType): Accessor {
  const { carrier, in: convert } = BITS[type];
  const body = new ByteWriter()
    .u32(0)
    .byte(OP.localGet)
    .u32(0)
    .raw(...convert);
  return { type: { params: [carrier], results: [] }, body: body.byte(OP.globalSet).u32(index).byte(OP.end) };
}
