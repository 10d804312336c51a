// What the instrumented module is to have, before anything of it is written: the bodies as nodes, the frames of those that are
// metered, and what calls imports for the table.

import type { FunctionType } from "../binary/read-module.ts";
import { ArenaMemory } from "./arena-memory.ts";
import type { BodyIr } from "./body-ir.ts";
import { buildBody } from "./build-body.ts";
import type { BuildContext } from "./build-context.ts";
import type { CheckedModule } from "./check-module.ts";
import { boundLocals, Effort } from "./effort.ts";
import { findPlain } from "./find-plain.ts";
import { ModuleFrames, type PlannedFunction } from "./module-frames.ts";
import { OwnMemory } from "./own-memory.ts";
import { METERED_SHIFT } from "./protocol.ts";
import { wrapImport } from "./wrap-import.ts";

/** A function that is neither tested nor stored. */
export interface PlainFunction {
  readonly ir: BodyIr;
  readonly type: FunctionType;
  readonly plan?: undefined;
}

export interface ModulePlan {
  readonly checked: CheckedModule;
  /** To build a body once more, in another form. */
  readonly context: BuildContext;
  /** By defined index. */
  readonly functions: readonly (PlannedFunction | PlainFunction)[];
  /** By original index: functions that call the imports that a table can hold. */
  readonly wrappers: ReadonlyMap<number, PlannedFunction>;
  readonly frames: ModuleFrames;
  /** Whether any function may grow the memory. */
  readonly canGrow: boolean;
}

/** What the bodies of a module are built with, once. */
export function buildContextOf({ parsed, imports, memory, tables, backend }: CheckedModule): BuildContext {
  const isArena = backend === "arena";
  return {
    module: parsed,
    importCosts: imports.map(({ cost }) => cost),
    plainCosts: findPlain(parsed),
    maximumPages: memory.maximumPages,
    memory: isArena ? new ArenaMemory({ globals: parsed.globals.length, memory }) : new OwnMemory(memory),
    tables,
    effort: new Effort(parsed.bytes.length),
  };
}

/**
 * @throws {VmError} `vm/module-malformed` if a body is invalid; `vm/limit-exceeded` if the output would be too large.
 */
export function planModule(checked: CheckedModule): ModulePlan {
  const { parsed, imports, tables, limits } = checked;
  const imported = parsed.importedFunctions.length;
  const context = buildContextOf(checked);
  const frames = new ModuleFrames({ imported, defined: parsed.bodies.length });
  let canGrow = false;
  const functions = parsed.bodies.map((body, index) => {
    const type = parsed.types[body.type] as FunctionType;
    const isPlain = context.plainCosts[index] !== undefined;
    const ir = buildBody(context, body, isPlain ? 0 : METERED_SHIFT);
    boundLocals(ir.localTypes.length, ir.constructs.length, limits.localsTimesJoins);
    canGrow ||= ir.growsMemory;
    return isPlain ? { ir, type } : frames.plan(ir, type, imported + index);
  });
  const wrappers = new Map<number, PlannedFunction>();
  for (const index of tables.members) {
    if (index >= imported) continue;
    const type = parsed.types[parsed.importedFunctions[index]?.type ?? -1] as FunctionType;
    const ir = wrapImport({ index, type, cost: imports[index]?.cost ?? 0 });
    wrappers.set(index, frames.plan(ir, type, index));
  }
  return { checked, context, functions, wrappers, frames, canGrow };
}
