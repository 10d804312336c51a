// What a stored frame means in terms of the original module. Plain data, part of a GuestModule.

import type { GuestType } from "../binary/guest-type.ts";
import type { BodyIr, Callee, Operand } from "./body-ir.ts";
import type { FramePlan, FunctionPlan } from "./plan-frames.ts";
import { shapeBytes, shapeTypes } from "./state-module.ts";

/**
 * Where a frame stands:
 * - `entry`: before the first instruction; `loop`: at the loop's header; `check`: before the instruction
 * - `call`: in the call, whose callee has a frame of its own; `after-call`: behind it, with its results
 * - `import`: behind the call of an import, with its results (if the program waits there, they are still to come)
 * - `bulk`: before the instruction, whose operands say what is left to do
 */
export type FrameKind = "entry" | "loop" | "check" | "call" | "after-call" | "import" | "bulk";

export const FRAME_KINDS: readonly FrameKind[] = ["entry", "loop", "check", "call", "after-call", "import", "bulk"];

/** One stored value: of a local of the original, or of an operand (`at`: local index, or height in the operand stack). */
export interface StoredValue {
  readonly type: GuestType;
  readonly kind: "local" | "operand" | "unused";
  readonly at: number;
}

export interface FramePoint {
  readonly kind: FrameKind;
  /** Offset in the original bytes. */
  readonly offset: number;
  /** In the order in which they are stored. */
  readonly values: readonly StoredValue[];
  /** Bytes of the stored values, the word behind them not included. */
  readonly bytes: number;
  /** The original operand stack. Those that are not stored are constants or copies of a local. */
  readonly operands: readonly FrameOperand[];
  /** Of calls: who may have the next frame. Of calls of imports: which one, by original index. */
  readonly callee?:
    | { readonly kind: "function" | "import"; readonly index: number }
    | { readonly kind: "indirect"; readonly type: number };
}

export type FrameOperand =
  | { readonly type: GuestType; readonly kind: "stored" }
  | { readonly type: GuestType; readonly kind: "local"; readonly local: number }
  | { readonly type: GuestType; readonly kind: "const"; readonly bits: bigint }
  /** Never used again. */
  | { readonly type: GuestType; readonly kind: "unused" };

/** The points of one function by their number; numbers that stand for none are absent. */
export type FunctionFrames = readonly (FramePoint | null)[];

/** By original function index; `null` for functions that have no frames. */
export type FrameMap = readonly (FunctionFrames | null)[];

export function mapFrames(ir: BodyIr, plan: FunctionPlan, imported: number): FunctionFrames {
  const frames: (FramePoint | null)[] = Array.from({ length: plan.idCount }, () => null);
  frames[0] = describe(ir, plan.entry, { kind: "entry", offset: ir.start, operands: [] });
  const callees = new Map<object, Callee>();
  for (const node of ir.nodes) if (node.op === "call") callees.set(node.point, node.callee);
  for (const [point, frame] of plan.points) {
    const results: Operand[] = point.results.map((local) => ({
      kind: "local",
      type: ir.localTypes[local] as GuestType,
      local,
    }));
    const { kind, offset, operands } = point;
    const callee = callees.get(point);
    if (callee?.kind === "import") {
      frames[frame.id] = { ...describe(ir, frame, { kind, offset, operands: [...operands, ...results] }), callee };
      continue;
    }
    if (kind !== "call") {
      frames[frame.id] = describe(ir, frame, { kind, offset, operands: [...operands, ...results] });
      continue;
    }
    if (callee === undefined) throw new Error("Unreachable: a call without its callee");
    const next = callee.kind === "function" ? { ...callee, index: callee.index + imported } : callee;
    frames[frame.id] = { ...describe(ir, frame, { kind, offset, operands }), callee: next };
    frames[frame.id + 1] = describe(ir, frame, { kind: "after-call", offset, operands: [...operands, ...results] });
  }
  return frames;
}

function describe(
  ir: BodyIr,
  frame: FramePlan,
  { kind, offset, operands }: { kind: FrameKind; offset: number; operands: readonly Operand[] },
): FramePoint {
  const stored = new Set(frame.values);
  const heights = new Map<number, number>();
  operands.forEach((operand, height) => {
    if (operand.kind === "local" && operand.local >= ir.originalLocals) heights.set(operand.local, height);
  });
  const types = shapeTypes(frame.shape);
  return {
    kind,
    offset,
    bytes: shapeBytes(frame.shape),
    values: frame.values.map((local, at): StoredValue => {
      const type = types[at] as GuestType;
      if (local < ir.originalLocals) return { type, kind: "local", at: local };
      const height = heights.get(local);
      return height === undefined ? { type, kind: "unused", at: 0 } : { type, kind: "operand", at: height };
    }),
    operands: operands.map((operand): FrameOperand => {
      if (operand.kind === "const") return operand;
      if (operand.local >= ir.originalLocals) {
        return { type: operand.type, kind: stored.has(operand.local) ? "stored" : "unused" };
      }
      return stored.has(operand.local) ? operand : { type: operand.type, kind: "unused" };
    }),
  };
}
