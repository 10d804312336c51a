// The frames of all metered functions of a module: what they have in common, and the map that says what they mean.

import type { GuestType } from "../binary/guest-type.ts";
import type { FunctionType } from "../binary/read-module.ts";
import { VmError } from "../errors.ts";
import type { BodyIr } from "./body-ir.ts";
import { boundBranchTables } from "./effort.ts";
import { mapFrames, type FrameMap, type FunctionFrames } from "./frame-map.ts";
import { MAX_IDS, planFrames, type FunctionPlan } from "./plan-frames.ts";
import type { StateNeeds, StoredShape } from "./state-module.ts";

/** A metered function, and the frames that it can have. */
export interface PlannedFunction {
  readonly ir: BodyIr;
  readonly plan: FunctionPlan;
  readonly type: FunctionType;
  /** By original index, imports included. */
  readonly functionIndex: number;
}

/** Most values and operands that all points of a module together may have: a bound on the size of output and frame map. */
const MAX_STORED_VALUES = 1_000_000;

/** The same of one function, which an engine compiles in one go, at its first call. */
const MAX_STORED_BY_FUNCTION = 250_000;

export class ModuleFrames {
  readonly #imported: number;
  readonly #map: (FunctionFrames | null)[];
  /** The distinct shapes, in the order in which they were met. */
  readonly #shapes = new Map<string, { readonly stored: StoredShape; readonly index: number }>();
  readonly #types = new Set<GuestType>();
  #storedValues = 0;
  #idBits = 1;

  /** Counts of the original's functions. */
  constructor({ imported, defined }: { readonly imported: number; readonly defined: number }) {
    this.#imported = imported;
    this.#map = Array.from({ length: imported + defined }, () => null);
  }

  /** What is known of the functions that were planned. */
  get map(): FrameMap {
    return this.#map;
  }

  /** How many bits the numbers of points take. */
  get idBits(): number {
    return this.#idBits;
  }

  /** What the state module must have for all of them. */
  get needs(): Omit<StateNeeds, "hasTable"> {
    return { shapes: [...this.#shapes.values()].map(({ stored }) => stored), types: this.#types };
  }

  /** Place of a shape among those that the state module has; −1 of one that was never planned. */
  shapeIndex(stored: StoredShape): number {
    return this.#shapes.get(shapeKey(stored))?.index ?? -1;
  }

  /** @throws {VmError} `vm/limit-exceeded` if the output would be too large. */
  plan(ir: BodyIr, type: FunctionType, functionIndex: number): PlannedFunction {
    const plan = planFrames(ir);
    let stored = 0;
    for (const { parts, values, point } of [plan.entry, ...plan.points.values()]) {
      for (const part of parts) {
        const key = shapeKey(part);
        if (!this.#shapes.has(key)) this.#shapes.set(key, { stored: part, index: this.#shapes.size });
        for (const local of part.values) this.#types.add(ir.localTypes[local] as GuestType);
      }
      stored += values.length + (point?.operands.length ?? 0);
    }
    this.#storedValues += stored;
    if (plan.idCount > MAX_IDS || stored > MAX_STORED_BY_FUNCTION || this.#storedValues > MAX_STORED_VALUES) {
      throw new VmError(
        "vm/limit-exceeded",
        `Cannot instrument the module: function ${functionIndex} would make it too large; split it, or compile with -O1`,
      );
    }
    boundBranchTables(ir.nodes.filter(({ op }) => op === "br_table").length, plan.idCount);
    this.#idBits = Math.max(this.#idBits, 32 - Math.clz32(plan.idCount - 1));
    this.#map[functionIndex] = mapFrames(ir, plan, this.#imported);
    return { ir, plan, type, functionIndex };
  }
}

function shapeKey({ shape, isLast }: StoredShape): string {
  return `${shape.join()}${isLast ? "" : "+"}`;
}
