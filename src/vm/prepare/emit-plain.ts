// Writes plain functions: neither tested nor stored. They keep the structure of the original.

import { OP } from "../binary/opcodes.ts";
import type { FunctionType } from "../binary/read-module.ts";
import type { BodyIr, Node } from "./body-ir.ts";
import { CodeOutput, type CodeBody } from "./code-output.ts";
import { GAS_LOCAL, METERED_SHIFT } from "./protocol.ts";

type FunctionIndex = (definedIndex: number) => number;

/** The original function, with its callees renumbered. */
export function emitPlain(ir: BodyIr, type: FunctionType, functionIndex: FunctionIndex): CodeBody {
  const out = new CodeOutput({ locals: ir.localTypes.slice(type.params.length), shift: 0, functionIndex });
  for (const node of ir.nodes) emitNode(out, node, []);
  return out.finish();
}

/** What {@link emitMeteredPlain} is to write. */
export interface MeteredPlain {
  /** Built with the shift of metered functions. */
  readonly ir: BodyIr;
  readonly type: FunctionType;
  /** Worst-case gas. */
  readonly cost: number;
}

/** A plain function as others call it through a table: it charges its worst path and gives back the gas. */
export function emitMeteredPlain({ ir, type, cost }: MeteredPlain, functionIndex: FunctionIndex): CodeBody {
  const out = new CodeOutput({ locals: ir.localTypes.slice(type.params.length), shift: METERED_SHIFT, functionIndex });
  out.raw([OP.localGet, GAS_LOCAL]);
  out.i32(cost);
  out.raw([OP.i32Sub, OP.localSet, GAS_LOCAL]);
  for (const node of ir.nodes) emitNode(out, node, [OP.localGet, GAS_LOCAL]);
  return out.finish();
}

function emitNode(out: CodeOutput, node: Node, atReturn: readonly number[]): void {
  switch (node.op) {
    case "charge":
      return;
    case "code":
      return out.code(node.code, node.defines[0]);
    case "block":
    case "loop":
      return out.open(node.op === "block" ? OP.block : OP.loop, node.construct);
    case "if":
      out.code(node.condition);
      return out.open(OP.if, node.construct);
    case "else":
      return out.raw([OP.else]);
    case "end":
      return out.close();
    case "br":
      return node.isGlue === true ? out.jump(node.target) : out.branch(OP.br, node.target);
    case "br_if":
      out.code(node.condition);
      return out.branch(OP.brIf, node.target);
    case "br_table":
      out.code(node.index);
      return out.table(node.targets);
    case "return":
      out.code(node.values);
      out.raw(atReturn);
      if (node.isBranch === true) out.mark();
      return out.raw([OP.return]);
    case "unreachable":
      return out.raw([OP.unreachable]);
    case "call":
    case "bulk":
    case "check":
      throw new Error(`Unreachable: a ${node.op} in plain code`);
    default:
      return node satisfies never;
  }
}
